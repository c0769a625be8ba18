import type { Limits, SinkSettings } from '../contract/config-schema.ts'
import { IotLogError } from '../contract/errors.ts'
import type { DamageReason } from '../contract/outcome.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { Damage } from '../decode/damage.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import type { Format } from '../formats/format.ts'
import { RecordReader } from '../formats/record-reader.ts'
import { createDocuments, type DocumentOrigin, documentRecord } from './document.ts'
import type { ObjectTally } from './object-tally.ts'
import type { Outbox } from './outbox.ts'
import { createRecordFilter } from './record-filter.ts'
import type { Refusal } from './sinks/sink.ts'

/*
 * One object from its bytes to the outbox: open, inflate, cut into records, choose, make documents. Memory: one span of
 * the store (8 MiB), the pieces of the decoder, the record that two pieces share, and the outbox.
 */

/** A longer record ends the object as damage: the sum of memory must hold. */
export const maxRecordBytes = 4 * 1024 ** 2
/** A longer document is kept as text, and marked: what JSON makes of it can be 15 times its bytes. */
const maxParsedBytes = 2 * 1024 ** 2
/** So much text goes through the reader before the outbox is looked at again. */
const sliceBytes = 64 * 1024

export interface ForwardObjectOptions<Work> {
  readonly store: Store
  readonly object: StoredObject
  readonly origin: DocumentOrigin
  readonly format: Format
  readonly sink: SinkSettings
  readonly limits: Limits
  readonly context: DecoderContext
  readonly outbox: Outbox<Work>
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  readonly work: Work
  readonly tally: ObjectTally
  /** Records before this number are through already. */
  readonly from: number
  /** Ends the reading between two slices, by its reason. */
  readonly signal: AbortSignal
}

/** How the reading of an object ended. Its records may still be under way. */
export type ReadingEnd =
  | { readonly kind: 'read'; readonly textBytes: number }
  /** Nothing will make it readable: what stood before the damage is forwarded. */
  | { readonly kind: 'unreadable'; readonly reason: DamageReason | 'archived'; readonly byte: number | undefined }
  /** Deleted since. */
  | { readonly kind: 'vanished' }
  /** Another object stands under the key. */
  | { readonly kind: 'replaced' }

/** A record that no request can hold. */
interface Oversized {
  readonly number: number
  readonly refusal: Refusal
}

/** Reads an object into the outbox. @throws what may pass: the store's errors, the sink's, the signal's reason */
export async function forwardObject<Work>(options: ForwardObjectOptions<Work>): Promise<ReadingEnd> {
  const { store, object, format, context, limits, outbox, signal } = options
  const oversized: Oversized[] = []
  const reader = new RecordReader(format, { maxRecordBytes, maxParsedBytes }, createTaker(options, oversized))
  const keepOversized = async (): Promise<void> => {
    if (oversized.length > 0) await reject(options, oversized)
  }
  const onText = async (text: Buffer): Promise<void> => {
    for (let start = 0; start < text.length; start += sliceBytes) {
      signal.throwIfAborted()
      reader.push(text.subarray(start, start + sliceBytes))
      if (oversized.length > 0) await keepOversized()
      if (outbox.isFull) await outbox.drain()
    }
  }
  try {
    const amounts = { storedBytes: 0, textBytes: 0 }
    const taker = { onText, onEnd: () => reader.finish(true), amounts, signal }
    await readObjectText(store, object, context, limits, taker)
    return { kind: 'read', textBytes: amounts.textBytes }
  } catch (error) {
    const end = endOf(error)
    reader.finish(error instanceof Damage && error.isAtEnd)
    return end
  } finally {
    if (!signal.aborted) await keepOversized()
  }
}

/** Counts every record of the object, and hands on what the sink is to have of it. */
function createTaker<Work>(
  { origin, format, sink, outbox, work, tally, from }: ForwardObjectOptions<Work>,
  oversized: Oversized[]
): (record: Parameters<ReturnType<typeof createDocuments>>[0]) => void {
  const makeDocument = createDocuments(origin, format, sink)
  const isWanted = createRecordFilter(sink)
  return (record) => {
    const number = tally.encountered++
    if (number < from) return
    if (record.parseError !== undefined) tally.unparsed++
    if (isWanted && !isWanted(record.raw)) {
      tally.filtered++
      return
    }
    const made = makeDocument(record, number)
    if (made.bytes <= sink.batchBytes) return outbox.add(made, tally, work, number)
    // Under way until it is kept: a run that stops in between must come back to it.
    tally.underWay++
    const reason = `${made.bytes} bytes, more than a request may have (batchBytes ${sink.batchBytes})`
    oversized.push({ number, refusal: { record: documentRecord(made), status: 413, type: 'oversized', reason } })
  }
}

async function reject<Work>(
  { keepRejected, tally }: ForwardObjectOptions<Work>,
  oversized: Oversized[]
): Promise<void> {
  await keepRejected(oversized.map(({ refusal }) => refusal))
  for (const { number, refusal } of oversized.splice(0)) {
    tally.underWay--
    tally.recordRejected({ record: number, status: refusal.status, type: refusal.type })
  }
}

/** @throws the error itself where another try may help */
function endOf(error: unknown): ReadingEnd {
  if (error instanceof Damage) return { kind: 'unreadable', reason: error.reason, byte: error.byte }
  const code = error instanceof IotLogError ? error.code : undefined
  if (code === 'not-found') return { kind: 'vanished' }
  if (code === 'replaced') return { kind: 'replaced' }
  if (code === 'archived') return { kind: 'unreadable', reason: 'archived', byte: undefined }
  throw error
}
