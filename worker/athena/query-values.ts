import type { Category, Environment } from '../contract/config.ts'
import { type Problem, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { parseWindow } from '../contract/parse-window.ts'
import { hourMs, hoursAround, typedWindow, type Window } from '../contract/window.ts'
import { textLiteral } from './literal.ts'
import type { Partitioning } from './partitions.ts'
import { tablesRead } from './query-tables.ts'
import type { QueryParameter, SavedQuery, windowParts } from './saved-query.ts'

/*
 * From what a person typed, `parameter=value …`, to the SQL literals of a saved query's places.
 */

/** Athena takes parameters of 1 to 1,024 characters (StartQueryExecution, ExecutionParameters). */
const maxLiteralLength = 1024
/** How many days a window may span; what that costs is the person's to say. */
const maxDays = 366

/** The literals of a query's places, in order. @throws ProblemsError (`wrong-words`) with everything that is wrong */
export function queryValues(
  query: SavedQuery,
  words: readonly string[],
  environment: Environment,
  nowMs: number
): string[] {
  const problems: Problem[] = []
  const typed = assignments(query, words, problems)
  const category = query.parameters
    .filter(({ type }) => type === 'category')
    .map(({ name }) => findCategory(typed.get(name), environment, problems))[0]
  const read = tablesRead(query, category, environment)
  const tables = 'problem' in read ? [] : read.tables
  if ('problem' in read) problems.push({ subject: query.name, text: read.problem })
  const literals = new Map<string, string>()
  for (const parameter of query.parameters) {
    const value = typed.get(parameter.name)
    if (value === undefined) continue
    for (const [name, literal] of literalsOf(parameter, value, { category, tables, nowMs, problems })) {
      literals.set(name, literal)
    }
  }
  if (problems.length > 0) throw new ProblemsError('wrong-words', problems)
  return query.values.map((name) => literals.get(name)!)
}

function assignments(query: SavedQuery, words: readonly string[], problems: Problem[]): Map<string, string> {
  const names = query.parameters.map(({ name }) => name)
  const typed = new Map<string, string>()
  for (const word of words) {
    const equals = word.indexOf('=')
    const name = word.slice(0, Math.max(equals, 0))
    const reject = (text: string): void => void problems.push({ subject: word, text })
    if (equals < 0) reject(`"${word}" is not a parameter: write ${names.map((one) => `${one}=…`).join(' ')}`)
    else if (!names.includes(name)) {
      const near = nearest(name, names)
      const hint = near === undefined ? `the parameters are ${names.join(', ')}` : `did you mean ${near}?`
      reject(`${query.name} has no parameter "${name}": ${hint}`)
    } else if (typed.has(name)) reject(`${name} is given twice`)
    else typed.set(name, word.slice(equals + 1))
  }
  for (const { name, meaning, sample } of query.parameters.filter((parameter) => !typed.has(parameter.name))) {
    problems.push({ subject: name, text: `${name} is missing: ${meaning}, such as ${name}=${sample}` })
  }
  return typed
}

function findCategory(
  word: string | undefined,
  { categories }: Environment,
  problems: Problem[]
): Category | undefined {
  if (word === undefined) return undefined
  const found = [...categories.values()].find(({ name, aliases }) => name === word || aliases.includes(word))
  if (found) return found
  const near = nearest(
    word,
    [...categories.values()].flatMap(({ name, aliases }) => [name, ...aliases])
  )
  const hint =
    near === undefined ? `the categories are ${[...categories.keys()].join(', ')}` : `did you mean "${near}"?`
  problems.push({ subject: word, text: `"${word}" is not a category: ${hint}` })
  return undefined
}

interface Known {
  readonly category: Category | undefined
  readonly tables: readonly Partitioning[]
  readonly nowMs: number
  readonly problems: Problem[]
}

function literalsOf(parameter: QueryParameter, value: string, known: Known): (readonly [string, string])[] {
  const { name, type } = parameter
  const no = (text: string): [] => {
    known.problems.push({ subject: value, text: `${name}: ${text}` })
    return []
  }
  if (type === 'category') return known.category ? [[name, textLiteral(known.category.name)]] : []
  if (type === 'integer') {
    const { from, to } = parameter.range!
    const isGood = /^\d{1,15}$/.test(value) && Number(value) >= from && Number(value) <= to
    return isGood ? [[name, String(Number(value))]] : no(`"${value}" is not a whole number from ${from} to ${to}`)
  }
  if (type === 'text') {
    const problem = textProblem(value)
    return problem === undefined ? [[name, textLiteral(value)]] : no(problem)
  }
  const parsed = parseWindow(value, known.nowMs, maxDays)
  if ('problem' in parsed) return no(parsed.problem)
  if (parsed.isByTime) {
    return no(
      `"${value}" is in minutes, but queries read whole hours: write ${typedWindow(hoursAround(parsed.window))}`
    )
  }
  const problem = windowProblem(parsed.window, known.tables)
  if (problem !== undefined) return no(problem)
  const table = known.tables[0]
  if (!table) return []
  return Object.entries(partsOf(parsed.window, table)).map(([part, text]) => [`${name}.${part}`, textLiteral(text)])
}

function textProblem(text: string): string | undefined {
  if (text === '') return 'it is empty, so every line would match'
  if (!text.isWellFormed()) return 'it is not valid text: half of a character is missing'
  if (/[\r\n\0]/.test(text)) return 'it contains the end of a line, so no line would match'
  const { length } = textLiteral(text)
  if (length > maxLiteralLength)
    return `it is too long: ${length - 2} of ${maxLiteralLength - 2} characters, quotes twice`
  return undefined
}

/** Days are compared as texts, all tables of a query by the same ones. */
function windowProblem({ fromMs, toMs, unit }: Window, tables: readonly Partitioning[]): string | undefined {
  const patterns = new Set(tables.map(({ dayPattern }) => dayPattern))
  if (patterns.size > 1) return `the layouts write days in several ways (${[...patterns].join(', ')}): no one query`
  const [pattern = ''] = patterns
  const isOneDay = tables.every(({ of }) => of(fromMs).day === of(toMs - hourMs).day)
  if (!isOneDay && !/y.*M.*d/.test(pattern.replaceAll(/'[^']*'/g, ''))) {
    return `the layout writes days as ${pattern}, which cannot be compared: ask for one day`
  }
  const daily = unit === 'hour' && tables.find(({ hasHours }) => !hasHours)
  return daily ? `the layout ${daily.template} has no hours: give whole days` : undefined
}

function partsOf(window: Window, { of }: Partitioning): Readonly<Record<(typeof windowParts)[number], string>> {
  const [first, last] = [window.fromMs, window.toMs - hourMs]
  const [firstDay, lastDay] = [of(first).day, of(last).day]
  const hourOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 13)
  const isOneDay = firstDay === lastDay
  return {
    firstDay,
    lastDay,
    minHour: isOneDay ? hourOf(first) : '00',
    maxHour: isOneDay ? hourOf(last) : '23',
    first: `${firstDay}T${hourOf(first)}`,
    last: `${lastDay}T${hourOf(last)}`
  }
}
