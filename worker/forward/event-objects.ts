import * as z from 'zod'

/*
 * Finds the objects in what a queue or a bucket delivers. S3 sends its notifications to a queue, a topic or a function.
 * A topic wraps them for its queues, unless raw delivery is on. EventBridge has a form of its own
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html).
 */

/** An object that was written, by its event. */
export interface EventObject {
  readonly bucket: string
  /** Decoded. */
  readonly key: string
  /** Undefined if the event lacks it. */
  readonly size: number | undefined
  /** Without quotes; undefined if the event lacks it. */
  readonly etag: string | undefined
  /** How many of its records an earlier run has forwarded. */
  readonly from: number
}

/** The objects of a body, or why it could not be read. */
export type ParsedBody =
  | { readonly objects: readonly EventObject[]; readonly hops: number }
  | { readonly problem: string }

const bucket = z.object({ name: z.string().min(1) })
const object = z.object({ key: z.string().min(1), size: z.int().nonnegative().optional() })
const s3Record = z.object({
  eventName: z.string(),
  s3: z.object({ bucket, object: object.extend({ eTag: z.string().optional() }) })
})
const s3Event = z.object({ Records: z.array(z.unknown()) })
const testEvent = z.object({ Service: z.string(), Event: z.literal('s3:TestEvent') })
const topicMessage = z.object({ Type: z.string(), Message: z.string() })
const topicEvent = z.object({ Sns: z.object({ Message: z.string() }) })
const bridgeEvent = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  detail: z.object({ bucket, object: object.extend({ etag: z.string().optional() }) })
})
const continuation = z.strictObject({
  iotLog: z.literal('continue'),
  version: z.literal(1),
  hops: z.int().positive(),
  objects: z
    .array(
      z.strictObject({
        bucket: z.string().min(1),
        key: z.string().min(1),
        size: z.int().nonnegative().optional(),
        etag: z.string().optional(),
        from: z.int().nonnegative()
      })
    )
    .min(1)
})

/** Wrappers within wrappers, such as a topic's message in a queue's. AWS does not nest more. */
const mostLayers = 4

/** Reads the body of a queue's message. */
export function parseBody(body: string, layer = 0): ParsedBody {
  try {
    return readEvent(JSON.parse(body), layer)
  } catch {
    return { problem: 'the body is not JSON' }
  }
}

/** Reads an event with any wrappers. An event without objects (a test, a deletion, a subscription) gives none. */
export function readEvent(event: unknown, layer = 0): ParsedBody {
  if (layer > mostLayers) return { problem: 'the body is wrapped too often' }
  const continued = continuation.safeParse(event)
  if (continued.success) {
    const objects = continued.data.objects.map((object) => ({ ...object, size: object.size, etag: object.etag }))
    return { objects, hops: continued.data.hops }
  }
  if (testEvent.safeParse(event).success) return { objects: [], hops: 0 }
  const wrapped = topicMessage.safeParse(event)
  if (wrapped.success) {
    return wrapped.data.Type === 'Notification' ? parseBody(wrapped.data.Message, layer + 1) : { objects: [], hops: 0 }
  }
  const bridge = bridgeEvent.safeParse(event)
  if (bridge.success) return { objects: bridgeObjects(bridge.data), hops: 0 }
  const notification = s3Event.safeParse(event)
  if (notification.success) return readRecords(notification.data.Records, layer)
  return { problem: 'the body is not an event of S3' }
}

/** The body of a message that resumes where this run stops. */
export function continuationBody(objects: readonly EventObject[], hops: number): string {
  return JSON.stringify({ iotLog: 'continue', version: 1, hops, objects })
}

function readRecords(records: readonly unknown[], layer: number): ParsedBody {
  const objects: EventObject[] = []
  for (const record of records) {
    const topic = topicEvent.safeParse(record)
    if (topic.success) {
      const inner = parseBody(topic.data.Sns.Message, layer + 1)
      if ('problem' in inner) return inner
      objects.push(...inner.objects)
      continue
    }
    const found = s3Record.safeParse(record)
    if (!found.success) return { problem: 'a record of the body is not an event of S3' }
    if (!isCreation(found.data.eventName)) continue
    const { bucket, object } = found.data.s3
    const key = decodeKey(object.key)
    if (key === undefined) return { problem: 'the key of an event is not URL-encoded' }
    objects.push({ bucket: bucket.name, key, size: object.size, etag: bareTag(object.eTag), from: 0 })
  }
  return { objects, hops: 0 }
}

/** EventBridge does not encode keys. */
function bridgeObjects({
  'detail-type': type,
  detail: { bucket, object }
}: z.output<typeof bridgeEvent>): EventObject[] {
  if (type !== 'Object Created') return []
  return [{ bucket: bucket.name, key: object.key, size: object.size, etag: bareTag(object.etag), from: 0 }]
}

/** `ObjectCreated:Put`, sometimes with `s3:` before it. A restored object was forwarded when it was created. */
function isCreation(name: string): boolean {
  return /^(?:s3:)?ObjectCreated:/.test(name)
}

/** S3 encodes keys as forms do: `red flower.jpg` becomes `red+flower.jpg`. */
function decodeKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

const bareTag = (tag: string | undefined): string | undefined => tag?.replace(/^"(.*)"$/, '$1')
