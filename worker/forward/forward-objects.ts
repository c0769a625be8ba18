import { untilAborted } from '../async/time-limit.ts'
import type { Environment } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { findFormat } from '../formats/registry.ts'
import type { Log } from '../report/log.ts'
import { locateStore } from '../stores/open-store.ts'
import { createKeyPlaces, type KeyPlace } from './category-of-key.ts'
import type { EventObject } from './event-objects.ts'
import { forwardObject, type ReadingEnd } from './forward-object.ts'
import { ObjectTally } from './object-tally.ts'
import type { NamedSink } from './open-forward-sink.ts'
import { versionOf } from './origin-location.ts'
import { Outbox } from './outbox.ts'
import type { Refusal, Sink } from './sinks/sink.ts'

/*
 * The objects of one invocation, one after the other, through one outbox: batches are filled across objects, so that
 * small ones do not wait for an answer each. It ends when all are through, when the sink or the time gives out, and
 * tells of each object how far it came.
 */

/** What the objects of events need; the same for all invocations of a process. */
export interface Forwarder {
  readonly environment: Environment
  readonly limits: Limits
  readonly source: Store
  readonly sink: Sink
  readonly named: NamedSink
  readonly context: DecoderContext
  readonly keepRejected: (refusals: readonly Refusal[]) => Promise<void>
  readonly log: Log
}

/** What became of an object. */
export type ObjectEnd =
  | { readonly kind: 'done' }
  /** No try will help. */
  | { readonly kind: 'poison'; readonly reason: string; readonly from: number }
  /** Its records before `from` are through; the rest is for another run. `why` where something failed. */
  | { readonly kind: 'unfinished'; readonly from: number; readonly isBegun: boolean; readonly why: string | undefined }

/** An object on its way. */
interface Work {
  readonly object: EventObject
  tally: ObjectTally
  /** The version that is read: another than the event's where the object was replaced. */
  from: number
  end:
    | ReadingEnd
    | { readonly kind: 'skipped'; readonly why: string }
    | { readonly kind: 'foreign'; readonly reason: string }
    | undefined
  failure: string | undefined
  startedMs: number
}

/** For the requests under way when the time gives out. */
const settleMs = 5_000
/** An object that is replaced again and again is somebody else's doing. */
const mostReplacements = 3

/** Forwards objects until all are through or `stop` aborts. Never fails: what failed is told of each object. */
export async function forwardObjects(
  objects: readonly EventObject[],
  forwarder: Forwarder,
  stop: AbortSignal
): Promise<ObjectEnd[]> {
  const cut = new AbortController()
  const { sink, named, keepRejected, log } = forwarder
  const { batchBytes, batchRecords, requests } = named.settings
  const outbox = new Outbox<Work>({ sink, batchBytes, batchRecords, requests, keepRejected, signal: cut.signal, log })
  const works = objects.map(newWork)
  const placeOf = createKeyPlaces(forwarder.environment)
  let outage: string | undefined
  try {
    for (const work of works) {
      work.startedMs = performance.now()
      const read = (): Promise<void> => forwardWork(work, outbox, placeOf, forwarder, stop)
      await untilAborted(read, stop).catch((error) => {
        // What befalls the sink or the whole store befalls the next object too.
        if (stop.aborted || outbox.hasFailed || isOutage(error)) throw error
        work.failure = messageOf(error)
      })
    }
    await untilAborted(() => outbox.flush(), stop)
  } catch (error) {
    if (!stop.aborted) outage = messageOf(error)
    const timer = setTimeout(() => cut.abort(new Error('out of time')), settleMs)
    await outbox.settle()
    clearTimeout(timer)
  }
  return works.map((work) => {
    const end = endOf(work, outbox, outage)
    tellEnd(work, end, forwarder)
    return end
  })
}

async function forwardWork(
  work: Work,
  outbox: Outbox<Work>,
  placeOf: ReturnType<typeof createKeyPlaces>,
  forwarder: Forwarder,
  signal: AbortSignal
): Promise<void> {
  const { bucket, prefix } = locateStore(forwarder.source.url)
  if (work.object.bucket !== bucket) {
    const reason = `the bucket ${work.object.bucket} is not the source of the environment ${forwarder.environment.name}`
    work.end = { kind: 'foreign', reason }
    return
  }
  const key = work.object.key.startsWith(prefix) ? work.object.key.slice(prefix.length) : undefined
  const place = key === undefined ? undefined : placeOf(key, work.object.size ?? 1)
  const why = skipReason(place, forwarder)
  if (why !== undefined || key === undefined || !place) {
    work.end = { kind: 'skipped', why: why ?? 'outside of the source' }
    return
  }
  let stored = storedOf(work.object, key) ?? (await findStored(forwarder.source, key))
  for (let replacements = 0; ; replacements++) {
    if (!stored) work.end = { kind: 'vanished' }
    else if (stored.size === 0) work.end = { kind: 'skipped', why: 'empty' }
    else work.end = await forwardStored(stored, place, work, outbox, forwarder, signal)
    if (work.end.kind !== 'replaced' || replacements === mostReplacements) return
    // The event of what stands there now may have come first, or never: only the newest of several writes need be told.
    stored = await findStored(forwarder.source, key)
    work.tally = new ObjectTally()
    work.from = 0
  }
}

function forwardStored(
  object: StoredObject,
  { category, keyTimeMs }: KeyPlace,
  work: Work,
  outbox: Outbox<Work>,
  { source, named, limits, context, keepRejected }: Forwarder,
  signal: AbortSignal
): Promise<ReadingEnd> {
  return forwardObject({
    store: source,
    object,
    origin: {
      bucket: work.object.bucket,
      key: work.object.key,
      version: versionOf(object),
      category: category.name,
      keyTimeMs
    },
    format: findFormat(category.format),
    sink: named.settings,
    limits,
    context,
    outbox,
    keepRejected,
    work,
    tally: work.tally,
    from: work.from,
    signal
  })
}

function newWork(object: EventObject): Work {
  return { object, tally: new ObjectTally(), from: object.from, end: undefined, failure: undefined, startedMs: 0 }
}

const isOutage = (error: unknown): boolean => error instanceof IotLogError && error.code === 'unavailable'

function skipReason(place: KeyPlace | undefined, { named }: Forwarder): string | undefined {
  if (!place) return 'its key is of no category'
  if (place.isSkipped) return 'excluded by the category'
  const { categories } = named.settings
  return categories && !categories.includes(place.category.name) ? 'the sink does not take the category' : undefined
}

/** The object as the event tells it, where it tells enough. */
function storedOf({ size, etag }: EventObject, key: string): StoredObject | undefined {
  return size === undefined || etag === undefined ? undefined : { key, size, version: `"${etag}"` }
}

/** The object as it stands there now: the first of a listing of its own key. */
async function findStored(store: Store, key: string): Promise<StoredObject | undefined> {
  for await (const page of store.list(key)) return page[0]?.key === key ? page[0] : undefined
  return undefined
}

function endOf(
  { object, tally, from, end, failure, startedMs }: Work,
  outbox: Outbox<Work>,
  outageText: string | undefined
): ObjectEnd {
  const isThrough = tally.underWay === 0
  const isReached = outbox.reached?.work.tally === tally
  const reached = isThrough ? tally.encountered : isReached ? outbox.reached!.number + 1 : 0
  const position = Math.max(from, reached)
  if (isThrough && end && failure === undefined) {
    if (end.kind === 'foreign') return { kind: 'poison', reason: end.reason, from: object.from }
    if (end.kind === 'unreadable') {
      const where = end.byte === undefined ? '' : ` at byte ${end.byte}`
      return { kind: 'poison', reason: `unreadable: ${end.reason}${where}`, from: position }
    }
    if (end.kind === 'replaced')
      return { kind: 'unfinished', from: 0, isBegun: true, why: 'it was replaced again and again' }
    return { kind: 'done' }
  }
  return { kind: 'unfinished', from: position, isBegun: startedMs !== 0, why: failure ?? outageText }
}

function tellEnd({ object, tally, end, from, startedMs }: Work, result: ObjectEnd, { log, named }: Forwarder): void {
  if (end?.kind === 'skipped')
    return log.detailed('object skipped', { bucket: object.bucket, key: object.key, why: end.why })
  const summary = {
    bucket: object.bucket,
    key: object.key,
    sink: named.name,
    result: result.kind === 'done' && end?.kind === 'vanished' ? 'vanished' : result.kind,
    records: tally.encountered,
    sent: tally.sent,
    rejected: tally.rejected,
    filtered: tally.filtered,
    unparsed: tally.unparsed,
    from,
    ...(result.kind === 'unfinished' && { reached: result.from }),
    ...(end?.kind === 'read' && { textBytes: end.textBytes }),
    ms: startedMs === 0 ? 0 : Math.round(performance.now() - startedMs),
    ...(tally.lastFailures.length > 0 && { lastFailures: tally.lastFailures.map((failure) => ({ ...failure })) })
  }
  if (result.kind === 'done') log.info('object forwarded', summary)
  else
    log.warn(result.kind === 'poison' ? 'object unreadable' : 'object unfinished', {
      ...summary,
      why: 'why' in result ? result.why : result.reason
    })
}
