import { Wake } from '../async/wake.ts'
import type { SinkSettings } from '../contract/config-schema.ts'
import type { Log } from '../report/log.ts'
import { type Document, writeDocument } from './document.ts'
import type { ObjectTally } from './object-tally.ts'
import type { Refusal, Sink, SinkRecord } from './sinks/sink.ts'

/*
 * The outbox stands between the records and the sink. It fills bulks, has a few of them in flight, and knows up to which
 * record everything is done. A document is written into its bulk at once. As texts, bulks would fill the heap with
 * garbage after each request, and V8 lets that grow. Memory: `requests` bulks in flight, with the bodies of their
 * requests, one that waits and one that is being filled. With the default of 2 MiB and two requests that is 12 MiB.
 */

/** A record and its place in the object, from which a later run can resume. */
interface OutboxEntry<Work> extends SinkRecord {
  readonly tally: ObjectTally
  readonly work: Work
  /** Its number in the object. */
  readonly number: number
}

export interface OutboxOptions {
  readonly sink: Sink
  readonly named: { readonly settings: Pick<SinkSettings, 'batchBytes' | 'batchRecords' | 'requests'> }
  /** Stores rejected records. A rejected record is done only when it is stored. */
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  /** Aborts the requests in flight. */
  readonly signal: AbortSignal
  readonly log: Log
}

interface Bulk<Work> {
  readonly entries: OutboxEntry<Work>[]
  readonly source: Buffer
  bytes: number
  isDone: boolean
}

export class Outbox<Work> {
  readonly #options: OutboxOptions
  #filling: Bulk<Work> | undefined
  /** Buffers of bulks that are done. */
  readonly #spare: Buffer[] = []
  readonly #waiting: Bulk<Work>[] = []
  /** In the order in which they were filled, until they and all before them are done. */
  readonly #unsettled: Bulk<Work>[] = []
  #inFlight = 0
  #failure: { readonly error: unknown } | undefined
  readonly #changed = new Wake()
  /** The last record of which it and all before it are done; undefined if there is none yet. */
  reached: Pick<OutboxEntry<Work>, 'work' | 'number'> | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Whether {@link drain} would wait. Call that before reading more. */
  get isFull(): boolean {
    return this.#waiting.length > 0 || this.#failure !== undefined
  }

  /** Whether the sink has failed. {@link drain} and {@link flush} then throw. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Takes a document of at most `batchBytes`, even if the outbox is full. */
  add(document: Document, tally: ObjectTally, work: Work, number: number): void {
    const { batchBytes, batchRecords } = this.#options.named.settings
    if (this.#filling && this.#filling.bytes + document.bytes > batchBytes) this.#close(this.#filling)
    const source = this.#filling?.source ?? this.#spare.pop() ?? Buffer.allocUnsafeSlow(batchBytes)
    this.#filling ??= { entries: [], source, bytes: 0, isDone: false }
    const bulk = this.#filling
    const start = bulk.bytes
    const { id, category, dayTimeMs } = document
    bulk.bytes = writeDocument(document, source, start)
    bulk.entries.push({ id, category, dayTimeMs, source, start, end: bulk.bytes, tally, work, number })
    tally.underWay++
    if (bulk.entries.length >= batchRecords) this.#close(bulk)
  }

  /** Waits until there is room. @throws the sink's error */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#failure) await this.#changed.next()
    if (this.#failure) throw this.#failure.error
  }

  /** Sends all records and waits for the responses. @throws the sink's error */
  async flush(): Promise<void> {
    if (this.#filling) this.#close(this.#filling)
    await this.settle()
    if (this.#failure) throw this.#failure.error
  }

  /** Waits for the requests in flight, whether they succeed or fail. */
  async settle(): Promise<void> {
    while (this.#inFlight > 0) await this.#changed.next()
  }

  #close(bulk: Bulk<Work>): void {
    this.#filling = undefined
    this.#waiting.push(bulk)
    this.#unsettled.push(bulk)
    this.#start()
  }

  #start(): void {
    while (this.#inFlight < this.#options.named.settings.requests && !this.#failure) {
      const bulk = this.#waiting.shift()
      if (!bulk) return
      this.#inFlight++
      void this.#send(bulk)
    }
  }

  async #send(bulk: Bulk<Work>): Promise<void> {
    const { sink, keepRejected, signal, log } = this.#options
    const startedMs = performance.now()
    try {
      const refusals = await sink.send(bulk.entries, signal)
      if (refusals.length > 0) await keepRejected(refusals)
      this.#count(bulk, refusals)
      this.#spare.push(bulk.source)
      const ms = Math.round(performance.now() - startedMs)
      log.detailed('batch', { records: bulk.entries.length, rejected: refusals.length, bytes: bulk.bytes, ms })
    } catch (error) {
      this.#failure ??= { error }
    }
    this.#inFlight--
    this.#start()
    this.#changed.call()
  }

  #count(bulk: Bulk<Work>, refusals: readonly Refusal[]): void {
    const refused = new Map(refusals.map((refusal) => [refusal.record, refusal]))
    for (const entry of bulk.entries) {
      const { tally, number } = entry
      tally.underWay--
      const refusal = refused.get(entry)
      if (refusal) tally.recordRejected({ record: number, status: refusal.status, type: refusal.type })
      else tally.sent++
    }
    bulk.isDone = true
    while (this.#unsettled[0]?.isDone) {
      const { work, number } = this.#unsettled.shift()!.entries.at(-1)!
      this.reached = { work, number }
    }
  }
}
