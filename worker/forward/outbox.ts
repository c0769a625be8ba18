import { Wake } from '../async/wake.ts'
import type { Log } from '../report/log.ts'
import { type Document, writeDocument } from './document.ts'
import type { ObjectTally } from './object-tally.ts'
import type { Refusal, Sink, SinkRecord } from './sinks/sink.ts'

/*
 * Between the records and the sink: it fills batches, keeps a few on their way, and knows up to where everything is
 * through. A document is written into its batch at once: as texts, batches would fill the heap with what is garbage as
 * soon as they are sent, and V8 lets that grow. Memory: `requests` batches under way, with the bodies of their requests,
 * one that waits and one that is filled: at the default of 2 MiB and two requests 12 MiB.
 */

/** A record with its place: all that is needed to count it and to go on behind it. */
export interface OutboxEntry<Work> extends SinkRecord {
  readonly tally: ObjectTally
  readonly work: Work
  /** Its number in the object. */
  readonly number: number
}

export interface OutboxOptions {
  readonly sink: Sink
  readonly batchBytes: number
  readonly batchRecords: number
  readonly requests: number
  /** Keeps what the sink refused; only then are the records through. */
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  /** Cuts the requests. */
  readonly signal: AbortSignal
  readonly log: Log
}

interface Batch<Work> {
  readonly entries: OutboxEntry<Work>[]
  readonly source: Buffer
  bytes: number
  isThrough: boolean
}

export class Outbox<Work> {
  readonly #options: OutboxOptions
  #filling: Batch<Work> | undefined
  /** Buffers of batches that are through. */
  readonly #spare: Buffer[] = []
  readonly #waiting: Batch<Work>[] = []
  /** In the order in which they were filled, until they and all before them are through. */
  readonly #unsettled: Batch<Work>[] = []
  #underWay = 0
  #failure: { readonly error: unknown } | undefined
  readonly #changed = new Wake()
  /** The newest record up to which all are through; undefined while there is none. */
  reached: Pick<OutboxEntry<Work>, 'work' | 'number'> | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Whether {@link drain} would wait: read no further before. */
  get isFull(): boolean {
    return this.#waiting.length > 0 || this.#failure !== undefined
  }

  /** Whether it has given up: {@link drain} and {@link flush} throw. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Takes a document of at most `batchBytes`, full or not. */
  add(document: Document, tally: ObjectTally, work: Work, number: number): void {
    const { batchBytes, batchRecords } = this.#options
    if (this.#filling && this.#filling.bytes + document.bytes > batchBytes) this.#close(this.#filling)
    this.#filling ??= { entries: [], source: this.#takeBuffer(), bytes: 0, isThrough: false }
    const batch = this.#filling
    const { source, bytes: start } = batch
    const { id, category, dayTimeMs } = document
    batch.bytes = writeDocument(document, source, start)
    batch.entries.push({ id, category, dayTimeMs, source, start, end: batch.bytes, tally, work, number })
    tally.underWay++
    if (batch.entries.length >= batchRecords) this.#close(batch)
  }

  /** Waits until there is room. @throws what the sink failed with */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#failure) await this.#changed.next()
    if (this.#failure) throw this.#failure.error
  }

  /** Sends what there is and waits for it. @throws what the sink failed with */
  async flush(): Promise<void> {
    if (this.#filling) this.#close(this.#filling)
    await this.settle()
    if (this.#failure) throw this.#failure.error
  }

  /** Waits for the requests under way, whatever they come to. */
  async settle(): Promise<void> {
    while (this.#underWay > 0) await this.#changed.next()
  }

  #takeBuffer(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#options.batchBytes)
  }

  #close(batch: Batch<Work>): void {
    this.#filling = undefined
    this.#waiting.push(batch)
    this.#unsettled.push(batch)
    this.#start()
  }

  #start(): void {
    while (this.#underWay < this.#options.requests && !this.#failure) {
      const batch = this.#waiting.shift()
      if (!batch) return
      this.#underWay++
      void this.#send(batch)
    }
  }

  async #send(batch: Batch<Work>): Promise<void> {
    const { sink, keepRejected, signal, log } = this.#options
    const startedMs = performance.now()
    try {
      const refusals = await sink.send(batch.entries, signal)
      if (refusals.length > 0) await keepRejected(refusals)
      this.#count(batch, refusals)
      this.#spare.push(batch.source)
      const ms = Math.round(performance.now() - startedMs)
      log.detailed('batch', { records: batch.entries.length, rejected: refusals.length, bytes: batch.bytes, ms })
    } catch (error) {
      this.#failure ??= { error }
    }
    this.#underWay--
    this.#start()
    this.#changed.call()
  }

  #count(batch: Batch<Work>, refusals: readonly Refusal[]): void {
    const refused = new Map(refusals.map((refusal) => [refusal.record, refusal]))
    for (const entry of batch.entries) {
      const { tally, number } = entry
      tally.underWay--
      const refusal = refused.get(entry)
      if (refusal) tally.recordRejected({ record: number, status: refusal.status, type: refusal.type })
      else tally.sent++
    }
    batch.isThrough = true
    while (this.#unsettled[0]?.isThrough) {
      const { work, number } = this.#unsettled.shift()!.entries.at(-1)!
      this.reached = { work, number }
    }
  }
}
