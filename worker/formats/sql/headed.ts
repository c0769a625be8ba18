import { type Column, isRecord, type LineSelection, type RecordColumn, type RecordColumns } from './record-columns.ts'
import { numberOf } from './spaced.ts'

/*
 * Lines whose header names their fields, one header in each object: VPC flow logs and CloudFront's standard logs. Rows
 * of a table have no order, so the header is joined to the lines of its object, which reads the objects twice. An
 * object with two headers that differ was joined from several. Which line belongs to which header can't be known here,
 * so its columns are null.
 */

export interface HeadedSelection {
  /** Whether a line is a header, and whether it is one that names fields. */
  readonly isHeader: string
  readonly isNaming: string
  /** An array of a line's values, and one of the names that a header holds. */
  readonly values: string
  readonly names: (header: string) => string
  /** The fields of lines without a header. */
  readonly defaultNames: readonly string[]
  readonly eventTime: string
}

/** The value of a name, null where the line or the header has none. */
export const columnText = (name: string): string =>
  `nullif(element_at(line_values, nullif(array_position(names, '${name}'), 0)), '-')`

export function headedColumns(
  columns: readonly Column[],
  lines: LineSelection,
  headed: HeadedSelection
): RecordColumns {
  const defaultNames = `ARRAY[${headed.defaultNames.map((name) => `'${name}'`).join(', ')}]`
  return {
    eventTime: headed.eventTime,
    columns: columns.map(columnOf),
    from: `SELECT
    records.day,
    records.hour,
    records.object,
    records.line,
    records.line_values,
    CASE WHEN headers.object IS NULL THEN ${defaultNames} ELSE ${headed.names('headers.header')} END AS names
  FROM (${lines([`${headed.values} AS line_values`], `${isRecord} AND NOT (${headed.isHeader})`)}) AS records
  LEFT JOIN (
    SELECT day, hour, object, CASE WHEN min(line) = max(line) THEN min(line) END AS header
    FROM (${lines([], headed.isNaming)}) AS header_lines
    GROUP BY day, hour, object
  ) AS headers
  ON headers.day = records.day AND headers.hour = records.hour AND headers.object = records.object`
  }
}

function columnOf({ name, type }: Column): RecordColumn {
  if (name === 'extra') {
    const rest = 'slice(line_values, cardinality(names) + 1, cardinality(line_values) - cardinality(names))'
    return { name, sql: `CASE WHEN cardinality(line_values) > cardinality(names) THEN ${rest} END` }
  }
  const value = columnText(name)
  return { name, sql: type === 'int' || type === 'bigint' || type === 'double' ? numberOf(value, type) : value }
}
