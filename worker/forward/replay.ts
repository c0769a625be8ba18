import { Readable } from 'node:stream'
import type { Limits } from '../contract/config-schema.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import { lines } from '../formats/lines.ts'
import { RecordReader } from '../formats/record-reader.ts'
import type { Log } from '../report/log.ts'
import { documentRecord } from './document.ts'
import { ObjectTally } from './object-tally.ts'
import type { NamedSink } from './open-forward-sink.ts'
import { Outbox } from './outbox.ts'
import { parseRejected, replayedMark } from './rejected.ts'
import type { Refusal, Sink } from './sinks/sink.ts'

/*
 * Sends rejected records again, once what they were rejected for is mended. An object is marked when all its records
 * were taken or rejected anew, which makes a new object: so none is lost, and none is sent for ever.
 */

export interface ReplayOptions {
  /** Where rejected records are kept. */
  readonly results: Store
  /** Of the keys to replay. */
  readonly prefix: string
  readonly sink: Sink
  readonly named: NamedSink
  readonly limits: Limits
  readonly context: DecoderContext
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  readonly log: Log
  readonly signal: AbortSignal
}

export interface ReplayResult {
  readonly objects: number
  readonly sent: number
  readonly rejected: number
}

/** A kept line is a document with escapes, and what stands beside it. */
const maxLineBytes = 32 * 1024 ** 2
const sliceBytes = 64 * 1024

/** Replays all that is not marked. @throws SinkError, the store's errors, the signal's reason */
export async function replayRejected(options: ReplayOptions): Promise<ReplayResult> {
  const { results, prefix, signal } = options
  const result = { objects: 0, sent: 0, rejected: 0 }
  // Before the first is sent: what is rejected anew is for another day.
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

/** In key order a mark stands right behind its object. */
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
  const { results, sink, named, limits, context, keepRejected, log, signal } = options
  const { batchBytes, batchRecords, requests } = named.settings
  const outbox = new Outbox<StoredObject>({ sink, batchBytes, batchRecords, requests, keepRejected, signal, log })
  const tally = new ObjectTally()
  const oversized: Refusal[] = []
  const reader = new RecordReader(lines, { maxRecordBytes: maxLineBytes }, ({ raw }) => {
    const number = tally.encountered++
    const document = readLine(raw, results.urlOf(object.key), number)
    if (document.bytes <= batchBytes) return outbox.add(document, tally, object, number)
    tally.recordRejected({ record: number, status: 413, type: 'oversized' })
    oversized.push({
      record: documentRecord(document),
      status: 413,
      type: 'oversized',
      reason: 'still too large'
    })
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
    throw new IotLogError('io', `Line ${number + 1} of ${url} is no rejected record`, {
      subject: url,
      cause: messageOf(error)
    })
  }
}
