import { orderOf } from '../athena/line-time.ts'
import type { AthenaOffer } from '../athena/open-access.ts'
import { readingDifferences } from '../athena/readable.ts'
import { AthenaRun } from '../athena/run.ts'
import type { Environment } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import type { LookedIn } from '../contract/looked.ts'
import type { DamageReason } from '../contract/outcome.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import type { ExportResult, ManifestHead } from '../contract/result.ts'
import type { Store, StoreSettings } from '../contract/store.ts'
import type { CountedWarning, Warning } from '../contract/warning.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import type { InflaterChoice, InflaterName } from '../decode/inflater.ts'
import type { EngineChoice } from '../model/engine.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import { chooseEngines } from './choose-engines.ts'
import { type Listing, listObjects } from './listing.ts'
import { describeLooked } from './look.ts'
import type { OpenOutput, Output } from './output.ts'
import { planCategories } from './plan.ts'
import { severalDevices } from './several-devices.ts'
import { exportSteps, type StepsOptions } from './steps.ts'
import { Tally } from './tally.ts'
import { describeWarning } from './warning-text.ts'

/** How long an export without a match may look for the newest day that has objects. */
const lookMs = 5_000

/** Receives the progress of an export. */
export interface ExportListener {
  onListed?(objects: number): void
  onPlanned?(total: { readonly objects: number; readonly storedBytes: number }, choice: EngineChoice): void
  onProgress?(progress: ScanProgress): void
  /** The categories before this one are read. `category` is its number in the request. Empty categories are skipped. */
  onCategory?(category: number): void
  /** Called if a failed or cancelled export could not clean up. */
  readonly onLeftBehind?: (text: string) => void
}

export interface ExportOptions {
  readonly environment: Environment
  readonly limits: Limits
  readonly source: Store
  /** How the threads open the source. */
  readonly sourceSettings: StoreSettings
  /** How to open Athena, or why it can't be used. */
  readonly athena: AthenaOffer
  readonly openOutput: OpenOutput
  readonly threads: number
  /** The default is the fastest that passes its self-test. */
  readonly inflater?: InflaterName | undefined
  /** `name version`, for the manifest. */
  readonly tool: string
  readonly signal: AbortSignal
  readonly listener?: ExportListener
}

/** The result. Disposing frees its list of unreadable objects. */
export interface ExportOutcome extends ExportResult, Disposable {
  /** Kept lines by hour of the window; empty if keys have no hours. */
  readonly linesByHour: readonly number[]
  /** Objects that were not read to their end, by category in the order of the request. */
  readonly missingByCategory: readonly number[]
  /** Unreadable objects by reason, without reasons that do not occur. */
  readonly unreadable: Readonly<Partial<Record<DamageReason, number>>>
}

/** An export whose objects are known. */
interface ListedExport extends ExportOptions {
  readonly request: ExportRequest
  readonly plans: readonly CategoryPlan[]
  readonly listing: Listing
}

/** A running export. */
interface OpenExport extends ListedExport {
  readonly inflaters: InflaterChoice
  readonly output: Output
  readonly tally: Tally
}

/**
 * Runs one export from the listing to the finished output. An object that can't be read is part of the result. If the
 * export fails, nothing unfinished is left of the output.
 * @throws IotLogError, or the signal's reason if it is cancelled
 */
export async function exportLogs(request: ExportRequest, options: ExportOptions): Promise<ExportOutcome> {
  const startedMs = performance.now()
  const plans = planCategories(request, options.environment)
  using listing = await listObjects(options.source, plans, options.signal, options.listener?.onListed)
  const listed = { ...options, request, plans, listing }
  const wanted = await choose(listed)
  options.listener?.onPlanned?.(listing, wanted)
  const inflaters = await chooseInflaters(options.inflater)
  const output = await openOutput(listed, inflaters)
  const tally = new Tally(plans.length, listing.skipped)
  const open = { ...listed, inflaters, output, tally }
  try {
    const choice = await readIntoOutput(open, wanted)
    const head = await describe(open, choice)
    const archive = await output.finish(head, tally.notRead())
    const looked = head.status === 'empty' ? await look(open) : []
    return { ...outcomeOf(open, head), looked, reason: choice.reason, archive, seconds: secondsSince(startedMs) }
  } catch (error) {
    await output.fail(error)
    tally[Symbol.dispose]()
    throw error
  }
}

function choose(listed: ListedExport): Promise<EngineChoice> {
  const obstacle = 'obstacle' in listed.athena ? listed.athena.obstacle : undefined
  return chooseEngines({ ...listed, wanted: listed.request.engine, obstacle })
}

function openOutput(listed: ListedExport, inflaters: InflaterChoice): Promise<Output> {
  const { request, plans, listing, threads, signal, listener } = listed
  return listed.openOutput({
    entryNames: plans.map((plan) => plan.entry),
    time: new Date(windowOf(request).fromMs),
    storedBytes: listing.storedBytes,
    inflaters,
    threads,
    signal,
    onLeftBehind: listener?.onLeftBehind
  })
}

/** Reads every category with its engine, in their order. Returns the engines that were used in the end. */
async function readIntoOutput(open: OpenExport, wanted: EngineChoice): Promise<EngineChoice> {
  const { request, plans, listing, source, limits, listener, athena, inflaters, output, tally } = open
  const signal = AbortSignal.any([open.signal, output.failed])
  const onProgress = (progress: ScanProgress): void => {
    tally.addProgress(progress)
    listener?.onProgress?.(progress)
  }
  const asked = plans.map((plan, at) => ({ plan, listing: listing.categories[at]! }))
  const forAthena = asked.filter((_, at) => wanted.engines[at] === 'athena')
  const common = { source, window: windowOf(request), limits, inflaters, signal, onProgress }
  await using access = 'open' in athena && forAthena.length > 0 ? await athena.open() : undefined
  await using run = access && new AthenaRun(forAthena, { ...common, access, onLeftBehind: listener?.onLeftBehind })
  const steps: StepsOptions = { ...open, ...common, wanted: request.engine, run }
  const chosen = { ...wanted }
  let category = -1
  for await (const step of exportSteps(chosen, steps)) {
    if (step.category !== category) {
      category = step.category
      listener?.onCategory?.(category)
    }
    if (step.kind === 'kept') await output.write(step.category, step.bytes)
    else tally.addSlice(step.category, step.summary)
  }
  return chosen
}

/** Ends the entries and gives the result for the manifest. */
async function describe(open: OpenExport, choice: EngineChoice): Promise<ManifestHead> {
  const { tool, request, plans, listing, output, tally } = open
  const queried = plans.filter((_, at) => choice.engines[at] === 'athena').map(({ category }) => category)
  const written = await output.closeEntries()
  return {
    tool,
    request,
    status: tally.status(),
    engine: queried.length > 0 ? 'athena' : 'scan',
    reason: choice.basis,
    order: orderOf(queried),
    ...(queried.length > 0 && { differences: readingDifferences(queried) }),
    entries: written.map(({ name, bytes, sha256 }, at) => ({ name, lines: tally.linesOf(at), bytes, sha256 })),
    objects: tally.countsOf(listing.objects + listing.skipped),
    warnings: plans.flatMap((plan, at) => warningsOf(plan, tally.warningsOf(at))),
    scanned: tally.scanned()
  }
}

function warningsOf({ category, reading }: CategoryPlan, counted: readonly CountedWarning[]): Warning[] {
  const reported = counted.flatMap((one) =>
    one.code === 'several-devices' ? severalDevices(one, reading.spec) : [one]
  )
  return reported.map((one) => describeWarning(one, category))
}

/** Where an export that found nothing looked. It has a time limit, since it is not what was asked for. */
async function look({ source, plans, listing, signal }: OpenExport): Promise<readonly LookedIn[]> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(lookMs)])
  const looked = await describeLooked(source, plans, listing, stop)
  signal.throwIfAborted()
  return looked
}

function outcomeOf({ request, plans, tally }: OpenExport, head: ManifestHead) {
  const { status, engine, entries, objects, warnings, scanned } = head
  const layouts = plans.map((plan) => plan.category.layout)
  return {
    status,
    engine,
    request,
    entries,
    objects,
    warnings,
    notRead: { [Symbol.iterator]: () => tally.notRead() },
    scanned,
    // Keys name the hour of arrival, not that of the event.
    linesByHour: request.window === 'event' ? [] : tally.linesByHour(layouts, windowOf(request)),
    missingByCategory: tally.missingByCategory(),
    unreadable: tally.unreadable(),
    [Symbol.dispose]: () => tally[Symbol.dispose]()
  }
}

const secondsSince = (startedMs: number): number => Math.round((performance.now() - startedMs) / 100) / 10
