import { randomUUID } from 'node:crypto'
import type { WantedQuery } from '../athena/api.ts'
import { fillStatement } from '../athena/placeholders.ts'
import { queryObstacle } from '../athena/query-tables.ts'
import { queryValues } from '../athena/query-values.ts'
import { readSavedQueries } from '../athena/saved-queries.ts'
import type { SavedQuery } from '../athena/saved-query.ts'
import type { Environment } from '../contract/config.ts'
import { IotLogError, ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { exitCodes } from '../contract/result.ts'
import { formatBytes, formatSeconds } from '../contract/units.ts'
import { formatDollars, queryDollars } from '../model/cost.ts'
import { printable } from '../report/result-text.ts'
import type { Command, CommandContext, CommandHelp } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { createQueryProgress } from './query-progress.ts'
import { type RowFormat, rowFormats, rowsText } from './query-rows.ts'
import { configFlags, findEnvironment, loadConfig } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  environment: {
    value: 'NAME',
    help: 'the environment to query (default: the default environment of the configuration)'
  },
  format: { value: 'NAME', help: `output format: ${rowFormats.join(', ')} (default: table)` },
  'dry-run': { help: 'print the statement and its values without running it' },
  quiet: { short: 'q', help: 'print no progress, and no bytes and cost at the end' },
  ...configFlags
}

/** `iot-log query`: runs a saved query in Athena and prints its rows. */
export const queryCommand: Command = {
  summary: { query: 'run a saved query in Athena' },
  flags,
  help: (_, [name]) => {
    const query = name === undefined ? undefined : readSavedQueries().get(name)
    return query ? helpOf(query) : overview()
  },
  cancelled: 'the query was stopped',
  run: async (context) => {
    const [name, ...words] = context.typed.words
    if (name === 'list') return printList(context, words)
    const wanted = readOptions(context, name, words)
    if (context.typed.switches.has('dry-run')) await context.terminal.print(dryRun(wanted))
    else await runAndPrint(wanted, context)
    return exitCodes.complete
  }
}

interface WantedRows {
  readonly query: SavedQuery
  readonly statement: WantedQuery
  readonly region: string | undefined
  readonly format: RowFormat
}

/** Checks all words and flags, and reports every mistake at once. */
function readOptions({ typed, surroundings }: CommandContext, name: string | undefined, words: string[]): WantedRows {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const query = problems.take(() => findQuery(name))
  const format = problems.take(() => formatOf(typed.values.get('format')))
  const environment = problems.take(() => findEnvironment(config, typed.values.get('environment')))
  const parameters =
    query && environment && problems.take(() => queryValues(query, words, environment, surroundings.nowMs()))
  problems.throwIfAny()
  const { athena, region } = environment!
  if (!athena) {
    const key = `environments.${environment!.name}.athena`
    throw new IotLogError('wrong-config', `Athena is not configured for ${environment!.name}: set ${key}`)
  }
  const statement = {
    sql: fillStatement(query!.sql, athena),
    parameters: parameters!,
    workgroup: athena.analystWorkgroup,
    database: athena.database,
    token: randomUUID()
  }
  return { query: query!, statement, region, format: format! }
}

function findQuery(name: string | undefined): SavedQuery {
  const queries = readSavedQueries()
  const found = name === undefined ? undefined : queries.get(name)
  if (found) return found
  const near = nearest(name ?? '', ['list', ...queries.keys()])
  const hint = near === undefined ? 'iot-log query list prints them' : `did you mean ${near}?`
  const text =
    name === undefined ? `the name of a query is missing: ${hint}` : `"${name}" is not a saved query: ${hint}`
  throw new ProblemsError('wrong-words', [{ subject: name ?? '', text }])
}

function formatOf(typed = 'table'): RowFormat {
  const found = rowFormats.find((format) => format === typed)
  if (found) return found
  throw new ProblemsError('wrong-words', [
    { subject: typed, text: `--format ${typed}: must be one of ${rowFormats.join(', ')}` }
  ])
}

async function runAndPrint({ query, statement, region, format }: WantedRows, context: CommandContext): Promise<void> {
  const { terminal, typed, signal } = context
  const isQuiet = typed.switches.has('quiet')
  const startedMs = performance.now()
  const progress = isQuiet ? undefined : createQueryProgress(terminal.error, () => performance.now())
  // Commands that don't need the SDK don't load it.
  const [{ openAthena }, { runQuery }] = await Promise.all([
    import('../athena/client.ts'),
    import('../athena/query.ts')
  ])
  using api = openAthena({ region })
  const onLeftBehind = (text: string): void => void terminal.error.write(`iot-log: ${printable(text)}\n`)
  try {
    const { id, scannedBytes } = await runQuery(statement, {
      api,
      signal,
      onProgress: progress?.onProgress,
      onLeftBehind
    })
    progress?.close()
    const dollars = queryDollars(scannedBytes)
    const summary = { query: query.name, id, scannedBytes, dollars }
    for await (const text of rowsText(format, api.results(id, signal), summary)) await terminal.print(text)
    if (isQuiet) return
    const seconds = formatSeconds((performance.now() - startedMs) / 1000)
    terminal.error.write(`${formatBytes(scannedBytes)} scanned in ${seconds}, about ${formatDollars(dollars)}\n`)
  } finally {
    progress?.close()
  }
}

/** The statement, ready to paste, with its values as comments. */
function dryRun({ query, statement }: WantedRows): string {
  const values = statement.parameters.map((literal, at) => `-- ${at + 1}  ${query.values[at]}  ${printable(literal)}`)
  return `${[...values, statement.sql].join('\n')}\n`
}

async function printList(context: CommandContext, more: readonly string[]): Promise<number> {
  const { typed, terminal, surroundings } = context
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  problems.add(more.map((word) => ({ subject: word, text: `"${word}" is an extra word` })))
  const config = loadConfig(typed, surroundings)
  const environment = problems.take(() => findEnvironment(config, typed.values.get('environment')))
  problems.throwIfAny()
  await terminal.print(`${listLines(environment).join('\n')}\n`)
  return exitCodes.complete
}

/** A line for each query. Queries that the environment can't run come last, with what is missing. */
function listLines(environment?: Environment): string[] {
  const queries = [...readSavedQueries().values()]
  const width = Math.max(...queries.map(({ name }) => name.length))
  const line = ({ name, answers }: SavedQuery): string => `${name.padEnd(width)}  ${answers}`
  if (!environment) return queries.map(line)
  const [answered, others] = [false, true].map((isObstructed) =>
    queries.filter((query) => (queryObstacle(query, environment) !== undefined) === isObstructed)
  )
  if (others!.length === 0) return answered!.map(line)
  const wanting = others!.map((query) => `${line(query)} (${needs(query)})`)
  return [
    ...answered!.map(line),
    '',
    `Not available in ${environment.name}, which has no category with a table for them:`,
    ...wanting
  ]
}

/** The categories that a query reads, as text. */
function needs({ reads }: SavedQuery): string {
  if (typeof reads === 'string') return 'any'
  return 'formats' in reads ? `format ${reads.formats.join(' or ')}` : reads.join(' or ')
}

function helpOf(query: SavedQuery): CommandHelp {
  const names = query.parameters.map(({ name }) => `${name}=…`)
  const width = Math.max(...query.parameters.map(({ name }) => name.length))
  const example = query.parameters.map(({ name, sample }) => `${name}=${sample}`)
  const parameters = query.parameters.map(({ name, type, range, meaning }) => {
    const kind = range ? `whole number from ${range.from} to ${range.to}` : type
    return `  ${name.padEnd(width)}  ${meaning}${kind === name || kind === 'text' ? '' : ` (${kind})`}`
  })
  return {
    about: [`Print ${query.answers}.`],
    usage: [`iot-log query ${query.name} ${names.join(' ')} [flags]`],
    words: ['Parameters:', ...parameters, '', `Amount read: ${query.cost}.`],
    examples: [`iot-log query ${query.name} ${example.join(' ')}`]
  }
}

function overview(): CommandHelp {
  return {
    about: [
      'Run a saved query in Athena and print its rows. At the end, the bytes read and the approximate cost are printed.'
    ],
    usage: ['iot-log query <name> [parameter=value …] [flags]', 'iot-log query <name> --help', 'iot-log query list'],
    words: ['Queries:', ...listLines().map((line) => `  ${line}`)],
    notes: [
      'A window has days or whole hours, as for export: 2023-10-01, yesterday, 2023-10-01..2023-10-03, 2023-10-01T09..2023-10-01T12.'
    ],
    examples: ['iot-log query list-connections device=THING00001 window=yesterday --format csv']
  }
}
