import { untilAborted } from '../async/time-limit.ts'
import type { Environment } from '../contract/config.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { locateStore } from '../stores/open-store.ts'
import { createKeyPlaces, type KeyPlace } from './category-of-key.ts'
import type { EventObject } from './event-objects.ts'
import { type Forwarding, forwardObject, type ReadingEnd, unreadableText } from './forward-object.ts'
import { ObjectTally } from './object-tally.ts'
import { Outbox } from './outbox.ts'

/*
 * Forwards the objects of one invocation, one after the other, through one outbox. Bulks are filled across objects, so
 * that small objects do not wait for a response each. It ends when all objects are forwarded, the sink fails or the time
 * is over. The result has the state of each object.
 */

/** What the objects of events need; the same for all invocations of a process. */
export interface Forwarder extends Forwarding {
  readonly environment: Environment
  readonly source: Store
}

/** The result of an object. */
export type ObjectEnd =
  | { readonly kind: 'done' }
  /** No retry will help. */
  | { readonly kind: 'poison'; readonly reason: string; readonly from: number }
  /** Its records before `from` are forwarded; another run forwards the rest. `why` is set if something failed. */
  | { readonly kind: 'unfinished'; readonly from: number; readonly isBegun: boolean; readonly why: string | undefined }

/** An object that is being forwarded. */
interface Work {
  readonly object: EventObject
  tally: ObjectTally
  /** An earlier run has forwarded the records before this number. 0 if the object was replaced. */
  from: number
  end:
    | ReadingEnd
    | { readonly kind: 'skipped'; readonly why: string }
    | { readonly kind: 'foreign'; readonly reason: string }
    | undefined
  failure: string | undefined
  startedMs: number
}

/** For the requests in flight when the time is over. */
const settleMs = 5_000
/** Objects are written once. If another program keeps replacing one, a later run forwards it. */
const mostReplacements = 3

/** Forwards objects until all are done or `stop` aborts. Never fails: each object's result has its failure. */
export async function forwardObjects(
  objects: readonly EventObject[],
  forwarder: Forwarder,
  stop: AbortSignal
): Promise<ObjectEnd[]> {
  const cut = new AbortController()
  const outbox = new Outbox<Work>({ ...forwarder, signal: cut.signal })
  const works = objects.map(newWork)
  const placeOf = createKeyPlaces(forwarder.environment)
  let outage: string | undefined
  try {
    for (const work of works) {
      work.startedMs = performance.now()
      const read = (): Promise<void> => forwardWork(work, outbox, placeOf, forwarder, stop)
      await untilAborted(read, stop).catch((error) => {
        // A failure of the sink or of the whole store would fail the next object too.
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
    logEnd(work, end, forwarder)
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
    else work.end = await forwardObject({ ...forwarder, ...place, object: stored, outbox, work, signal })
    if (work.end.kind !== 'replaced' || replacements === mostReplacements) return
    // The event of the current object may have come earlier. S3 may also notify only of the newest of several writes.
    stored = await findStored(forwarder.source, key)
    work.tally = new ObjectTally()
    work.from = 0
  }
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

/** The object by its event; undefined if that lacks the size or the ETag. */
function storedOf({ size, etag }: EventObject, key: string): StoredObject | undefined {
  return size === undefined || etag === undefined ? undefined : { key, size, version: `"${etag}"` }
}

/** The current object of a key: the first of a listing of that key. */
async function findStored(store: Store, key: string): Promise<StoredObject | undefined> {
  for await (const page of store.list(key)) return page[0]?.key === key ? page[0] : undefined
  return undefined
}

function endOf(
  { object, tally, from, end, failure, startedMs }: Work,
  outbox: Outbox<Work>,
  outageText: string | undefined
): ObjectEnd {
  const isDone = tally.underWay === 0
  const isReached = outbox.reached?.work.tally === tally
  const reached = isDone ? tally.encountered : isReached ? outbox.reached!.number + 1 : 0
  const position = Math.max(from, reached)
  if (isDone && end && failure === undefined) {
    if (end.kind === 'foreign') return { kind: 'poison', reason: end.reason, from: object.from }
    if (end.kind === 'unreadable') return { kind: 'poison', reason: unreadableText(end), from: position }
    if (end.kind !== 'replaced') return { kind: 'done' }
    return { kind: 'unfinished', from: 0, isBegun: true, why: 'it was replaced several times' }
  }
  return { kind: 'unfinished', from: position, isBegun: startedMs !== 0, why: failure ?? outageText }
}

function logEnd({ object, tally, end, from, startedMs }: Work, result: ObjectEnd, { log, named }: Forwarder): void {
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
