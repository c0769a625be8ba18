import { CfnComputeEnvironment, CfnJobQueue } from 'aws-cdk-lib/aws-batch'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import type { TaskNetwork } from './network.ts'

/*
 * Two queues: jobs go to Spot, and to on-demand when Spot has no capacity. One queue with both does not fall back: it
 * waits for the first (https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-queues.html).
 */

/** The shortest that Batch takes; the person waits so long before on-demand is tried. */
const stuckSeconds = 600

/** What a job that can't start is taken off its queue for: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html */
const stuckReasons = [
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'
] as const

export function createQueues(scope: Construct, deployment: Deployment, network: TaskNetwork): void {
  const { submit } = deployment
  createQueue(scope, deployment, network, { id: 'Spot', type: 'FARGATE_SPOT', name: submit.spotQueue })
  createQueue(scope, deployment, network, { id: 'OnDemand', type: 'FARGATE', name: submit.onDemandQueue })
}

interface QueueOptions {
  readonly id: string
  readonly type: 'FARGATE' | 'FARGATE_SPOT'
  readonly name: string
}

function createQueue(scope: Construct, deployment: Deployment, network: TaskNetwork, options: QueueOptions): void {
  const { id, type, name } = options
  const environment = new CfnComputeEnvironment(scope, `${id}Compute`, {
    computeEnvironmentName: `${deployment.prefix}-${id === 'Spot' ? 'spot' : 'on-demand'}`,
    type: 'MANAGED',
    state: 'ENABLED',
    // A change is made in place: under the same name it could not be replaced.
    replaceComputeEnvironment: false,
    computeResources: {
      type,
      maxvCpus: deployment.settings.maxVcpus,
      subnets: [...network.subnets],
      securityGroupIds: [...network.securityGroups]
    }
  })
  new CfnJobQueue(scope, `${id}Queue`, {
    jobQueueName: name,
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
