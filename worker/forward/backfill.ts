import { untilAborted } from '../async/time-limit.ts'
import type { Category } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { compareKeys } from '../contract/key-order.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { findFormat } from '../formats/registry.ts'
import type { Log } from '../report/log.ts'
import type { CategoryListing } from '../scan/category-plan.ts'
import type { BackfillTotals, Checkpoint } from './checkpoint.ts'
import { forwardObject, type ReadingEnd } from './forward-object.ts'
import { ObjectTally } from './object-tally.ts'
import type { NamedSink } from './open-forward-sink.ts'
import { originPlaces } from './origin-location.ts'
import { Outbox } from './outbox.ts'
import type { Refusal, Sink } from './sinks/sink.ts'

/*
 * Objects that were there before the forwarder, through the same code and with the same ids: in key order, one after the
 * other, batches filled across them. What is through is told as a checkpoint, from which another run goes on.
 */

export interface BackfillOptions {
  /** What to forward, in this order. */
  readonly categories: readonly { readonly category: Category; readonly listing: CategoryListing }[]
  readonly limits: Limits
  readonly source: Store
  readonly sink: Sink
  readonly named: NamedSink
  readonly context: DecoderContext
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  readonly log: Log
  readonly signal: AbortSignal
  /** Names the backfill in its checkpoints. */
  readonly task: string
  /** Where an earlier run stopped. */
  readonly resumed: Checkpoint | undefined
  /** Told about every second, and at the end, however it comes. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => void
}

export interface BackfillResult {
  readonly totals: Readonly<BackfillTotals>
  readonly failures: Checkpoint['failures']
}

/** An object whose records may still be under way. */
interface Work {
  readonly category: string
  readonly object: StoredObject
  readonly tally: ObjectTally
  readonly from: number
  end: ReadingEnd | { readonly kind: 'failed'; readonly why: string } | undefined
}

const checkpointEveryMs = 1_000
/** Kept of the failures of a day on which everything fails. */
const keptFailures = 10_000

/** Forwards them all. @throws SinkError, the store's errors, the signal's reason; the checkpoint is told before */
export async function backfill(options: BackfillOptions): Promise<BackfillResult> {
  const run = new BackfillRun(options)
  try {
    await run.forwardAll()
  } finally {
    await run.settle()
  }
  return run.result
}

class BackfillRun {
  readonly #options: BackfillOptions
  readonly #outbox: Outbox<Work>
  readonly #cut = new AbortController()
  readonly #totals: BackfillTotals
  readonly #failures: { key: string; why: string }[]
  /** In order: not through yet, or behind one that is not. */
  readonly #works: Work[] = []
  /** The last object that is through, with all before it. */
  #through: Pick<Work, 'category' | 'object'> | undefined
  /** The last of the objects that the store was told of, until all of them are read. */
  #announced: StoredObject | undefined
  #toldMs = performance.now()

  constructor(options: BackfillOptions) {
    this.#options = options
    const { sink, named, keepRejected, log, resumed } = options
    const { batchBytes, batchRecords, requests } = named.settings
    const signal = this.#cut.signal
    this.#outbox = new Outbox({ sink, batchBytes, batchRecords, requests, keepRejected, signal, log })
    this.#totals = {
      ...(resumed?.totals ?? { objects: 0, records: 0, sent: 0, rejected: 0, filtered: 0, unparsed: 0 })
    }
    this.#failures = [...(resumed?.failures ?? [])]
  }

  get result(): BackfillResult {
    return { totals: this.#totals, failures: this.#failures }
  }

  async forwardAll(): Promise<void> {
    const { categories, resumed, source, signal } = this.#options
    const first = resumed ? categories.findIndex(({ category }) => category.name === resumed.category) : 0
    for (const { category, listing } of categories.slice(Math.max(0, first))) {
      for await (const page of listing.pages()) {
        const objects = page.filter((object) => this.#isAhead(category.name, object))
        source.announce(objects)
        this.#announced = objects.at(-1)
        for (const object of objects) await untilAborted(() => this.#forward(category, object), signal)
        this.#announced = undefined
      }
    }
    await untilAborted(() => this.#outbox.flush(), signal)
  }

  /** Waits for nothing but requests under way, and those not for long. */
  async settle(): Promise<void> {
    const timer = setTimeout(() => this.#cut.abort(new Error('cancelled')), 3_000)
    await this.#outbox.settle()
    clearTimeout(timer)
    this.#fold()
    this.#tell()
    await this.#renounce()
  }

  /** Opening the last gives up those before it: nothing is fetched any more when a run ends early. */
  async #renounce(): Promise<void> {
    if (!this.#announced) return
    try {
      const body = await this.#options.source.open(this.#announced)
      await body.close()
    } catch {
      // It is not wanted: what ended the run is what is told.
    }
  }

  /** Whether an object is not through by the checkpoint of an earlier run. */
  #isAhead(category: string, { key }: StoredObject): boolean {
    const { resumed } = this.#options
    if (resumed?.category !== category) return true
    const order = compareKeys(key, resumed.key)
    return order > 0 || (order === 0 && resumed.record !== null)
  }

  async #forward(category: Category, object: StoredObject): Promise<void> {
    const { resumed, source, limits, context, keepRejected, named, signal } = this.#options
    const isSame =
      resumed?.key === object.key &&
      resumed.category === category.name &&
      resumed.objectVersion === (object.version ?? null)
    const work: Work = {
      category: category.name,
      object,
      tally: new ObjectTally(),
      from: isSame ? (resumed.record ?? 0) : 0,
      end: undefined
    }
    this.#works.push(work)
    try {
      const origin = originPlaces(source, category)(object)
      const shared = { store: source, object, origin, limits, context, keepRejected, work, signal }
      const { tally, from } = work
      const format = findFormat(category.format)
      work.end =
        object.size === 0
          ? { kind: 'read', textBytes: 0 }
          : await forwardObject({ ...shared, format, sink: named.settings, outbox: this.#outbox, tally, from })
    } catch (error) {
      // What befalls the sink or the whole store ends the run; what befalls the object is told.
      if (this.#outbox.hasFailed || signal.aborted || !isOfObject(error)) throw error
      work.end = { kind: 'failed', why: messageOf(error) }
    }
    this.#fold()
    if (performance.now() - this.#toldMs >= checkpointEveryMs) this.#tell()
  }

  /** Counts what is through, from the oldest on. */
  #fold(): void {
    for (let work = this.#works[0]; work?.end && work.tally.underWay === 0; work = this.#works[0]) {
      const { tally, object, category, end } = work
      this.#works.shift()
      this.#through = { category, object }
      const why = failureOf(end)
      this.#totals.objects++
      this.#add(work, tally)
      if (why !== undefined && this.#failures.length < keptFailures) this.#failures.push({ key: object.key, why })
    }
  }

  /** Records that an earlier run has counted are not counted again. */
  #add({ from }: Work, { encountered, sent, rejected, filtered, unparsed }: ObjectTally): void {
    this.#totals.records += Math.max(0, encountered - from)
    this.#totals.sent += sent
    this.#totals.rejected += rejected
    this.#totals.filtered += filtered
    this.#totals.unparsed += unparsed
  }

  #tell(): void {
    this.#toldMs = performance.now()
    const { task, onCheckpoint, resumed } = this.#options
    const first = this.#works[0]
    const isBegun = first !== undefined && this.#outbox.reached?.work === first
    const place = isBegun ? first : (this.#through ?? undefined)
    if (!place) {
      if (resumed) onCheckpoint(resumed)
      return
    }
    // Of an object that is through in part, the counts are those of the records before: told once it is told whole.
    const partly = isBegun ? partOf(first, this.#outbox.reached!.number + 1) : undefined
    onCheckpoint({
      version: 1,
      task,
      category: place.category,
      key: place.object.key,
      record: partly?.record ?? null,
      objectVersion: place.object.version ?? null,
      totals: partly ? addTotals(this.#totals, partly) : { ...this.#totals },
      failures: [...this.#failures]
    })
  }
}

/** What of an object is through: at most a batch that came back out of order is counted and not yet passed. */
function partOf({ from, tally }: Work, record: number) {
  const { sent, rejected } = tally
  return { record, records: record - from, sent, rejected }
}

function addTotals(totals: BackfillTotals, { records, sent, rejected }: ReturnType<typeof partOf>): BackfillTotals {
  return {
    ...totals,
    records: totals.records + records,
    sent: totals.sent + sent,
    rejected: totals.rejected + rejected
  }
}

function failureOf(end: NonNullable<Work['end']>): string | undefined {
  if (end.kind === 'read') return undefined
  if (end.kind === 'failed') return end.why
  if (end.kind === 'unreadable')
    return `unreadable: ${end.reason}${end.byte === undefined ? '' : ` at byte ${end.byte}`}`
  return end.kind
}

function isOfObject(error: unknown): boolean {
  return error instanceof IotLogError && (error.code === 'io' || error.code === 'denied')
}
