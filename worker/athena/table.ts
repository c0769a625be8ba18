import type { Category, Config, Environment } from '../contract/config.ts'
import { IotLogError } from '../contract/errors.ts'
import { quotedName } from './literal.ts'
import { type Partitioning, partitioningOf } from './partitions.ts'

/*
 * The raw-line table of a category, as a statement of Hive's for Athena with the places `${database}` and `${location}`:
 * the objects as they lie, a row for a line, no crawler and no job that registers partitions.
 */

/** A category's table, or why it has none. */
export type CategoryTable =
  | { readonly name: string; readonly partitioning: Partitioning }
  | { readonly problem: string }

/** The first day that a table knows; days before it are not found, days after it are until tomorrow. */
const firstDayMs = Date.UTC(2020, 0, 1)

/** What S3 calls safe in keys, less what has a meaning in a pattern or a literal, and `=` for Hive's layouts. */
const safeLayout = /^[A-Za-z0-9/!_.()={}-]*$/

/** The table of a category, or the reason why Athena cannot read it. */
export function tableOf({ name, table, layout }: Category): CategoryTable {
  if (table === undefined) return { problem: `category ${name} has no table (categories.${name}.table)` }
  const { template } = layout
  const no = (why: string): CategoryTable => ({ problem: `category ${name} can have no table: its layout ${why}` })
  if (!safeLayout.test(template)) return no(`${template} holds other characters than letters, digits and !_.()=-`)
  if (!template.endsWith('/')) return no(`${template} does not end with a slash, and a table reads whole folders`)
  if (template.includes('//')) return no(`${template} holds an empty folder, which Athena leaves out`)
  const partitioning = partitioningOf(layout)
  return 'problem' in partitioning
    ? no(partitioning.problem.replace(/^the layout /, ''))
    : { name: table, partitioning }
}

/** The statement that makes the table of a category. @throws IotLogError (`wrong-config`) with the reason why it has none */
export function tableStatement(category: Category): string {
  const table = tableOf(category)
  if ('problem' in table) throw new IotLogError('wrong-config', table.problem, { subject: category.name })
  const { name, partitioning } = table
  const folder = partitioning.root.slice(0, partitioning.root.lastIndexOf('/') + 1)
  return `${[
    `-- The lines of ${category.name}, as they are stored. Made from iot-log.config.json by npm run tables: change that, not this.`,
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`\${database}\`.${quotedName(name).replaceAll('"', '`')} (`,
    "  `line` string COMMENT 'the line without its line end',",
    "  `rest` string COMMENT 'null, unless the line holds a byte FF: what follows the first one'",
    ')',
    `PARTITIONED BY (\`day\` string${partitioning.hasHours ? ', `hour` string' : ''})`,
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'",
    `WITH SERDEPROPERTIES (${properties(serdeProperties)})`,
    "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'",
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
    `LOCATION '\${location}${folder}'`,
    `TBLPROPERTIES (${properties(projection(partitioning))})`
  ].join('\n')}\n`
}

/**
 * A delimiter that no UTF-8 holds (the number is the byte, Java's -1 is FF), so that byte 01, tabs and quotes are letters
 * like others; and a null that no line can equal, so that a line `\N` is a line.
 */
const serdeProperties: readonly (readonly [string, string])[] = [
  ['field.delim', '-1'],
  ['serialization.last.column.takes.rest', 'true'],
  ['serialization.null.format', '\\n']
]

/** https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
function projection({ template, dayPattern, hasHours, of }: Partitioning): (readonly [string, string])[] {
  const ofHour = [
    ['projection.hour.type', 'integer'],
    ['projection.hour.range', '0,23'],
    ['projection.hour.digits', '2']
  ] as const
  return [
    ['projection.enabled', 'true'],
    ['projection.day.type', 'date'],
    ['projection.day.format', dayPattern],
    ['projection.day.range', `${of(firstDayMs).day},NOW+1DAYS`],
    ['projection.day.interval', '1'],
    ['projection.day.interval.unit', 'DAYS'],
    ...(hasHours ? ofHour : []),
    ['storage.location.template', `\${location}${template}`]
  ]
}

/** Hive has a backslash before a quote: two quotes would join two texts. */
function properties(pairs: readonly (readonly [string, string])[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
  return `\n${pairs.map(([key, value]) => `  ${quoted(key)} = ${quoted(value)}`).join(',\n')}\n`
}

/** The files of `queries/tables`: one for a table, and one more where an environment has another layout. */
export function tableFiles(config: Config): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const environment of inOrder(config)) {
    for (const category of environment.categories.values()) {
      if (category.table === undefined) continue
      const statement = tableStatement(category)
      const common = files.get(`${category.table}.sql`)
      if (common === undefined) files.set(`${category.table}.sql`, statement)
      else if (common !== statement) files.set(`${category.table}.${environment.name}.sql`, statement)
    }
  }
  return files
}

/** The default environment first. */
export function inOrder({ environments, defaultEnvironment }: Config): Environment[] {
  const isDefault = ({ name }: Environment): boolean => name === defaultEnvironment
  return [...environments.values()].sort((a, b) => Number(isDefault(b)) - Number(isDefault(a)))
}
