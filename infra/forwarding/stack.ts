import type { Stack } from 'aws-cdk-lib'
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { forwarderFlags } from '../../worker/node-flags.ts'
import type { Deployment } from '../deployment.ts'
import { createFunction } from '../function.ts'
import { forwarder } from '../names.ts'
import { createStack, type StackContext } from '../stack.ts'
import { type Forward, forwardsOf } from './forward.ts'
import { forwardGrants } from './grants.ts'
import { privateNetwork } from './private-network.ts'
import { createForwardQueues, mostReceives } from './queue.ts'

/** Enough for an object of some gigabytes; another call continues with the rest. */
const timeoutSeconds = 300
/** Messages of one call. Each one fails separately. */
const batchSize = 10

/** The functions that send each new object to the sinks of the configuration. */
export function forwardingStack(context: StackContext, deployment: Deployment, code: string): Stack {
  const stack = createStack(context, deployment, 'forwarding', 'log records to OpenSearch or Logstash')
  for (const forward of forwardsOf(deployment)) createForwarder(stack, deployment, forward, code)
  return stack
}

function createForwarder(scope: Construct, deployment: Deployment, forward: Forward, code: string): void {
  const { name, prefix } = deployment
  const { sink, settings } = forward
  const { queue, dead } = createForwardQueues(scope, deployment, sink, timeoutSeconds)
  const made = createFunction(scope, sink, deployment, {
    name: forwarder(prefix, sink),
    bundle: 'forward',
    code,
    description: `iot-log: log records of ${name} to ${sink}`,
    memoryMiB: settings.memoryMiB,
    timeoutSeconds,
    grants: forwardGrants(deployment, forward),
    environment: {
      IOT_LOG_ENVIRONMENT: name,
      IOT_LOG_SINK: sink,
      IOT_LOG_QUEUE_URL: queue.queueUrl,
      IOT_LOG_DEAD_LETTER_URL: dead.queueUrl,
      IOT_LOG_MAX_RECEIVES: String(mostReceives),
      NODE_OPTIONS: forwarderFlags.join(' '),
      ...(settings.secret !== undefined && { IOT_LOG_SINK_SECRET_ID: settings.secret })
    },
    more: privateNetwork(scope, deployment, forward)
  })
  new CfnEventSourceMapping(scope, `${sink}Mapping`, {
    eventSourceArn: queue.queueArn,
    functionName: made.functionName,
    batchSize,
    maximumBatchingWindowInSeconds: 0,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // Backpressure: other messages wait in the queue, which limits the load on the sink.
    scalingConfig: { maximumConcurrency: settings.maxConcurrency }
  })
}
