import { orderOf } from '../athena/line-time.ts'
import type { AthenaOffer } from '../athena/open-access.ts'
import { readingDifferences } from '../athena/readable.ts'
import { AthenaRun } from '../athena/run.ts'
import type { Environment } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import type { DamageReason } from '../contract/outcome.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import type { ExportResult } from '../contract/result.ts'
import type { Store, StoreSettings } from '../contract/store.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import type { InflaterChoice, InflaterName } from '../decode/inflater.ts'
import type { EngineChoice } from '../model/engine.ts'
import { chooseDeflater } from '../outputs/zip/choose-deflater.ts'
import type { Deflater } from '../outputs/zip/deflater.ts'
import { type ArchiveTarget, ExportArchive } from '../outputs/zip/export-archive.ts'
import { type ManifestHead, manifestPieces, type WrittenEntry } from '../outputs/zip/manifest.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import { chooseEngines } from './choose-engines.ts'
import { type Listing, listObjects } from './listing.ts'
import { planCategories } from './plan.ts'
import { exportSteps, type StepsOptions } from './steps.ts'
import { Tally } from './tally.ts'

/** What an export is told while it goes on. */
export interface ExportListener {
  onListed?(objects: number): void
  onPlanned?(total: { readonly objects: number; readonly storedBytes: number }, choice: EngineChoice): void
  onProgress?(progress: ScanProgress): void
  /** All before this category is read; its place in the request. Categories without objects are passed over. */
  onCategory?(category: number): void
  /** A failed or cancelled export could not take away all that it had begun. */
  readonly onLeftBehind?: (text: string) => void
}

export interface ExportOptions {
  readonly environment: Environment
  readonly limits: Limits
  readonly source: Store
  /** How the threads open the source. */
  readonly sourceSettings: StoreSettings
  /** How Athena is asked, or why it can't be. */
  readonly athena: AthenaOffer
  readonly target: ArchiveTarget
  readonly threads: number
  /** Instead of the fastest that passes its self-test. */
  readonly inflater?: InflaterName | undefined
  /** `name version`, for the manifest. */
  readonly tool: string
  readonly signal: AbortSignal
  readonly listener?: ExportListener
}

/** The result; disposing gives up its list of unreadable objects. */
export interface ExportOutcome extends ExportResult, Disposable {
  /** Kept lines by hour of the window; empty where the keys tell no hours. */
  readonly linesByHour: readonly number[]
  /** Objects that were not read to their end, by category in the order of the request. */
  readonly missingByCategory: readonly number[]
  /** Unreadable objects by why they are; reasons without any are left out. */
  readonly unreadable: Readonly<Partial<Record<DamageReason, number>>>
}

/**
 * Runs one export from the listing to the verified archive. What can't be read is data of the result; thrown is only
 * what ends the export, and then nothing is left of the archive.
 * @throws IotLogError, or the signal's reason when cancelled
 */
export async function exportLogs(request: ExportRequest, options: ExportOptions): Promise<ExportOutcome> {
  const startedMs = performance.now()
  const { environment, source, signal, listener } = options
  const plans = planCategories(request, environment)
  using listing = await listObjects(source, plans, signal, listener?.onListed)
  const choice = await choose(request, plans, listing, options)
  listener?.onPlanned?.(listing, choice)
  const inflaters = await chooseInflaters(options.inflater)
  const archive = openArchive(request, plans, listing, await chooseDeflater(inflaters), options)
  const tally = new Tally(plans.length, listing.skipped)
  try {
    const read = await readIntoArchive(request, plans, listing, choice, archive, tally, { ...options, inflaters })
    const head = describe(request, read, plans, await archive.closeEntries(), tally, listing, options.tool)
    const isWorthAnArchive = head.status !== 'empty'
    const written = isWorthAnArchive ? await archive.finish(manifestPieces(head, tally.notRead())) : null
    const { status, engine, entries, objects, scanned } = head
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10
    const result = { status, engine, reason: read.reason, request, archive: written, entries, objects }
    return {
      ...result,
      notRead: { [Symbol.iterator]: () => tally.notRead() },
      scanned,
      seconds,
      // Keys tell the hour of arrival.
      linesByHour:
        request.window === 'event'
          ? []
          : tally.linesByHour(
              plans.map((plan) => plan.category.layout),
              windowOf(request)
            ),
      missingByCategory: tally.missingByCategory(),
      unreadable: tally.unreadable(),
      [Symbol.dispose]: () => tally[Symbol.dispose]()
    }
  } catch (error) {
    await archive.fail(error)
    tally[Symbol.dispose]()
    throw error
  }
}

function choose(
  request: ExportRequest,
  plans: readonly CategoryPlan[],
  listing: Listing,
  { environment, source, limits, threads, athena }: ExportOptions
): Promise<EngineChoice> {
  const obstacle = 'obstacle' in athena ? athena.obstacle : undefined
  return chooseEngines({ plans, listing, environment, source, limits, threads, wanted: request.engine, obstacle })
}

function openArchive(
  request: ExportRequest,
  plans: readonly CategoryPlan[],
  listing: Listing,
  deflater: Deflater,
  options: ExportOptions
): ExportArchive {
  return new ExportArchive({
    target: options.target,
    entryNames: plans.map((plan) => plan.entry),
    time: new Date(windowOf(request).fromMs),
    deflater,
    threads: options.threads,
    // Deflated again, what is kept is at most about as large as it was.
    expectedBytes: listing.storedBytes,
    maxBytes: options.limits.maxArchiveBytes,
    signal: options.signal,
    ...(options.listener?.onLeftBehind && { onLeftBehind: options.listener.onLeftBehind })
  })
}

/** Reads every category with its engine, in their order. Gives what was chosen in the end. */
async function readIntoArchive(
  request: ExportRequest,
  plans: readonly CategoryPlan[],
  listing: Listing,
  choice: EngineChoice,
  archive: ExportArchive,
  tally: Tally,
  options: ExportOptions & { readonly inflaters: InflaterChoice }
): Promise<EngineChoice> {
  const { source, limits, listener, athena, inflaters } = options
  const signal = AbortSignal.any([options.signal, archive.failed])
  const onProgress = (progress: ScanProgress): void => {
    tally.addProgress(progress)
    listener?.onProgress?.(progress)
  }
  const asked = plans.map((plan, at) => ({ plan, listing: listing.categories[at]! }))
  const forAthena = asked.filter((_, at) => choice.engines[at] === 'athena')
  const common = { source, window: windowOf(request), limits, inflaters, signal, onProgress }
  await using access = 'open' in athena && forAthena.length > 0 ? await athena.open() : undefined
  await using run = access && new AthenaRun(forAthena, { ...common, access, onLeftBehind: listener?.onLeftBehind })
  const steps: StepsOptions = { ...options, ...common, plans, listing, wanted: request.engine, run }
  const chosen = { ...choice }
  let category = -1
  for await (const step of exportSteps(chosen, steps)) {
    if (step.category !== category) {
      category = step.category
      listener?.onCategory?.(category)
    }
    if (step.kind === 'kept') await archive.write(step.category, step.bytes)
    else tally.addSlice(step.category, step.summary)
  }
  return chosen
}

function describe(
  request: ExportRequest,
  choice: EngineChoice,
  plans: readonly CategoryPlan[],
  written: readonly WrittenEntry[],
  tally: Tally,
  listing: Listing,
  tool: string
): ManifestHead {
  const queried = plans.filter((_, at) => choice.engines[at] === 'athena').map(({ category }) => category)
  return {
    tool,
    request,
    status: tally.status(),
    engine: queried.length > 0 ? 'athena' : 'scan',
    reason: choice.basis,
    order: orderOf(queried),
    ...(queried.length > 0 && { differences: readingDifferences(queried) }),
    entries: plans.flatMap((_, category) => {
      const entry = written[category]
      return entry
        ? [{ name: entry.name, lines: tally.linesOf(category), bytes: entry.bytes, sha256: entry.sha256 }]
        : []
    }),
    objects: tally.countsOf(listing.objects + listing.skipped),
    scanned: tally.scanned()
  }
}
