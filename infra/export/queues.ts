import { CfnComputeEnvironment, CfnJobQueue } from 'aws-cdk-lib/aws-batch'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import type { TaskNetwork } from './network.ts'

/*
 * Two queues: jobs go to Spot, and to on-demand when Spot has no capacity. One queue with both does not fall back: it
 * waits for the first (https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-queues.html).
 */

/** The shortest time that Batch allows. The user waits that long before a job moves to on-demand. */
const stuckSeconds = 600

/** Reasons to remove a job that cannot start from its queue: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html */
const stuckReasons = [
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'
] as const

export function createQueues(scope: Construct, deployment: Deployment, network: TaskNetwork): void {
  const { prefix, settings, submit } = deployment
  for (const [id, type, name, queue] of [
    ['Spot', 'FARGATE_SPOT', 'spot', submit.spotQueue],
    ['OnDemand', 'FARGATE', 'on-demand', submit.onDemandQueue]
  ] as const) {
    const environment = new CfnComputeEnvironment(scope, `${id}Compute`, {
      computeEnvironmentName: `${prefix}-${name}`,
      type: 'MANAGED',
      state: 'ENABLED',
      // Batch changes it in place: it cannot replace it under the same name.
      replaceComputeEnvironment: false,
      computeResources: {
        type,
        maxvCpus: settings.maxVcpus,
        subnets: [...network.subnets],
        securityGroupIds: [...network.securityGroups]
      }
    })
    new CfnJobQueue(scope, `${id}Queue`, {
      jobQueueName: queue,
      priority: 1,
      state: 'ENABLED',
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment.attrComputeEnvironmentArn }],
      jobStateTimeLimitActions: stuckReasons.map((reason) => ({
        action: 'CANCEL',
        state: 'RUNNABLE',
        maxTimeSeconds: stuckSeconds,
        reason
      }))
    })
  }
}
