import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

/** As long as SQS keeps anything: somebody may be on holiday. */
const keptDays = 14

/** A queue for what could not be dealt with. */
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
