import { isRecord, type LineSelection, type RecordColumn, type RecordColumns, sqlTypes } from './record-columns.ts'

/*
 * Lines of values between single spaces, in quotes or brackets where they hold some: spaced-line.ts as SQL. A
 * line is cut once into pieces that begin with a value and end with the space behind it.
 */

/**
 * How a value is read: `-` is always null; `-1`, which AWS uses for "not known" too, stays the number it is. `quoted` is
 * a list of quoted names, kept as it is written.
 */
export type FieldKind = 'string' | 'quoted' | 'int' | 'bigint' | 'double' | 'address' | 'request'
/** The fields of a line, in their order. */
export type Layout = readonly (readonly [name: string, kind: FieldKind])[]

/** A quote closes before a space or the end, but not behind a backslash, save at the end; without one the rest is its. */
const quotedPiece = String.raw`"(?:(?:.*?[^\\])??" |.*\z)`
/** Spaces between brackets are the value's. */
const bracketPiece = String.raw`\[[^\]]*\][^ ]*(?: |\z)`
const pieces = String.raw`(?s)${quotedPiece}|${bracketPiece}|[^ ]* |[^ ]+\z`

const unquoted = String.raw`replace(regexp_replace(piece, '(?s)\A"(?:((?:.*[^\\])?)" |(.*)"|(.*))\z', '$1$2$3'), '\"', '"')`
const unbracketed = String.raw`regexp_replace(piece, '(?s)\A\[(.*)\] ?\z|\A(.*?) ?\z', '$1$2')`

/** The line's values, as an array of texts. */
const values = `transform(regexp_extract_all(line, '${pieces}'), piece ->
      CASE substr(piece, 1, 1) WHEN '"' THEN ${unquoted}
      WHEN '[' THEN ${unbracketed} ELSE split_part(piece, ' ', 1) END) AS line_values`

/** `timeOf` reads the time of the text in the field `time`. */
export function spacedColumns(layout: Layout, timeOf: (text: string) => string, lines: LineSelection): RecordColumns {
  const time = fieldAt(layout.findIndex(([field]) => field === 'time'))
  return {
    eventTime: timeOf(time),
    columns: [...layout.flatMap(([field, kind], index) => columnsOf(field, kind, fieldAt(index))), extraOf(layout)],
    from: lines([values], isRecord)
  }
}

const fieldAt = (index: number): string => `element_at(line_values, ${index + 1})`

/** `-` stands for nothing. */
const known = (field: string): string => `nullif(${field}, '-')`

function columnsOf(name: string, kind: FieldKind, field: string): RecordColumn[] {
  if (kind === 'string') return [{ name, sql: known(field) }]
  if (kind === 'quoted') return [{ name, sql: `'"' || ${known(field)} || '"'` }]
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

/** `verb url protocol`, where the URL may hold spaces; a text without two spaces is the URL. */
function requestOf(name: string, field: string): RecordColumn[] {
  const part = (group: number): string => `regexp_extract(trim(${field}), '(?s)\\A([^ ]*) (.*) ([^ ]*)\\z', ${group})`
  return [
    { name: `${name}_verb`, sql: known(part(1)) },
    { name: `${name}_url`, sql: known(`coalesce(${part(2)}, trim(${field}))`) },
    { name: `${name}_proto`, sql: known(part(3)) }
  ]
}

/** Fields that AWS has appended since. */
function extraOf({ length }: Layout): RecordColumn {
  const rest = `slice(line_values, ${length + 1}, cardinality(line_values) - ${length})`
  return { name: 'extra', sql: `CASE WHEN cardinality(line_values) > ${length} THEN ${rest} END` }
}
