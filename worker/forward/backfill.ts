import { untilAborted } from '../async/time-limit.ts'
import type { Category } from '../contract/config.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { compareKeys } from '../contract/key-order.ts'
import { createKeyReader } from '../contract/layout-key.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { CategoryListing } from '../scan/category-plan.ts'
import type { BackfillTotals, Checkpoint } from './checkpoint.ts'
import { type Forwarding, forwardObject, type ReadingEnd, unreadableText } from './forward-object.ts'
import { ObjectTally } from './object-tally.ts'
import { Outbox } from './outbox.ts'

/*
 * Forwards objects that are older than the forwarder, by the same code and with the same ids: in key order, one after
 * the other, with bulks that are filled across objects. A checkpoint stores the progress, so that another run can resume.
 */

export interface BackfillOptions extends Forwarding {
  /** The objects to forward, in this order. */
  readonly categories: readonly { readonly category: Category; readonly listing: CategoryListing }[]
  readonly source: Store
  readonly signal: AbortSignal
  /** Names the backfill in its checkpoints. */
  readonly task: string
  /** Where an earlier run stopped. */
  readonly resumed: Checkpoint | undefined
  /** Called about every second, and at the end, after a failure too. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => void
}

export interface BackfillResult {
  readonly totals: Readonly<BackfillTotals>
  readonly failures: Checkpoint['failures']
}

/** An object whose records may still be in the outbox. */
interface Work {
  readonly category: string
  readonly object: StoredObject
  readonly tally: ObjectTally
  readonly from: number
  end: ReadingEnd | { readonly kind: 'failed'; readonly why: string } | undefined
}

const checkpointEveryMs = 1_000
/** Bounds the list on a day on which everything fails. */
const keptFailures = 10_000

/** Forwards all objects. @throws SinkError, the store's errors, the signal's reason; after the last checkpoint */
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
  /** In order: objects that are not done yet, or follow one that is not. */
  readonly #works: Work[] = []
  /** The last object of which it and all before it are done. */
  #lastDone: Pick<Work, 'category' | 'object'> | undefined
  /** The last of the announced objects, until all of them are read. */
  #announced: StoredObject | undefined
  #reportedMs = performance.now()

  constructor(options: BackfillOptions) {
    this.#options = options
    const { resumed } = options
    this.#outbox = new Outbox({ ...options, signal: this.#cut.signal })
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

  /** Waits a few seconds for the requests in flight, and reports the last checkpoint. */
  async settle(): Promise<void> {
    const timer = setTimeout(() => this.#cut.abort(new Error('cancelled')), 3_000)
    await this.#outbox.settle()
    clearTimeout(timer)
    this.#fold()
    this.#report()
    await this.#cancelAnnounced()
  }

  /** Ends the fetches of announced objects when a run ends early: opening the last one cancels those before it. */
  async #cancelAnnounced(): Promise<void> {
    if (!this.#announced) return
    try {
      const body = await this.#options.source.open(this.#announced)
      await body.close()
    } catch {
      // The error that ended the run is the one to report.
    }
  }

  /** Whether the checkpoint of an earlier run does not cover an object. */
  #isAhead(category: string, { key }: StoredObject): boolean {
    const { resumed } = this.#options
    if (resumed?.category !== category) return true
    const order = compareKeys(key, resumed.key)
    return order > 0 || (order === 0 && resumed.record !== null)
  }

  async #forward(category: Category, object: StoredObject): Promise<void> {
    const { resumed, signal } = this.#options
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
      const { timeMs: keyTimeMs = 0, fields: keyFields = {} } = createKeyReader(category.layout)(object.key) ?? {}
      work.end =
        object.size === 0
          ? { kind: 'read', textBytes: 0 }
          : await forwardObject({
              ...this.#options,
              category,
              keyTimeMs,
              keyFields,
              object,
              outbox: this.#outbox,
              work
            })
    } catch (error) {
      // A failure of the sink or of the whole store ends the run. A failure of the object is listed.
      if (this.#outbox.hasFailed || signal.aborted || !isOfObject(error)) throw error
      work.end = { kind: 'failed', why: messageOf(error) }
    }
    this.#fold()
    if (performance.now() - this.#reportedMs >= checkpointEveryMs) this.#report()
  }

  /** Counts the objects that are done, from the oldest on. */
  #fold(): void {
    for (let work = this.#works[0]; work?.end && work.tally.underWay === 0; work = this.#works[0]) {
      const { tally, object, category, end } = work
      this.#works.shift()
      this.#lastDone = { category, object }
      const why = failureOf(end)
      this.#totals.objects++
      this.#add(work, tally)
      if (why !== undefined && this.#failures.length < keptFailures) this.#failures.push({ key: object.key, why })
    }
  }

  /** An earlier run has counted the records before `from`. */
  #add({ from }: Work, { encountered, sent, rejected, filtered, unparsed }: ObjectTally): void {
    this.#totals.records += Math.max(0, encountered - from)
    this.#totals.sent += sent
    this.#totals.rejected += rejected
    this.#totals.filtered += filtered
    this.#totals.unparsed += unparsed
  }

  #report(): void {
    this.#reportedMs = performance.now()
    const { task, onCheckpoint, resumed } = this.#options
    const first = this.#works[0]
    const isBegun = first !== undefined && this.#outbox.reached?.work === first
    const place = isBegun ? first : this.#lastDone
    if (!place) {
      if (resumed) onCheckpoint(resumed)
      return
    }
    // An object that is done in part adds only some of its counts. The rest is added when the whole object is done.
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

/** The part of an object that is done. A bulk that came back out of order may be counted before its turn. */
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
  return end.kind === 'unreadable' ? unreadableText(end) : end.kind
}

function isOfObject(error: unknown): boolean {
  return error instanceof IotLogError && (error.code === 'io' || error.code === 'denied')
}
