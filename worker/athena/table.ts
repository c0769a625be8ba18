import type { Category } from '../contract/config.ts'
import { IotLogError } from '../contract/errors.ts'
import { hasNames, isFixed } from '../contract/layout.ts'
import { type Partitioning, partitioningOf } from './partitions.ts'

/*
 * The raw-line table of a category as data: the objects as they are stored, one row per line, no crawler, and no
 * job that registers partitions. The Hive statement (table-statement.ts) and the table in Glue are made from it.
 */

/** A category's table, or why it has none. */
type CategoryTable = { readonly name: string; readonly partitioning: Partitioning } | { readonly problem: string }

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly comment?: string
}

/** A table as Hive and Glue have it. */
export interface TableDefinition {
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly partitionKeys: readonly TableColumn[]
  readonly serde: string
  readonly serdeParameters: Readonly<Record<string, string>>
  readonly inputFormat: string
  readonly outputFormat: string
  readonly location: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The first day that a table knows: no query finds days before it, nor days after tomorrow. */
const firstDayMs = Date.UTC(2020, 0, 1)

/** The safe characters of S3 keys without those that mean something in a pattern or a literal, and `=` for Hive's layouts. */
const safeLayout = /^[A-Za-z0-9/!_.()={}-]*$/

/** The table of a category, or the reason why Athena cannot read it. */
export function tableOf({ name, table, layout }: Category): CategoryTable {
  if (table === undefined) return { problem: `category ${name} has no table (categories.${name}.table)` }
  const { template } = layout
  const no = (why: string): CategoryTable => ({ problem: `category ${name} can have no table: its layout ${why}` })
  if (hasNames(layout)) {
    return no(
      `${template} has names that only a listing finds (*, {account}, {region}, {identifier}), which no table can`
    )
  }
  if (!isFixed(layout)) return no(`${template} has numbers without leading zeros, which no table here can`)
  if (layout.timeZone !== undefined)
    return no(`${template} has local times (${layout.timeZone}), which no table here can`)
  if (!safeLayout.test(template)) return no(`${template} holds other characters than letters, digits and !_.()=-`)
  if (!template.endsWith('/')) return no(`${template} does not end with a slash, and a table reads whole folders`)
  if (template.includes('//')) return no(`${template} holds an empty folder, which Athena leaves out`)
  const partitioning = partitioningOf(layout)
  return 'problem' in partitioning
    ? no(partitioning.problem.replace(/^the layout /, ''))
    : { name: table, partitioning }
}

/**
 * The table of a category. `location` is where the logs are, with a slash at the end: `s3://bucket/prefix/`.
 * @throws IotLogError (`wrong-config`) with the reason why it has none
 */
export function tableDefinition(category: Category, location: string): TableDefinition {
  const table = tableOf(category)
  if ('problem' in table) throw new IotLogError('wrong-config', table.problem, { subject: category.name })
  const { name, partitioning } = table
  const names = partitioning.hasHours ? ['day', 'hour'] : ['day']
  return {
    name,
    columns: [
      { name: 'line', type: 'string', comment: 'the line without its line end' },
      { name: 'rest', type: 'string', comment: 'null, unless the line holds a byte FF: what follows the first one' }
    ],
    partitionKeys: names.map((key) => ({ name: key, type: 'string' })),
    serde: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
    serdeParameters,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    location: location + partitioning.root.slice(0, partitioning.root.lastIndexOf('/') + 1),
    parameters: projection(partitioning, location)
  }
}

/**
 * A delimiter that no UTF-8 holds (the number is the byte, Java's -1 is FF), so that byte 01, tabs and quotes are letters
 * like others. No line can equal the null, so a line `\N` is a line.
 */
const serdeParameters = {
  'field.delim': '-1',
  'serialization.last.column.takes.rest': 'true',
  'serialization.null.format': '\n'
}

/** https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
function projection({ template, dayPattern, hasHours, of }: Partitioning, location: string): Record<string, string> {
  const ofHour = {
    'projection.hour.type': 'integer',
    'projection.hour.range': '0,23',
    'projection.hour.digits': '2'
  }
  return {
    'projection.enabled': 'true',
    'projection.day.type': 'date',
    'projection.day.format': dayPattern,
    'projection.day.range': `${of(firstDayMs).day},NOW+1DAYS`,
    'projection.day.interval': '1',
    'projection.day.interval.unit': 'DAYS',
    ...(hasHours && ofHour),
    'storage.location.template': location + template
  }
}
