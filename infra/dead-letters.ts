import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

/** The longest that SQS allows, so that operators have time after holidays. */
const keptDays = 14

/** A dead-letter queue: messages that could not be processed. */
export function createDeadLetters(scope: Construct, id: string, name: string, what: string): Queue {
  const queue = new Queue(scope, id, {
    queueName: name,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(keptDays)
  })
  acknowledge(queue, { 'AwsSolutions-SQS3': `It is itself the queue of dead letters: ${what}` })
  return queue
}
