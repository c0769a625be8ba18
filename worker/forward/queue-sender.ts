import { setTimeout as delay } from 'node:timers/promises'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { signPost } from './sign-request.ts'
import type { AwsCredentials } from './sinks/sink.ts'

/*
 * Puts messages on a queue: SendMessage in the JSON protocol of Amazon SQS
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html), the one call that the
 * forwarder makes there.
 */

const attempts = 4
const requestMs = 5_000
const firstDelayMs = 50
/** What an attribute of a message may hold is bounded by the message; a reason needs less. */
const longestReason = 1_000

export interface QueueMessage {
  readonly body: string
  /** Until it is delivered, at most 900. */
  readonly delaySeconds?: number
  /** Why it is there, for whoever looks at a dead-letter queue. */
  readonly reason?: string
}

export interface QueueOptions {
  readonly region: string
  readonly credentials: () => Promise<AwsCredentials>
  /** `AWS_ENDPOINT_URL_SQS`, for other servers than AWS's. */
  readonly endpoint: string | undefined
  readonly nowMs: () => number
}

export type SendMessage = (queueUrl: string, message: QueueMessage) => Promise<void>

/** Gives a sender of messages. It fails with an IotLogError (`unavailable`) after some tries. */
export function createQueueSender(options: QueueOptions): SendMessage {
  return async (queueUrl, message) => {
    for (let attempt = 1; ; attempt++) {
      const problem = await sendOnce(queueUrl, message, options).catch(
        (error): SendProblem => ({ text: messageOf(error), mayPass: !(error instanceof IotLogError) })
      )
      if (problem === undefined) return
      if (!problem.mayPass || attempt === attempts) {
        throw new IotLogError('unavailable', `SendMessage failed: ${queueUrl}: ${problem.text}`, { subject: queueUrl })
      }
      await delay(Math.random() * firstDelayMs * 2 ** attempt)
    }
  }
}

interface SendProblem {
  readonly text: string
  readonly mayPass: boolean
}

async function sendOnce(
  queueUrl: string,
  { body, delaySeconds, reason }: QueueMessage,
  { region, credentials, endpoint, nowMs }: QueueOptions
): Promise<SendProblem | undefined> {
  const origin = new URL(endpoint ?? new URL(queueUrl).origin)
  const input = {
    QueueUrl: queueUrl,
    MessageBody: body,
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
    ...(reason !== undefined && {
      MessageAttributes: { reason: { DataType: 'String', StringValue: attributeText(reason) } }
    })
  }
  const text = JSON.stringify(input)
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' }
  const signed = signPost({ host: origin.host, headers, body: text }, await credentials(), {
    region,
    service: 'sqs',
    nowMs: nowMs()
  })
  const { host: _, ...sent } = signed
  const request = { method: 'POST', headers: sent, body: text, signal: AbortSignal.timeout(requestMs) }
  const answer = await fetch(new URL('/', origin), { ...request, redirect: 'error' })
  const answered = await answer.text()
  if (answer.ok) return undefined
  const type = /"__type"\s*:\s*"(?:[^"]*#)?(\w+)"/.exec(answered)?.[1] ?? 'no type'
  return { text: `${answer.status} ${type}`, mayPass: answer.status === 429 || answer.status >= 500 }
}

/** The characters that SQS takes, and not too many of them. */
function attributeText(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, ' ').slice(0, longestReason) || 'unknown'
}
