import { type ArchiveTarget, ExportArchive } from './archive/export-archive.ts'
import { type ManifestHead, manifestPieces, type WrittenEntry } from './archive/manifest.ts'
import type { Environment } from './contract/config.ts'
import type { Limits } from './contract/config-schema.ts'
import { type ExportRequest, windowOf } from './contract/request.ts'
import type { ExportResult } from './contract/result.ts'
import { chooseEngine, type EngineChoice, estimateScan } from './engine.ts'
import { type Listing, listObjects } from './listing.ts'
import { type CategoryPlan, planCategories } from './plan.ts'
import { cutBatches } from './scan/batches.ts'
import { chooseInflaters } from './scan/choose-inflater.ts'
import { chooseMatcher } from './scan/choose-matcher.ts'
import type { InflaterName } from './scan/inflater.ts'
import { scanInOrder } from './scan/pool.ts'
import type { ScanProgress } from './scan/protocol.ts'
import type { Store, StoreSettings } from './stores/store.ts'
import { Tally } from './tally.ts'

/** Below this much compressed input the archive is small whatever is kept, and size is worth more than speed. */
const smallDayBytes = 100e6
/** Kept lines a thread may be ahead of the archive. */
const creditBytes = 8 * 1024 * 1024

/** What an export is told while it goes on. */
export interface ExportListener {
  onListed?(objects: number): void
  onPlanned?(total: { readonly objects: number; readonly storedBytes: number }, choice: EngineChoice): void
  onProgress?(progress: ScanProgress): void
  /** A failed or cancelled export could not take away all that it had begun. */
  readonly onLeftBehind?: (text: string) => void
}

export interface ExportOptions {
  readonly environment: Environment
  readonly limits: Limits
  readonly source: Store
  /** How the threads open the source. */
  readonly sourceSettings: StoreSettings
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
}

/**
 * Runs one export from the listing to the verified archive. What can't be read is data of the result; thrown is only
 * what ends the export, and then nothing is left of the archive.
 * @throws IotLogError, or the signal's reason when cancelled
 */
export async function exportLogs(request: ExportRequest, options: ExportOptions): Promise<ExportOutcome> {
  const startedMs = performance.now()
  const { environment, limits, source, threads, signal, listener } = options
  const plans = planCategories(request, environment)
  using listing = await listObjects(source, plans, signal, listener?.onListed)
  const choice = chooseEngine(estimateScan(listing, threads), limits)
  listener?.onPlanned?.(listing, choice)
  const tally = new Tally(plans.length, listing.skipped)
  const archive = openArchive(request, plans, listing, options)
  try {
    await scanIntoArchive(plans, listing, archive, tally, options)
    const head = describe(request, choice, plans, await archive.closeEntries(), tally, listing, options.tool)
    const isWorthAnArchive = head.status !== 'empty'
    const written = isWorthAnArchive ? await archive.finish(manifestPieces(head, tally.notRead())) : null
    const { status, engine, entries, objects, scanned } = head
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10
    const result = { status, engine, reason: choice.reason, request, archive: written, entries, objects }
    return {
      ...result,
      notRead: { [Symbol.iterator]: () => tally.notRead() },
      scanned,
      seconds,
      linesByHour: tally.linesByHour(
        plans.map((plan) => plan.category.layout),
        windowOf(request)
      ),
      [Symbol.dispose]: () => tally[Symbol.dispose]()
    }
  } catch (error) {
    await archive.fail(error)
    tally[Symbol.dispose]()
    throw error
  }
}

function openArchive(
  request: ExportRequest,
  plans: readonly CategoryPlan[],
  listing: Listing,
  options: ExportOptions
): ExportArchive {
  return new ExportArchive({
    target: options.target,
    entryNames: plans.map((plan) => plan.entry),
    time: new Date(windowOf(request).fromMs),
    level: listing.storedBytes < smallDayBytes ? 6 : 1,
    // Deflated again, what is kept is at most about as large as it was.
    expectedBytes: listing.storedBytes,
    maxBytes: options.limits.maxArchiveBytes,
    signal: options.signal,
    ...(options.listener?.onLeftBehind && { onLeftBehind: options.listener.onLeftBehind })
  })
}

async function scanIntoArchive(
  plans: readonly CategoryPlan[],
  listing: Listing,
  archive: ExportArchive,
  tally: Tally,
  options: ExportOptions
): Promise<void> {
  const { sourceSettings, limits, threads, signal, listener } = options
  const inflaters = await chooseInflaters(options.inflater)
  const settings = {
    store: sourceSettings,
    specs: plans.map((plan) => plan.spec),
    // All prefixes of a layout have the same length.
    prefixLengths: plans.map((plan) => plan.prefixes[0]!.length),
    limits: { maxLineBytes: limits.maxLineBytes, maxRatio: limits.maxRatio },
    inflaters,
    matcher: chooseMatcher(inflaters),
    creditBytes,
    threads,
    readAhead: options.source.readAhead
  }
  const batches = cutBatches(listing.categories.map((category) => category.pages()))
  const steps = scanInOrder(batches, settings, AbortSignal.any([signal, archive.failed]), (progress) => {
    tally.addProgress(progress)
    listener?.onProgress?.(progress)
  })
  for await (const step of steps) {
    if (step.kind === 'kept') await archive.write(step.category, step.bytes)
    else tally.addBatch(step.category, step.summary)
  }
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
  return {
    tool,
    request,
    status: tally.status(),
    engine: choice.engine,
    reason: choice.basis,
    order: 'key',
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
