import { Readable } from 'node:stream'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { readObjectText } from '../decode/object-text.ts'
import { lines } from '../formats/lines.ts'
import { RecordReader } from '../formats/record-reader.ts'
import { documentRecord } from './document.ts'
import type { Forwarding } from './forward-object.ts'
import { ObjectTally } from './object-tally.ts'
import { Outbox } from './outbox.ts'
import { parseRejected, replayedMark } from './rejected.ts'
import type { Refusal } from './sinks/sink.ts'

/*
 * Sends rejected records again after their cause is fixed. An object is marked when the sink has accepted or rejected all
 * its records. Records that are rejected again are stored in a new object, so none is lost and none is sent for ever.
 */

interface ReplayOptions extends Forwarding {
  /** The store of the rejected records. */
  readonly results: Store
  /** Of the keys to replay. */
  readonly prefix: string
  readonly signal: AbortSignal
}

interface ReplayResult {
  readonly objects: number
  readonly sent: number
  readonly rejected: number
}

/** A stored line has a document with escapes, and some fields about it. */
const maxLineBytes = 32 * 1024 ** 2
const sliceBytes = 64 * 1024

/** Replays all objects without a mark. @throws SinkError, the store's errors, the signal's reason */
export async function replayRejected(options: ReplayOptions): Promise<ReplayResult> {
  const { results, prefix, signal } = options
  const result = { objects: 0, sent: 0, rejected: 0 }
  // Listed before the first is sent, so that records rejected by this run are left for another.
  for (const object of await unmarked(results, prefix, signal)) {
    const { sent, rejected } = await replayObject(object, options)
    const mark = Buffer.from(`${JSON.stringify({ sent, rejected })}\n`)
    await results.write(object.key + replayedMark, Readable.from([mark]), { overwrite: true })
    result.objects++
    result.sent += sent
    result.rejected += rejected
  }
  return result
}

/** In key order a mark follows its object. */
async function unmarked(store: Store, prefix: string, signal: AbortSignal): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  for await (const page of store.list(prefix, signal)) {
    for (const object of page) {
      if (object.key.endsWith('.ndjson')) found.push(object)
      else if (found.at(-1)?.key === object.key.slice(0, -replayedMark.length)) found.pop()
    }
  }
  return found
}

async function replayObject(object: StoredObject, options: ReplayOptions): Promise<ObjectTally> {
  const { results, named, limits, context, keepRejected, signal } = options
  const outbox = new Outbox<StoredObject>(options)
  const tally = new ObjectTally()
  const oversized: Refusal[] = []
  const reader = new RecordReader(lines, { maxRecordBytes: maxLineBytes }, ({ raw }) => {
    const number = tally.encountered++
    const document = readLine(raw, results.urlOf(object.key), number)
    if (document.bytes <= named.settings.batchBytes) return outbox.add(document, tally, object, number)
    const refusal = { status: 413, type: 'oversized' }
    tally.recordRejected({ record: number, ...refusal })
    oversized.push({ record: documentRecord(document), ...refusal, reason: 'still too large' })
  })
  const onText = async (text: Buffer): Promise<void> => {
    for (let start = 0; start < text.length; start += sliceBytes) {
      signal.throwIfAborted()
      reader.push(text.subarray(start, start + sliceBytes))
      if (outbox.isFull) await outbox.drain()
    }
  }
  await readObjectText(results, object, context, limits, { onText, onEnd: () => reader.finish(true), signal })
  await outbox.flush()
  if (oversized.length > 0) await keepRejected(oversized)
  return tally
}

function readLine(raw: Buffer, url: string, number: number): ReturnType<typeof parseRejected> {
  try {
    return parseRejected(raw)
  } catch (error) {
    const text = `Line ${number + 1} of ${url} is not a rejected record`
    throw new IotLogError('io', text, { subject: url, cause: messageOf(error) })
  }
}
