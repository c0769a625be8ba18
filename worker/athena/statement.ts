import { hourMs, hoursAround, type Window } from '../contract/window.ts'
import { findFormat } from '../formats/registry.ts'
import type { CategoryReading } from '../scan/category-plan.ts'
import { quotedName, textLiteral } from './literal.ts'
import type { Partition, Partitioning } from './partitions.ts'

/*
 * The statement that unloads the matching lines of a category. All typed texts and all keys are execution parameters. The
 * text of a statement has only names of the configuration, and one `?` for each parameter.
 */

/** A statement and the values of its `?`, each an SQL literal. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly string[]
}

interface UnloadRequest {
  readonly database: string
  readonly table: { readonly name: string; readonly partitioning: Partitioning }
  readonly window: Window
  readonly reading: Pick<CategoryReading, 'spec' | 'format'>
  /** URLs of objects to leave out. */
  readonly excluded: readonly string[]
  /** `s3://bucket/prefix/`, which must have no objects. */
  readonly target: string
}

/** The kinds of rows: a line, or an object that the worker must read itself, since the line differs from the stored one. */
export const rowKinds = { line: 'line', check: 'check' } as const

/**
 * Finds objects that Athena's text reader may have misread: a line has a byte FF, which ends its column, or starts like a
 * compressed object that was read as text (worker/decode/sniff.ts has the numbers). In doubt the object is read again:
 * bytes that are not UTF-8 count as one character or none.
 */
const suspect = [
  'rest IS NOT NULL',
  // gzip
  'starts_with(line, chr(31))',
  // zip
  "starts_with(line, 'PK' || chr(3))",
  "starts_with(line, 'PK' || chr(5))",
  // zstd: 28 B5 2F FD, or a frame to be skipped
  "(starts_with(line, '(') AND strpos(line, '/') IN (2, 3))",
  "strpos(line, '*M' || chr(24)) = 2",
  // what is not read here and must not pass for text: bzip2, 7z, xz, lz4
  "starts_with(line, 'BZh')",
  "starts_with(line, '7z')",
  "strpos(line, '7zXZ') IN (1, 2)",
  `starts_with(line, chr(4) || '"M')`
].join(' OR ')

/** JSON may write any letter as an escape. The worker checks such lines itself. */
const escaped = "strpos(line, '\\') > 0"

/**
 * Unloads path, kind and line of every line that may match. The worker matches these lines again, so that whole words and
 * letter case mean exactly the same as in a scan.
 */
export function unloadStatement(request: UnloadRequest): Statement {
  const { database, table, window, reading, excluded, target } = request
  const { spec, format } = reading
  const days = daysOf(table.partitioning, window)
  const contains = spec.case === 'ignore' ? 'strpos(lower(line), lower(?)) > 0' : 'strpos(line, ?) > 0'
  const mayHide = findFormat(format).isJson ? [escaped] : []
  const lines = [
    'UNLOAD (',
    `  SELECT "$path" AS path,`,
    `    CASE WHEN ${suspect} THEN '${rowKinds.check}' ELSE '${rowKinds.line}' END AS kind,`,
    `    CASE WHEN ${suspect} THEN '' ELSE line END AS line`,
    `  FROM ${quotedName(database)}.${quotedName(table.name)}`,
    `  WHERE (${days.map(({ hours }) => (hours ? `day = ? AND hour IN (${places(hours)})` : 'day = ?')).join(' OR ')})`,
    ...(excluded.length > 0 ? [`    AND "$path" NOT IN (${places(excluded)})`] : []),
    `    AND (${[...spec.identifiers.map(() => contains), ...mayHide, suspect].join(' OR ')})`,
    `) TO ${textLiteral(target)} WITH (format = 'TEXTFILE', compression = 'gzip')`
  ]
  const values = [...days.flatMap(({ day, hours = [] }) => [day, ...hours]), ...excluded, ...spec.identifiers]
  return { sql: lines.join('\n'), parameters: values.map(textLiteral) }
}

const places = (values: readonly string[]): string => values.map(() => '?').join(', ')

interface DayOfWindow {
  readonly day: string
  /** Undefined for all of them. */
  readonly hours: readonly string[] | undefined
}

function daysOf(partitioning: Partitioning, window: Window): DayOfWindow[] {
  const { fromMs, toMs } = hoursAround(window)
  const partitions: Partition[] = []
  for (let timeMs = fromMs; timeMs < toMs; timeMs += hourMs) partitions.push(partitioning.of(timeMs))
  return [...Map.groupBy(partitions, ({ day }) => day)].map(([day, ofDay]) => {
    const isWhole = ofDay.length === 24 || !partitioning.hasHours
    return { day, hours: isWhole ? undefined : ofDay.map(({ hour }) => hour!) }
  })
}
