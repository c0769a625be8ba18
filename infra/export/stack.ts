import type { Stack } from 'aws-cdk-lib'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Deployment } from '../deployment.ts'
import { createLogGroup } from '../log-group.ts'
import { taskLogGroup, workerSecret } from '../names.ts'
import { createRole } from '../role.ts'
import { createSecret } from '../secret.ts'
import type { JobSize } from '../sizing.ts'
import { createStack, type StackContext } from '../stack.ts'
import { createEventRelay } from './event-relay.ts'
import { executionGrants, workerGrants } from './grants.ts'
import { createImage } from './image.ts'
import { createJobDefinition } from './job-definition.ts'
import { createNetwork } from './network.ts'
import { createQueues } from './queues.ts'
import { createSubmitRole } from './submit-role.ts'

interface ExportOptions {
  readonly size: JobSize
  /** The URL of the ingress, for downloads. */
  readonly publicUrl: string
}

/** Exports on AWS Batch: image, queues, job definition. */
export function exportStack(context: StackContext, deployment: Deployment, options: ExportOptions): Stack {
  const { prefix, account } = deployment
  const stack = createStack(context, deployment, 'export', 'exports on AWS Batch')
  const network = createNetwork(stack, deployment)
  createQueues(stack, deployment, network)
  const secret = createSecret(stack, 'WorkerSecret', {
    name: workerSecret(prefix),
    description: 'What tasks tell Slack with: botToken, linkKey',
    template: { botToken: 'unset' },
    generated: 'linkKey'
  })
  const tasks = new ServicePrincipal('ecs-tasks.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': account } }
  })
  const worker = createRole(stack, 'WorkerRole', {
    name: `${prefix}-worker`,
    description: 'An export reads logs, writes its archive, asks Athena',
    principal: tasks,
    grants: workerGrants(deployment)
  })
  const execution = createRole(stack, 'ExecutionRole', {
    name: `${prefix}-execution`,
    description: 'ECS starts a task: image, log, secret',
    principal: tasks,
    grants: executionGrants(deployment)
  })
  createJobDefinition(stack, deployment, {
    ...options,
    image: createImage(stack, deployment, context),
    taskRoleArn: worker.roleArn,
    executionRoleArn: execution.roleArn,
    secretArn: secret.secretArn,
    hasPublicIp: network.hasPublicIp,
    logGroup: createLogGroup(stack, 'TaskLog', taskLogGroup(deployment)).logGroupName
  })
  createSubmitRole(stack, deployment)
  createEventRelay(stack, deployment)
  return stack
}
