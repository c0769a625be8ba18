import type { Category } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import { IotLogError } from '../contract/errors.ts'
import type { DamageReason } from '../contract/outcome.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { Damage } from '../decode/damage.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import type { LogRecord } from '../formats/format.ts'
import { RecordReader } from '../formats/record-reader.ts'
import { RecordTimes } from '../formats/record-time.ts'
import { findFormat } from '../formats/registry.ts'
import { locateStore } from '../stores/open-store.ts'
import { createDocuments, type DocumentOrigin, documentRecord } from './document.ts'
import type { ObjectTally } from './object-tally.ts'
import type { NamedSink } from './open-forward-sink.ts'
import type { Outbox, OutboxOptions } from './outbox.ts'
import { createRecordFilter } from './record-filter.ts'
import type { Refusal } from './sinks/sink.ts'

/*
 * One object from its bytes to the outbox: open, inflate, cut into records, filter, make documents. Memory: one span of
 * the store (8 MiB), the pieces of the decoder, the record that two pieces share, and the outbox.
 */

/** Of a longer record the start is kept as text, and marked, so that the sum of memory holds. */
export const maxRecordBytes = 4 * 1024 ** 2
/** A longer document is kept as text, and marked: parsed JSON can take 15 times its bytes. */
const maxParsedBytes = 2 * 1024 ** 2
/** The reader gets so many bytes of text between two checks of the outbox. */
const sliceBytes = 64 * 1024

/** What every object and every rejected record is forwarded with. */
export interface Forwarding extends Omit<OutboxOptions, 'signal'> {
  readonly named: NamedSink
  readonly limits: Limits
  readonly context: DecoderContext
}

/** The state of an object that is being forwarded. */
export interface ForwardedWork {
  readonly tally: ObjectTally
  /** An earlier run has forwarded the records before this number. */
  readonly from: number
}

interface ForwardObjectOptions<Work> extends Forwarding {
  readonly source: Store
  readonly object: StoredObject
  readonly category: Category
  /** The time that the key names, for records without a time. */
  readonly keyTimeMs: number
  /** What the key says of all records of the object. */
  readonly keyFields: Readonly<Record<string, string>>
  readonly outbox: Outbox<Work>
  readonly work: Work
  /** Ends the reading between two slices. */
  readonly signal: AbortSignal
}

/** How the reading of an object ended. Its records may still be in the outbox. */
export type ReadingEnd =
  | { readonly kind: 'read'; readonly textBytes: number }
  /** A retry can't help. The records before the damage are forwarded. */
  | { readonly kind: 'unreadable'; readonly reason: DamageReason | 'archived'; readonly byte: number | undefined }
  /** It was deleted. */
  | { readonly kind: 'vanished' }
  /** The key has another object now. */
  | { readonly kind: 'replaced' }

/** A record that is too large for any request. */
interface Oversized {
  readonly number: number
  readonly refusal: Refusal
}

/** Reads an object into the outbox. @throws errors that a retry may help: the store's, the sink's, the signal's reason */
export async function forwardObject<Work extends ForwardedWork>(
  options: ForwardObjectOptions<Work>
): Promise<ReadingEnd> {
  const { source, object, category, context, limits, outbox, signal } = options
  const oversized: Oversized[] = []
  const bounds = { maxRecordBytes, maxParsedBytes, keepsStart: true, times: new RecordTimes(options.keyTimeMs) }
  const reader = new RecordReader(findFormat(category.format), bounds, createTaker(options, oversized))
  const onText = async (text: Buffer): Promise<void> => {
    for (let start = 0; start < text.length; start += sliceBytes) {
      signal.throwIfAborted()
      reader.push(text.subarray(start, start + sliceBytes))
      if (oversized.length > 0) await reject(options, oversized)
      if (outbox.isFull) await outbox.drain()
    }
  }
  try {
    const amounts = { storedBytes: 0, textBytes: 0 }
    const taker = { onText, onEnd: () => reader.finish(true), amounts, signal }
    await readObjectText(source, object, context, limits, taker)
    return { kind: 'read', textBytes: amounts.textBytes }
  } catch (error) {
    const end = endOf(error)
    reader.finish(error instanceof Damage && error.isAtEnd)
    return end
  } finally {
    if (!signal.aborted && oversized.length > 0) await reject(options, oversized)
  }
}

/** Counts every record of the object, and passes on those that the sink should get. */
function createTaker<Work extends ForwardedWork>(
  options: ForwardObjectOptions<Work>,
  oversized: Oversized[]
): (record: LogRecord) => void {
  const { category, named, outbox, work } = options
  const { tally, from } = work
  const makeDocument = createDocuments(originOf(options), findFormat(category.format), named.settings)
  const isWanted = createRecordFilter(named.settings)
  const { batchBytes } = named.settings
  return (record) => {
    const number = tally.encountered++
    if (number < from) return
    if (record.parseError !== undefined) tally.unparsed++
    if (isWanted && !isWanted(record.raw)) {
      tally.filtered++
      return
    }
    const made = makeDocument(record, number)
    if (made.bytes <= batchBytes) return outbox.add(made, tally, work, number)
    // It counts as under way until it is stored: a run that stops in between must come back to it.
    tally.underWay++
    const reason = `${made.bytes} bytes, more than a request may have (batchBytes ${batchBytes})`
    oversized.push({ number, refusal: { record: documentRecord(made), status: 413, type: 'oversized', reason } })
  }
}

/** Where the records come from. A backfill and an event of the bucket give the same, and so the same ids. */
function originOf<Work>(options: ForwardObjectOptions<Work>): DocumentOrigin {
  const { source, object, category, keyTimeMs, keyFields } = options
  const { bucket, prefix } = locateStore(source.url)
  const { key, size } = object
  const version = object.version?.replace(/^"(.*)"$/, '$1') ?? String(size)
  return { bucket, key: prefix + key, version, category: category.name, keyTimeMs, keyFields }
}

async function reject<Work extends ForwardedWork>(
  { keepRejected, work: { tally } }: ForwardObjectOptions<Work>,
  oversized: Oversized[]
): Promise<void> {
  await keepRejected(oversized.map(({ refusal }) => refusal))
  for (const { number, refusal } of oversized.splice(0)) {
    tally.underWay--
    tally.recordRejected({ record: number, status: refusal.status, type: refusal.type })
  }
}

/** @throws the error itself if a retry may help */
function endOf(error: unknown): ReadingEnd {
  if (error instanceof Damage) return { kind: 'unreadable', reason: error.reason, byte: error.byte }
  const code = error instanceof IotLogError ? error.code : undefined
  if (code === 'not-found') return { kind: 'vanished' }
  if (code === 'replaced') return { kind: 'replaced' }
  if (code === 'archived') return { kind: 'unreadable', reason: 'archived', byte: undefined }
  throw error
}

/** `unreadable: <reason> at byte <n>`, for a log or a person. */
export function unreadableText({ reason, byte }: Extract<ReadingEnd, { kind: 'unreadable' }>): string {
  return `unreadable: ${reason}${byte === undefined ? '' : ` at byte ${byte}`}`
}
