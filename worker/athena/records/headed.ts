import type { Format } from '../../formats/format.ts'
import { textLiteral } from '../literal.ts'
import { isRecord, type LineSelection, type RecordColumn, type RecordColumns } from './record-columns.ts'
import { numberOf } from './spaced.ts'
import { epochTime, isoTime } from './time-column.ts'

/*
 * Lines whose header names their fields, one header in each object: VPC flow logs and CloudFront's standard logs. Rows of
 * a table have no order, so the header is joined to the lines of its object, which reads the objects twice. An object
 * with two headers that differ was made of several: which line is of which can't be known here, so its columns are null.
 */

interface Headed {
  /** Whether a line is a header, and whether it is one that names fields. */
  readonly isHeader: string
  readonly isNaming: string
  /** An array of a line's values, and one of the names that a header holds. */
  readonly values: string
  readonly names: (header: string) => string
  /** What lines without a header hold. */
  readonly defaultNames: readonly string[]
  readonly eventTime: string
}

export function vpcFlowColumns(format: Format, lines: LineSelection): RecordColumns {
  const names = namesOf(format)
  const known = names.map((name) => name.replaceAll('_', '-')).join('|')
  // Words alone, some of them known; every record holds a number or a `-`.
  const isHeader = String.raw`regexp_like(line, '\A[a-z][a-z-]+(?: [a-z][a-z-]+)*\z') AND regexp_like(line, '(?:\A| )(?:${known})(?: |\z)')`
  const seconds = `coalesce(${numberOf(columnText('start'), 'bigint')}, ${numberOf(columnText('end'), 'bigint')})`
  return headedColumns(format, lines, {
    isHeader,
    isNaming: isHeader,
    values: "split(line, ' ')",
    names: (header) => `split(replace(${header}, '-', '_'), ' ')`,
    defaultNames: names.slice(0, 14),
    eventTime: epochTime(`CAST(${seconds} AS double)`)
  })
}

export function cloudfrontColumns(format: Format, lines: LineSelection): RecordColumns {
  // Copies of such logs have their tabs turned into spaces.
  const words = (text: string): string => String.raw`regexp_split(trim(${text}), '[\s\x{200b}]+')`
  const name = String.raw`regexp_replace(regexp_replace(lower(word), '[^a-z0-9_]+', '_'), '_\z', '')`
  return headedColumns(format, lines, {
    isHeader: "starts_with(line, '#Fields:') OR starts_with(line, '#Version:')",
    isNaming: "starts_with(line, '#Fields:')",
    values: `CASE WHEN strpos(line, chr(9)) > 0 THEN split(line, chr(9)) ELSE ${words('line')} END`,
    names: (header) => `transform(${words(`substr(${header}, 9)`)}, word -> ${name})`,
    defaultNames: namesOf(format),
    eventTime: isoTime(`concat(${columnText('date')}, 'T', ${columnText('time')}, 'Z')`)
  })
}

const namesOf = ({ columns }: Format): string[] => columns.map(({ name }) => name).filter((name) => name !== 'extra')

/** The value of a name, null where the line or the header has none. */
const columnText = (name: string): string =>
  `nullif(element_at(line_values, nullif(array_position(names, '${name}'), 0)), '-')`

function headedColumns({ columns }: Format, lines: LineSelection, headed: Headed): RecordColumns {
  const defaultNames = `ARRAY[${headed.defaultNames.map(textLiteral).join(', ')}]`
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

function columnOf({ name, type }: Format['columns'][number]): RecordColumn {
  if (name === 'extra') {
    const rest = 'slice(line_values, cardinality(names) + 1, cardinality(line_values) - cardinality(names))'
    return { name, sql: `CASE WHEN cardinality(line_values) > cardinality(names) THEN ${rest} END` }
  }
  const value = columnText(name)
  return { name, sql: type === 'int' || type === 'bigint' || type === 'double' ? numberOf(value, type) : value }
}
