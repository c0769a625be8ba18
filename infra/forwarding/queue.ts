import { Duration } from 'aws-cdk-lib'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { createDeadLetters } from '../dead-letters.ts'
import type { Deployment } from '../deployment.ts'
import { forwardDeadLetters, forwarder } from '../names.ts'
import { logRoots } from '../store/lifecycle.ts'

/** After so many failures the forwarder moves a message to the dead-letter queue, with the reason. */
export const mostReceives = 5
/** After so many deliveries SQS moves a message to the dead-letter queue, if the forwarder never ended with it. */
const mostDeliveries = 10
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's time-out, so that no message is received twice at once. */
const visibilityFactor = 6

/**
 * New objects of the categories as messages of a sink's own queue, so that a sink that is down does not delay others.
 * Results and errors have other prefixes, so the forwarder never gets its own output.
 */
export function createForwardQueues(scope: Construct, deployment: Deployment, sink: string, timeoutSeconds: number) {
  const { prefix, logs } = deployment
  const dead = createDeadLetters(scope, `${sink}Dead`, forwardDeadLetters(prefix, sink), 'objects that were given up')
  const queue = new Queue(scope, `${sink}Queue`, {
    queueName: forwarder(prefix, sink),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(visibilityFactor * timeoutSeconds),
    retentionPeriod: Duration.days(14),
    deadLetterQueue: { queue: dead, maxReceiveCount: mostDeliveries }
  })
  const rule = new CfnRule(scope, `${sink}Created`, {
    name: forwarder(prefix, sink),
    description: `New log objects, to the forwarder of ${sink}`,
    eventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [logs.bucket] },
        object: { key: logRoots(deployment).map((root) => ({ prefix: root })) }
      }
    },
    targets: [{ id: 'queue', arn: queue.queueArn, deadLetterConfig: { arn: dead.queueArn } }]
  })
  const conditions = { ArnEquals: { 'aws:SourceArn': rule.attrArn } }
  for (const target of [queue, dead]) {
    target.grantSendMessages(new ServicePrincipal('events.amazonaws.com', { conditions }))
  }
  return { queue, dead }
}
