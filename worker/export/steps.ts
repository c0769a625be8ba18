import { cutSingly, mergeSteps } from '../athena/merge.ts'
import { isReadDirectly } from '../athena/readable.ts'
import type { AthenaRun } from '../athena/run.ts'
import { UnreadCategory } from '../athena/run-category.ts'
import type { Limits } from '../contract/config-schema.ts'
import { IotLogError } from '../contract/errors.ts'
import type { RequestOptions } from '../contract/request-options.ts'
import type { Store, StoredObject, StoreSettings } from '../contract/store.ts'
import type { InflaterChoice } from '../decode/inflater.ts'
import { chooseMatcher } from '../match/choose-matcher.ts'
import type { EngineChoice } from '../model/engine.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'
import { type ScanStep, scanInOrder } from '../scan/pool.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import { cutSlices, type Slice } from '../scan/slices.ts'
import type { Listing } from './listing.ts'

/*
 * The steps of an export, category after category: kept lines, and outcomes of objects. Neighbouring categories that the
 * worker reads are one scan. For a category of Athena its result is merged with the objects that the worker reads itself.
 */

/** How many bytes of kept lines a thread may be ahead of the archive. */
const creditBytes = 4 * 1024 * 1024

export interface StepsOptions {
  readonly plans: readonly CategoryPlan[]
  readonly listing: Listing
  readonly limits: Limits
  readonly source: Store
  /** How the threads open the source. */
  readonly sourceSettings: StoreSettings
  readonly threads: number
  readonly inflaters: InflaterChoice
  readonly wanted: RequestOptions['engine']
  /** Undefined if Athena reads no category. */
  readonly run: AthenaRun | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: ScanProgress) => void
}

/** A choice that changes while the categories are read. */
type OpenChoice = { -readonly [K in keyof EngineChoice]: EngineChoice[K] }

/**
 * Gives the steps in the order of the categories. If Athena turns out to be unable to read a category, the worker reads
 * it, and `choice` is updated.
 */
export async function* exportSteps(choice: OpenChoice, options: StepsOptions): AsyncGenerator<ScanStep> {
  for (let at = 0; at < options.plans.length; ) {
    if (choice.engines[at] === 'athena') {
      yield* queriedSteps(at++, choice, options)
      continue
    }
    const end = choice.engines.indexOf('athena', at)
    const to = end < 0 ? options.plans.length : end
    yield* scannedSteps(at, to, options)
    at = to
  }
}

/** A scan of the categories from one to another. */
function scannedSteps(from: number, to: number, options: StepsOptions): AsyncGenerator<ScanStep> {
  const pages = options.listing.categories.map(({ pages }, at) => (at >= from && at < to ? pages() : noPages()))
  return scan(cutSlices(pages), options)
}

async function* noPages(): AsyncGenerator<readonly StoredObject[]> {}

async function* queriedSteps(at: number, choice: OpenChoice, options: StepsOptions): AsyncGenerator<ScanStep> {
  const { plans, listing, wanted, run, onProgress } = options
  const { name } = plans[at]!.category
  let result: Awaited<ReturnType<AthenaRun['resultOf']>>
  try {
    result = await run!.resultOf(name)
  } catch (error) {
    if (!(error instanceof UnreadCategory)) throw error
    if (wanted === 'athena') throw cantRead(name, error)
    choice.engines = choice.engines.with(at, 'scan')
    choice.reason += `; ${name} by scan after all: ${error.message}`
    choice.basis += `; ${name} by scan`
    return yield* scannedSteps(at, at + 1, options)
  }
  const { prefixLength } = plans[at]!.reading
  const isDirect = (object: StoredObject): boolean =>
    isReadDirectly(object, prefixLength) || result.unread.has(object.key)
  const { pages } = listing.categories[at]!
  yield* mergeSteps({
    category: at,
    pages: pages(),
    lines: result.lines.sorted(),
    isDirect,
    direct: scan(cutSingly(at, pages(), isDirect), options),
    prefixLength,
    onProgress
  })
}

function scan(slices: AsyncGenerator<Slice>, options: StepsOptions): AsyncGenerator<ScanStep> {
  const { plans, source, sourceSettings, limits, threads, inflaters, signal, onProgress } = options
  const settings = {
    store: sourceSettings,
    readings: plans.map((plan) => plan.reading),
    limits: { maxLineBytes: limits.maxLineBytes, maxRatio: limits.maxRatio },
    inflaters,
    matcher: chooseMatcher(inflaters),
    creditBytes,
    threads,
    readAhead: source.readAhead
  }
  return scanInOrder(slices, settings, signal, onProgress)
}

function cantRead(name: string, why: UnreadCategory): IotLogError {
  const text = `Athena can't read ${name}: ${why.message} (engine=auto reads it)`
  return new IotLogError('query-failed', text, { subject: name, cause: why })
}
