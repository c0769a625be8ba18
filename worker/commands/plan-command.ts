import { offerAthena } from '../athena/open-access.ts'
import { ProblemCollector } from '../contract/errors.ts'
import { shownPrefix } from '../contract/layout.ts'
import { parseRequest } from '../contract/parse-request.ts'
import { describeRequest } from '../contract/request.ts'
import { exitCodes } from '../contract/result.ts'
import { formatBytes, formatCount } from '../contract/units.ts'
import { chooseEngines } from '../export/choose-engines.ts'
import { listObjects } from '../export/listing.ts'
import { planCategories } from '../export/plan.ts'
import { formatDollars, queryDollars, scanDollars } from '../model/cost.ts'
import { scanSeconds } from '../model/engine.ts'
import { alignColumns, shownUrl } from '../report/result-text.ts'
import { createTerminalProgress } from '../report/terminal.ts'
import { openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { requestHelp, requestUsage } from './help.ts'
import { loadConfig, sourceFlags, sourceSettings, threadCount } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...sourceFlags,
  json: { help: 'print the plan as JSON' },
  quiet: { short: 'q', help: 'print no progress' }
}

/** `iot-log plan`: what an export of the same words would read. It lists objects and opens none. */
export const planCommand: Command = {
  summary: { plan: 'list the objects that an export would read, and estimate its time and cost' },
  flags,
  help: (config) => ({
    about: [
      'List the objects that an export would read, and estimate its time and cost. The words are those of export.',
      'No object is opened, and nothing is written.'
    ],
    usage: [`iot-log plan ${requestUsage} [flags]`],
    words: requestHelp(config)
  }),
  run: async (context) => {
    const plan = await makePlan(context)
    const text = context.typed.switches.has('json') ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan)
    await context.terminal.print(text)
    return exitCodes.complete
  }
}

/** What `iot-log plan --json` prints. */
interface Plan {
  readonly request: ReturnType<typeof parseRequest>
  readonly source: string
  readonly categories: readonly PlannedCategory[]
  readonly objects: number
  readonly skipped: number
  readonly bytes: number
  /** `athena` when it reads at least one category. */
  readonly engine: string
  readonly reason: string
  /** A scan of everything on this many threads. */
  readonly seconds: number
  readonly threads: number
  /** US dollars, for each engine alone. Null if Athena can't read one of the categories. */
  readonly cost: { readonly scan: number; readonly athena: number | null }
}

interface PlannedCategory {
  readonly name: string
  readonly prefixes: readonly string[]
  readonly objects: number
  readonly skipped: number
  readonly bytes: number
  readonly engine: string
  /** Why Athena can't read it; null if no reason was found. */
  readonly obstacle: string | null
}

async function makePlan({ typed, surroundings, terminal, signal }: CommandContext): Promise<Plan> {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const request = problems.take(() => parseRequest(typed.words, config, surroundings.nowMs()))!
  const threads = problems.take(() => threadCount(typed))!
  problems.throwIfAny()
  const environment = config.environments.get(request.environment)!
  const settings = sourceSettings(typed, environment, surroundings)
  await using source = openStore(settings)
  const plans = planCategories(request, environment)
  const progress = typed.switches.has('quiet')
    ? undefined
    : createTerminalProgress(terminal.error, () => performance.now())
  try {
    using listing = await listObjects(source, plans, signal, progress?.onListed)
    const offer = offerAthena({
      environment,
      source: settings.url,
      output: storeSettings(config.output.store ?? environment.source, environment, surroundings),
      outputPrefix: config.output.prefix,
      seed: ''
    })
    const obstacle = 'obstacle' in offer ? offer.obstacle : undefined
    const { limits } = config
    const situation = { plans, listing, environment, source, limits, threads, wanted: request.engine, obstacle }
    const { engines, obstacles, reason } = await chooseEngines(situation)
    const categories = plans.map(({ category, prefixes: planned }, at) => {
      const { prefixes: listed, objects, skipped, storedBytes } = listing.categories[at]!
      const amounts = { objects, skipped, bytes: storedBytes }
      const prefixes = listed.length > 0 ? listed : planned.map(shownPrefix)
      return { name: category.name, prefixes, ...amounts, engine: engines[at]!, obstacle: obstacles[at] ?? null }
    })
    const { objects, skipped, storedBytes } = listing
    const seconds = Math.round(scanSeconds(listing, threads) * 10) / 10
    const isReadable = obstacles.every((one) => one === undefined)
    const queries = listing.categories.map((category) => queryDollars(category.storedBytes))
    const athena = isReadable ? queries.reduce((sum, dollars) => sum + dollars, 0) : null
    return {
      request,
      source: source.url,
      categories,
      objects,
      skipped,
      bytes: storedBytes,
      engine: engines.includes('athena') ? 'athena' : 'scan',
      reason,
      seconds,
      threads,
      cost: { scan: scanDollars(seconds, threads), athena }
    }
  } finally {
    progress?.close()
  }
}

function planText(plan: Plan): string {
  const rows = plan.categories.map((category) => [
    category.name,
    formatCount(category.objects, 'object'),
    formatBytes(category.bytes),
    shownPrefixes(category.prefixes)
  ])
  return [
    describeRequest(plan.request),
    `Source  ${shownUrl(plan.source)}`,
    ...alignColumns(rows).map((row) => `  ${row}`),
    ...(plan.skipped > 0 ? [`  ${formatCount(plan.skipped, 'object')} skipped by rule`] : []),
    `Engine  ${plan.engine}: ${plan.reason}`,
    `Cost    about ${formatDollars(plan.cost.scan)} by scan on Fargate, ${athenaCostText(plan)}`,
    ''
  ].join('\n')
}

function athenaCostText({ cost, categories }: Plan): string {
  if (cost.athena !== null) return `${formatDollars(cost.athena)} by Athena (list prices of us-east-1)`
  const obstacles = new Set(categories.flatMap(({ obstacle }) => obstacle ?? []))
  return `not by Athena: ${[...obstacles].join('; ')}`
}

function shownPrefixes(prefixes: readonly string[]): string {
  return prefixes.length <= 1
    ? `${prefixes[0] ?? ''}`
    : `${prefixes[0]} … ${prefixes.at(-1)} (${prefixes.length} prefixes)`
}
