import { ProblemCollector } from '../contract/errors.ts'
import { parseRequest } from '../contract/parse-request.ts'
import { describeRequest } from '../contract/request.ts'
import { exitCodes } from '../contract/result.ts'
import { formatBytes, formatCount } from '../contract/units.ts'
import { chooseEngine, estimateScan } from '../engine.ts'
import { listObjects } from '../listing.ts'
import { planCategories } from '../plan.ts'
import { createTerminalProgress } from '../report/terminal.ts'
import { alignColumns, shownUrl } from '../report/words.ts'
import { openStore } from '../stores/open-store.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { flagLines, requestHelp, requestUsage } from './help.ts'
import { loadConfig, sourceFlags, sourceSettings, threadCount } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...sourceFlags,
  json: { help: 'print the plan as JSON' },
  quiet: { short: 'q', help: 'no progress' }
}

/** `iot-log plan`: what an export of the same words would read; lists, and opens no object. */
export const planCommand: Command = {
  flags,
  help: (config) => [
    'Lists and estimates what an export would read. Takes the same words; reads no object and writes nothing.',
    '',
    'Usage:',
    `  iot-log plan ${requestUsage} [flags]`,
    '',
    ...requestHelp(config),
    '',
    'Flags:',
    ...flagLines(flags)
  ],
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
  readonly engine: string
  readonly reason: string
  readonly seconds: number
}

interface PlannedCategory {
  readonly name: string
  readonly prefixes: readonly string[]
  readonly objects: number
  readonly skipped: number
  readonly bytes: number
}

async function makePlan({ typed, surroundings, terminal, signal }: CommandContext): Promise<Plan> {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const request = problems.take(() => parseRequest(typed.words, config, surroundings.nowMs()))!
  const threads = problems.take(() => threadCount(typed))!
  problems.throwIfAny()
  const environment = config.environments.get(request.environment)!
  await using source = openStore(sourceSettings(typed, environment, surroundings))
  const plans = planCategories(request, environment)
  const progress = typed.switches.has('quiet')
    ? undefined
    : createTerminalProgress(terminal.error, () => performance.now())
  try {
    using listing = await listObjects(source, plans, signal, progress?.onListed)
    const estimate = estimateScan(listing, threads)
    const { engine, reason } = chooseEngine(estimate, config.limits)
    const categories = plans.map(({ category, prefixes }, position) => {
      const { objects, skipped, storedBytes } = listing.categories[position]!
      return { name: category.name, prefixes, objects, skipped, bytes: storedBytes }
    })
    const { objects, skipped, storedBytes } = listing
    const seconds = Math.round(estimate.seconds * 10) / 10
    return { request, source: source.url, categories, objects, skipped, bytes: storedBytes, engine, reason, seconds }
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
    ''
  ].join('\n')
}

function shownPrefixes(prefixes: readonly string[]): string {
  return prefixes.length <= 1
    ? `${prefixes[0] ?? ''}`
    : `${prefixes[0]} … ${prefixes.at(-1)} (${prefixes.length} prefixes)`
}
