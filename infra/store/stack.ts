import type { Stack } from 'aws-cdk-lib'
import type { Deployment } from '../deployment.ts'
import { createLogGroup } from '../log-group.ts'
import { deliveryLogGroup } from '../names.ts'
import { createStack, type StackContext } from '../stack.ts'
import { admitIngress, createBucket, limitLinks } from './bucket.ts'
import { createDeliveryRole } from './delivery-role.ts'
import { createStream } from './delivery-stream.ts'
import { logRules, resultRules, tidying } from './lifecycle.ts'
import { createLogSubscriptions } from './log-subscriptions.ts'
import { createProducerRoles } from './producer-roles.ts'
import { sourcesOf } from './sources.ts'
import { createTopicRules } from './topic-rules.ts'

/** The store of the logs, and their ingestion. Undefined if the configuration leaves both to others. */
export function logStoreStack(context: StackContext, deployment: Deployment): Stack | undefined {
  const sources = sourcesOf(deployment)
  if (sources.length === 0 && !ownsBucket(deployment)) return undefined
  const stack = createStack(context, deployment, 'store', 'log store and ingestion')
  createBuckets(stack, deployment)
  if (sources.length === 0) return stack
  const logGroup = createLogGroup(stack, 'DeliveryLog', deliveryLogGroup(deployment))
  const roleArn = createDeliveryRole(stack, deployment)
  for (const { category, stream: name, from } of sources) {
    const records = from.kind === 'log-groups' ? 'cloudwatch' : 'lines'
    createStream(stack, deployment, { name, category, roleArn, logGroup: logGroup.logGroupName, records })
  }
  createTopicRules(stack, deployment, sources)
  createLogSubscriptions(stack, deployment, sources)
  createProducerRoles(stack, deployment)
  return stack
}

/** Whether this environment creates a bucket. */
function ownsBucket({ settings, logs, results, isHome }: Deployment): boolean {
  return settings.bucket === 'create' || (isHome && logs.bucket !== results.bucket)
}

/** The bucket of the logs. All environments share a separate bucket of results, so the home environment creates it. */
function createBuckets(stack: Stack, deployment: Deployment): void {
  const { logs, results, settings, isHome } = deployment
  const isOneBucket = logs.bucket === results.bucket
  if (settings.bucket === 'create') {
    const rules = [...logRules(deployment), ...(isOneBucket ? resultRules(deployment) : [])]
    const bucket = createBucket(stack, 'Logs', logs.bucket, rules)
    if (isOneBucket) {
      limitLinks(bucket, deployment)
      admitIngress(bucket, deployment)
    }
  }
  if (!isOneBucket && isHome) {
    const bucket = createBucket(stack, 'Results', results.bucket, [...resultRules(deployment), ...tidying])
    limitLinks(bucket, deployment)
  }
}
