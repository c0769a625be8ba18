import {
  type Column,
  isRecord,
  type LineSelection,
  type RecordColumn,
  type RecordColumns,
  sqlTypes
} from './record-columns.ts'
import { textTime } from './time.ts'
import type { TimeName } from './time-names.ts'

/*
 * A JSON object on each line. Fields without a column are in `line`, one `json_extract_scalar` away. Where a name stands
 * twice, the first counts here, and the last for the parser.
 */

/** json_extract_scalar gives what stands before the place where a document breaks: a broken one must give nothing. */
const document = 'CASE WHEN TRY(json_parse(line)) IS NOT NULL THEN line END AS document'

/**
 * Documents `{"<key>": [ … ]}` whose elements are the records, one on a line, and documents that are a record themselves.
 * `line` is the record's JSON, its names in the order of the alphabet; a line that breaks is a row as it is.
 */
export function wrappedColumns(
  columns: readonly Column[],
  lines: LineSelection,
  names: readonly TimeName[],
  wrapperKey: string
): RecordColumns {
  const elements = `TRY_CAST(json_extract(line, '$.${wrapperKey}') AS array(json))`
  return {
    ...jsonColumns(columns, lines, names),
    from: `SELECT day, hour, object, json_format(record) AS document, coalesce(json_format(record), line) AS line
  FROM (${lines([`coalesce(${elements}, ARRAY[TRY(json_parse(line))]) AS elements`], isRecord)}) AS wrapped
  CROSS JOIN UNNEST(elements) AS parts (record)`
  }
}

/** Columns for the format's own; `names` are those that may hold the time. */
export function jsonColumns(
  columns: readonly Column[],
  lines: LineSelection,
  names: readonly TimeName[]
): RecordColumns {
  const times = `transform(ARRAY[${names.map(timeTextOf).join(', ')}], text -> ${textTime('text')})`
  return {
    eventTime: `element_at(filter(${times}, one -> one IS NOT NULL), 1)`,
    // CloudTrail's eventTime is the view's own, as a time.
    columns: columns.map(columnOf).filter(({ name }) => name !== 'event_time'),
    from: lines([document], isRecord)
  }
}

/** The text under a name, or of a date and a time of day. */
function timeTextOf(name: TimeName): string {
  return typeof name === 'string' ? scalarOf(name) : `concat(${scalarOf(name[0])}, 'T', ${scalarOf(name[1])})`
}

/** The text of a plain value. */
function scalarOf(key: string): string {
  return `json_extract_scalar(document, '$["${key}"]')`
}

function columnOf({ name, type }: Column): RecordColumn {
  const value = scalarOf(name)
  const sqlName = snakeCase(name)
  if (type === 'string') return { name: sqlName, sql: value }
  if (type === 'array<string>') throw new Error(`No column of a view is a list: ${name}`)
  return { name: sqlName, sql: `try_cast(${value} AS ${sqlTypes[type]})` }
}

/** SQL ignores capitals in names: `httpSourceId` is `http_source_id`. */
export function snakeCase(name: string): string {
  const parted = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
  return parted.toLowerCase()
}
