import { isRecord, type LineSelection, type RecordColumn, type RecordColumns, sqlTypes } from './record-columns.ts'
import {
  type FieldKind,
  type Layout,
  longestLine,
  mostQuotes,
  pieces,
  type ShapeSettings,
  spacedShape
} from './spaced-shape.ts'

/*
 * Lines of values between single spaces, in quotes or brackets where they hold some: spaced-line.ts as SQL. A
 * line is cut once into pieces that begin with a value and end with the space behind it.
 */

/** The line's values, as an array of texts: all of them, or those that are certain. */
function valuesOf(settings: ShapeSettings): string {
  const { layout, hasEscapes = true } = settings
  const { plain, shortest, longest, head, marked } = spacedShape(settings)
  const replacement = `concat(${marked.map((part) => `'${part}'`).join(', chr(10), ')})`
  const mark = (pattern: string): string => `regexp_replace(line, '${pattern}', ${replacement})`
  const cut = `CASE WHEN length(line) > ${longestLine} THEN ''
      WHEN regexp_like(line, '${plain}') THEN line
      WHEN cardinality(split(line, '"')) <= ${mostQuotes + 1}
        AND ${mark(shortest)} <> line
        AND ${mark(shortest)} = ${mark(longest)} THEN ${mark(shortest)}
      ELSE coalesce(regexp_extract(line, '${head}', 1), '') END`
  const free = 'split_part(piece, chr(10), 2)'
  const keepsQuotes = layout.some(([, , quotes]) => quotes === 'written')
  return `transform(regexp_extract_all(${cut}, '${pieces}'), piece ->
      CASE substr(piece, 1, 1) WHEN chr(10) THEN ${hasEscapes ? `replace(${free}, '\\"', '"')` : free}
      WHEN '"' THEN ${keepsQuotes ? "regexp_replace(piece, ' \\z', '')" : "split_part(piece, '\"', 2)"}
      WHEN '[' THEN ${unbracketed} ELSE split_part(piece, ' ', 1) END) AS line_values`
}

const unbracketed = String.raw`regexp_replace(piece, '(?s)\A\[(.*)\] ?\z|\A(.*?) ?\z', '$1$2')`

/** `timeOf` reads the time of the text in the field `time`. */
export function spacedColumns(
  settings: ShapeSettings,
  timeOf: (text: string) => string,
  lines: LineSelection
): RecordColumns {
  const { layout } = settings
  const time = fieldAt(layout.findIndex(([field]) => field === 'time'))
  return {
    eventTime: timeOf(time),
    columns: [...layout.flatMap(([field, kind], index) => columnsOf(field, kind, fieldAt(index))), extraOf(layout)],
    from: lines([valuesOf(settings)], isRecord)
  }
}

const fieldAt = (index: number): string => `element_at(line_values, ${index + 1})`

/** `-` stands for nothing. */
const known = (field: string): string => `nullif(${field}, '-')`

function columnsOf(name: string, kind: FieldKind, field: string): RecordColumn[] {
  if (kind === 'string') return [{ name, sql: known(field) }]
  if (kind === 'address') return addressOf(name, field)
  if (kind === 'request') return requestOf(name, field)
  return [{ name, sql: numberOf(field, kind) }]
}

/** A number where the whole text is one. */
export function numberOf(text: string, kind: 'int' | 'bigint' | 'double'): string {
  const form = kind === 'double' ? String.raw`\A-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?\z` : String.raw`\A-?[0-9]+\z`
  return `try_cast(regexp_extract(${text}, '${form}') AS ${sqlTypes[kind]})`
}

/** `ip:port`; an IPv6 address holds colons itself, in brackets or not. */
function addressOf(name: string, field: string): RecordColumn[] {
  const ip = String.raw`regexp_replace(${known(field)}, '\A(?:\[(.*)\]|(.*)):[0-9]{1,5}\z', '$1$2')`
  const port = String.raw`try_cast(regexp_extract(${field}, '\A.*:([0-9]{1,5})\z', 1) AS integer)`
  return [
    { name: `${name}_ip`, sql: ip },
    { name: `${name}_port`, sql: port }
  ]
}

/** `verb url protocol`: each may be `-` or missing, and the URL may hold spaces. */
function requestOf(name: string, field: string): RecordColumn[] {
  const text = `trim(${field})`
  const rest = `regexp_replace(${text}, '\\A[^ :/]+ ', '')`
  const proto = ' (-|[A-Za-z]+/[0-9.]+)\\z'
  return [
    { name: `${name}_verb`, sql: known(`regexp_extract(${text}, '\\A([^ :/]+) ', 1)`) },
    { name: `${name}_url`, sql: known(`regexp_replace(${rest}, '${proto}', '')`) },
    { name: `${name}_proto`, sql: known(`regexp_extract(${rest}, '${proto}', 1)`) }
  ]
}

/** Fields that AWS has appended since. */
function extraOf({ length }: Layout): RecordColumn {
  const rest = `slice(line_values, ${length + 1}, cardinality(line_values) - ${length})`
  return { name: 'extra', sql: `CASE WHEN cardinality(line_values) > ${length} THEN ${rest} END` }
}
