import * as z from 'zod'
import { messageOf } from '../contract/errors.ts'
import { continuationBody, type EventObject, type ParsedBody, parseBody, readEvent } from './event-objects.ts'
import { type Forwarder, forwardObjects, type ObjectEnd } from './forward-objects.ts'
import type { SendMessage } from './queue-sender.ts'

/*
 * One invocation: the messages of a queue, or one event. Each message is done, resumes by a new message, is delivered
 * again, or goes to the dead-letter queue with a reason.
 *
 * A new message names the objects and, for each, the number of the first record to forward. It is sent before the old
 * message counts as done. A crash in between repeats work, but the ids keep records from being doubled. A new message is
 * sent only after progress. Without progress SQS delivers the old message again, until its receive count is too high.
 * So each object is read a bounded number of times, whatever the queue does.
 */

/** The used part of an SQS event. */
const queueEvent = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal('aws:sqs'),
        messageId: z.string(),
        body: z.string(),
        attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }).optional()
      })
    )
    .min(1)
})

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

export interface QueueSettings {
  readonly send: SendMessage
  /** Gets the messages for the rest of an object. */
  readonly queueUrl: string | undefined
  /** The dead-letter queue. */
  readonly deadLetterUrl: string | undefined
  /** After so many deliveries a message goes to the dead-letter queue. */
  readonly maxReceives: number
}

interface Message {
  readonly id: string
  readonly body: string
  readonly receives: number
  readonly parsed: ParsedBody
}

/** Messages that resume one another: 10,000 of 15 minutes are a hundred days of work. */
const mostHops = 10_000
/** The delay of the next message after a failure of the sink. */
const pauseSeconds = 60

/** @throws Error for an event without a queue that is not done: Lambda delivers it again */
export async function handleEvent(
  event: unknown,
  forwarder: Forwarder,
  queue: QueueSettings,
  stop: AbortSignal
): Promise<BatchResponse | undefined> {
  const ofQueue = queueEvent.safeParse(event)
  if (!ofQueue.success) return handleDirect(event, forwarder, queue, stop)
  const messages = ofQueue.data.Records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body,
    receives: attributes?.ApproximateReceiveCount ?? 1,
    parsed: parseBody(body)
  }))
  const objects = messages.flatMap(({ parsed }) => ('problem' in parsed ? [] : parsed.objects))
  const ends = await forwardObjects(objects, forwarder, stop)
  const failed: string[] = []
  let next = 0
  for (const message of messages) {
    const own = 'problem' in message.parsed ? [] : message.parsed.objects
    const results = own.map((object, at) => ({ object, end: ends[next + at]! }))
    next += own.length
    try {
      if (!(await settleMessage(message, results, forwarder, queue))) failed.push(message.id)
    } catch (error) {
      forwarder.log.warn('message not settled', { message: message.id, why: messageOf(error) })
      failed.push(message.id)
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

interface ObjectResult {
  readonly object: EventObject
  readonly end: ObjectEnd
}

/** Whether the message is done, or another message has replaced it. */
async function settleMessage(
  message: Message,
  results: readonly ObjectResult[],
  { log }: Forwarder,
  queue: QueueSettings
): Promise<boolean> {
  if ('problem' in message.parsed) {
    log.warn('message unreadable', { message: message.id, why: message.parsed.problem })
    return sendToDeadLetters(queue, message.body, message.parsed.problem)
  }
  for (const { object, end } of results) {
    if (end.kind !== 'poison') continue
    const body = continuationBody([{ ...object, from: end.from }], 1)
    const reason = `${end.reason}: s3://${object.bucket}/${object.key}`
    if (!(await sendToDeadLetters(queue, body, reason))) return false
  }
  const rest = results.flatMap(({ object, end }) => (end.kind === 'unfinished' ? [{ object, end }] : []))
  if (rest.length === 0) return true
  const hasProgress = results.length > rest.length || rest.some(({ object, end }) => end.from > object.from)
  const why = rest.find(({ end }) => end.why !== undefined)?.end.why
  // Objects that were not begun when the time was over are not at fault.
  const isUntouched = why === undefined && rest.every(({ end }) => !end.isBegun)
  const { queueUrl } = queue
  if (queueUrl !== undefined && (hasProgress || isUntouched) && message.parsed.hops < mostHops) {
    const objects = rest.map(({ object, end }) => ({ ...object, from: end.from }))
    const body = continuationBody(objects, message.parsed.hops + 1)
    await queue.send(queueUrl, { body, ...(why !== undefined && { delaySeconds: pauseSeconds }) })
    log.detailed('goes on', { message: message.id, objects: objects.length, from: objects[0]!.from, why })
    return true
  }
  if (message.receives < queue.maxReceives) return false
  const reason = why ?? 'the time of the function is too short for it'
  return sendToDeadLetters(queue, message.body, `${reason} (received ${message.receives} times)`)
}

/** False without a dead-letter queue: then the queue's own redrive policy applies. */
async function sendToDeadLetters(
  { send, deadLetterUrl }: QueueSettings,
  body: string,
  reason: string
): Promise<boolean> {
  if (deadLetterUrl === undefined) return false
  await send(deadLetterUrl, { body, reason })
  return true
}

/** An event that a bucket, a topic or EventBridge delivers without a queue. */
async function handleDirect(
  event: unknown,
  forwarder: Forwarder,
  queue: QueueSettings,
  stop: AbortSignal
): Promise<undefined> {
  const parsed = readEvent(event)
  const message = { id: 'direct', body: JSON.stringify(event), receives: 1, parsed }
  const objects = 'problem' in parsed ? [] : parsed.objects
  const ends = await forwardObjects(objects, forwarder, stop)
  const results = objects.map((object, at) => ({ object, end: ends[at]! }))
  if (await settleMessage(message, results, forwarder, queue)) return
  const why = 'problem' in parsed ? parsed.problem : 'not all of its objects are forwarded'
  throw new Error(`The event is delivered again: ${why}`)
}
