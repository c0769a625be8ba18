import { randomUUID } from 'node:crypto'
import type { WantedQuery } from '../athena/api.ts'
import { fillStatement } from '../athena/placeholders.ts'
import { queryObstacle } from '../athena/query-tables.ts'
import { queryValues } from '../athena/query-values.ts'
import type { SavedQuery } from '../athena/saved-query.ts'
import type { Environment } from '../contract/config.ts'
import { IotLogError, ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { exitCodes } from '../contract/result.ts'
import { formatBytes, formatSeconds } from '../contract/units.ts'
import { formatDollars, queryDollars } from '../model/cost.ts'
import { printable } from '../report/result-text.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { flagLines } from './help.ts'
import { createQueryProgress } from './query-progress.ts'
import { type RowFormat, rowFormats, rowsText } from './query-rows.ts'
import { readSavedQueries } from './saved-queries.ts'
import { configFlags, loadConfig } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  environment: { value: 'NAME', help: 'the environment to ask (default: that of the configuration)' },
  format: { value: 'NAME', help: `how the rows are printed: ${rowFormats.join(', ')} (default: table)` },
  'dry-run': { help: 'print the statement and its values, and run nothing' },
  quiet: { short: 'q', help: 'no progress, and no bytes and cost at the end' },
  ...configFlags
}

/** `iot-log query`: runs a saved query in Athena and prints its rows. */
export const queryCommand: Command = {
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

/** Checks everything that was typed, and tells every mistake at once. */
function readOptions({ typed, surroundings }: CommandContext, name: string | undefined, words: string[]): WantedRows {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const query = problems.take(() => findQuery(name))
  const format = problems.take(() => formatOf(typed.values.get('format')))
  const environment = problems.take(() =>
    findEnvironment(typed.values.get('environment') ?? config.defaultEnvironment, config.environments)
  )
  const parameters =
    query && environment && problems.take(() => queryValues(query, words, environment, surroundings.nowMs()))
  problems.throwIfAny()
  const { athena, region } = environment!
  if (!athena) {
    const key = `environments.${environment!.name}.athena`
    throw new IotLogError('wrong-config', `${environment!.name} has no Athena: the configuration lacks ${key}`)
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
  const hint = near === undefined ? 'iot-log query list tells them' : `did you mean ${near}?`
  const text = name === undefined ? `which query? ${hint}` : `"${name}" is not a saved query: ${hint}`
  throw new ProblemsError('wrong-words', [{ subject: name ?? '', text }])
}

function formatOf(typed = 'table'): RowFormat {
  const found = rowFormats.find((format) => format === typed)
  if (found) return found
  throw new ProblemsError('wrong-words', [{ subject: typed, text: `--format ${typed}: ${rowFormats.join(', ')}` }])
}

function findEnvironment(name: string, environments: ReadonlyMap<string, Environment>): Environment {
  const found = environments.get(name)
  if (found) return found
  const near = nearest(name, environments.keys())
  const hint = near === undefined ? `they are ${[...environments.keys()].join(', ')}` : `did you mean ${near}?`
  throw new ProblemsError('wrong-words', [{ subject: name, text: `"${name}" is not an environment: ${hint}` }])
}

async function runAndPrint({ query, statement, region, format }: WantedRows, context: CommandContext): Promise<void> {
  const { terminal, typed, signal } = context
  const isQuiet = typed.switches.has('quiet')
  const startedMs = performance.now()
  const progress = isQuiet ? undefined : createQueryProgress(terminal.error, () => performance.now())
  // The SDK is loaded by those who need it.
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

/** A statement as people can paste it: the values as comments. */
function dryRun({ query, statement }: WantedRows): string {
  const values = statement.parameters.map((literal, at) => `-- ${at + 1}  ${query.values[at]}  ${printable(literal)}`)
  return `${[...values, statement.sql].join('\n')}\n`
}

async function printList(context: CommandContext, more: readonly string[]): Promise<number> {
  const { typed, terminal, surroundings } = context
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  problems.add(more.map((word) => ({ subject: word, text: `"${word}" is one word too many` })))
  const config = loadConfig(typed, surroundings)
  const environment = problems.take(() =>
    findEnvironment(typed.values.get('environment') ?? config.defaultEnvironment, config.environments)
  )
  problems.throwIfAny()
  await terminal.print(`${listLines(environment).join('\n')}\n`)
  return exitCodes.complete
}

/** A line for each query; those that an environment cannot answer stand at the end, and say what is missing. */
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
  return [...answered!.map(line), '', `Not in ${environment.name}, for want of a category with a table:`, ...wanting]
}

/** The categories that a query reads, in words. */
function needs({ reads }: SavedQuery): string {
  if (typeof reads === 'string') return 'any'
  return 'formats' in reads ? `format ${reads.formats.join(' or ')}` : reads.join(' or ')
}

function helpOf(query: SavedQuery): string[] {
  const names = query.parameters.map(({ name }) => `${name}=…`)
  const width = Math.max(...query.parameters.map(({ name }) => name.length))
  const example = query.parameters.map(({ name, sample }) => `${name}=${sample}`)
  return [
    `Tells ${query.answers}.`,
    '',
    'Usage:',
    `  iot-log query ${query.name} ${names.join(' ')} [flags]`,
    '',
    'Parameters:',
    ...query.parameters.map(({ name, type, range, meaning }) => {
      const kind = range ? `whole number from ${range.from} to ${range.to}` : type
      return `  ${name.padEnd(width)}  ${meaning}${kind === name || kind === 'text' ? '' : ` (${kind})`}`
    }),
    '',
    `Reads: ${query.cost}.`,
    '',
    'Flags:',
    ...flagLines(flags),
    '',
    'Example:',
    `  iot-log query ${query.name} ${example.join(' ')}`
  ]
}

function overview(): string[] {
  return [
    'Runs a saved query in Athena, and prints its rows; at the end, what it has read and about what that costs.',
    '',
    'Usage:',
    '  iot-log query <name> [parameter=value …] [flags]',
    '  iot-log query <name> --help',
    '  iot-log query list',
    '',
    'Queries:',
    ...listLines().map((line) => `  ${line}`),
    '',
    'Flags:',
    ...flagLines(flags),
    '',
    'A window is written as for an export: 2023-10-01, yesterday, 2023-10-01..2023-10-03, 2023-10-01T09..2023-10-01T12.',
    'Ctrl-C stops the query. Exit codes: 0 done, 1 failed, 2 wrong words or configuration, 130 or 143 cancelled',
    '',
    'Example:',
    '  iot-log query list-connections device=THING00001 window=yesterday --format csv'
  ]
}
