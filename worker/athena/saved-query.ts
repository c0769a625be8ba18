import { IotLogError } from '../contract/errors.ts'

/*
 * A saved query is a file of SQL that starts with comments for people and this program:
 *
 *   -- name: find-text
 *   -- answers: the lines of a category that hold a text
 *   -- parameter: devices (integer from 1 to 100000, such as 20): how many of them
 *   -- values: window.firstDay, window.lastDay, …, devices
 *   -- reads: telemetry, command            (or all; category, the one that a parameter names; formats alb, nlb)
 *   -- cost: …
 *
 * `values` names the value of each `?` of the statement, in order. The continuation of a line is indented.
 */

/** The type of a parameter. A window becomes the six values that select partitions. */
type ParameterType = 'window' | 'category' | 'text' | 'integer'

export interface QueryParameter {
  readonly name: string
  readonly type: ParameterType
  /** The bounds of an integer, both included. */
  readonly range: { readonly from: number; readonly to: number } | undefined
  readonly sample: string
  readonly meaning: string
}

export interface SavedQuery {
  readonly name: string
  readonly answers: string
  readonly parameters: readonly QueryParameter[]
  /** A parameter's name, or `window.` and a part of it, for each `?`. */
  readonly values: readonly string[]
  /** The categories whose tables it reads: by their names, or all that have one of some formats. */
  readonly reads: 'all' | 'category' | readonly string[] | { readonly formats: readonly string[] }
  readonly cost: string
  /** The statement without its header, with the placeholder `${database}`. */
  readonly sql: string
}

/** The parts of a window: its days, its hours, and both together, so that each hour counts in its own day. */
export const windowParts = ['firstDay', 'lastDay', 'minHour', 'maxHour', 'first', 'last'] as const

const headerLine = /^-- (name|answers|parameter|values|reads|cost): (.*)$/
const parameterForm = /^([a-z]+) \((window|category|text|integer from (\d+) to (\d+)), such as ([^\s()]+)\): (.+)$/

/** Reads a file's text. @throws IotLogError (`internal`) with the file and the mistake in its header */
export function parseSavedQuery(fileName: string, text: string): SavedQuery {
  const wrong = (why: string): never => {
    throw new IotLogError('internal', `The saved query ${fileName} is not well-formed: ${why}`, { subject: fileName })
  }
  const lines = text.split('\n')
  const start = lines.findIndex((line) => !line.startsWith('--'))
  const fields = headerFields(lines.slice(0, start))
  const one = (key: string): string => fields.get(key)?.[0] ?? wrong(`it has no line "-- ${key}: …"`)
  const parameters = (fields.get('parameter') ?? []).map(
    (field) => parseParameter(field) ?? wrong(`parameter: ${field}`)
  )
  const values = one('values').split(', ')
  const sql = lines.slice(start).join('\n').trim()
  const known = parameters.flatMap(({ name, type }) =>
    type === 'window' ? windowParts.map((part) => `${name}.${part}`) : [name]
  )
  const unknown = values.find((value) => !known.includes(value))
  if (unknown !== undefined) wrong(`no parameter gives the value ${unknown}`)
  if (known.some((value) => !values.includes(value))) wrong('a parameter is not used')
  if (countPlaces(sql) !== values.length) wrong(`it has ${countPlaces(sql)} places and ${values.length} values`)
  if (`${one('name')}.sql` !== fileName) wrong('its name is not that of the file')
  return {
    name: one('name'),
    answers: one('answers'),
    parameters,
    values,
    reads: parseReads(one('reads')),
    cost: one('cost'),
    sql
  }
}

function parseReads(field: string): SavedQuery['reads'] {
  if (field === 'all' || field === 'category') return field
  const formats = /^formats (.+)$/.exec(field)?.[1]
  return formats === undefined ? field.split(', ') : { formats: formats.split(', ') }
}

function headerFields(header: readonly string[]): Map<string, string[]> {
  const joined = header.join('\n').replaceAll(/\n-- {2,}/g, ' ')
  const fields = joined.split('\n').flatMap((line) => {
    const found = headerLine.exec(line)
    return found ? [{ key: found[1]!, value: found[2]! }] : []
  })
  const byKey = Map.groupBy(fields, ({ key }) => key)
  return new Map([...byKey].map(([key, found]) => [key, found.map(({ value }) => value)]))
}

function parseParameter(field: string): QueryParameter | undefined {
  const found = parameterForm.exec(field)
  if (!found) return undefined
  const [, name, kind, from, to, sample, meaning] = found
  const range = from === undefined ? undefined : { from: Number(from), to: Number(to) }
  const type = range ? 'integer' : (kind as ParameterType)
  return { name: name!, type, range, sample: sample!, meaning: meaning! }
}

/** The `?` outside texts and comments. */
function countPlaces(sql: string): number {
  return sql.replace(/'(?:[^']|'')*'|--.*$/gm, '').split('?').length - 1
}
