import type { Config, Environment } from '../contract/config.ts'
import { IotLogError } from '../contract/errors.ts'
import { commonViewsOf } from './common-views.ts'
import { quotedName, textLiteral } from './literal.ts'
import type { Partitioning } from './partitions.ts'
import { recordViewOf } from './record-view.ts'
import { tableOf } from './table.ts'
import { type NamedStatement, statementFiles, viewStatement } from './table-statement.ts'

/** The view of all categories' lines. The parsed views read it. */
const allLines = 'all_lines'
/** The views of queries/views that people have written. */
const writtenViews = ['iot_records', 'telemetry_messages', 'command_messages', 'lifecycle_events']

/**
 * The statement that makes the view of all lines: a part for each category that has a table. A new category is one
 * entry of the configuration. `arrived` is the time of the partition. If a layout has no hours, all its lines are in
 * hour 00.
 */
export function allLinesStatement({ categories }: Environment): string {
  const parts = [...categories.values()].flatMap((category) => {
    const table = tableOf(category)
    return 'problem' in table ? [] : [part(category.name, table.name, table.partitioning)]
  })
  return viewStatement('The lines of all categories', allLines, [parts.join('\nUNION ALL\n')])
}

function part(category: string, table: string, { dayPattern, hasHours }: Partitioning): string {
  const format = textLiteral(`${parseFormat(dayPattern)}${hasHours ? ' %H' : ''}`)
  return [
    'SELECT',
    `  CAST(${textLiteral(category)} AS varchar) AS category,`,
    '  day,',
    hasHours ? '  hour,' : "  CAST('00' AS varchar) AS hour,",
    `  date_parse(${hasHours ? "concat(day, ' ', hour)" : 'day'}, ${format}) AS arrived,`,
    '  "$path" AS object,',
    '  "$file_size" AS object_bytes,',
    '  line',
    `FROM "\${database}".${quotedName(table)}`
  ].join('\n')
}

/** A Java pattern as `date_parse` takes it (https://trino.io/docs/current/functions/datetime.html). */
function parseFormat(pattern: string): string {
  const fields: Readonly<Record<string, string>> = { yyyy: '%Y', MM: '%m', dd: '%d' }
  const literal = (text: string): string => text.replaceAll("''", "'").replaceAll('%', '%%')
  return pattern.replace(/'((?:[^']|'')*)'|yyyy|MM|dd|%/g, (token, quoted?: string) => {
    return quoted === undefined ? (fields[token] ?? literal(token)) : literal(quoted)
  })
}

/**
 * All views that are made from an environment's categories, each after those that it reads. Without a table there is
 * none.
 * @throws IotLogError (`wrong-config`) if two views would have the same name
 */
export function madeViewsOf(environment: Environment): readonly NamedStatement[] {
  const categories = [...environment.categories.values()]
  if (categories.every((category) => 'problem' in tableOf(category))) return []
  const records = categories.flatMap((category) => recordViewOf(category) ?? [])
  const lines = { name: allLines, statement: allLinesStatement(environment) }
  const views = [lines, ...records, ...commonViewsOf(environment)]
  const taken = new Set(categories.map(({ table }) => table).concat(writtenViews))
  const twice = views.find(({ name }) => taken.size === taken.add(name).size)
  if (!twice) return views
  const text = `the view ${twice.name} that is made for a category bears the name of a table or of another view: rename the table`
  throw new IotLogError('wrong-config', text, { subject: twice.name })
}

/** The files of `queries/views` that are made: one for a view, and one more where it differs in an environment. */
export function viewFiles(config: Config): ReadonlyMap<string, string> {
  return statementFiles(config, madeViewsOf)
}

/** Whether the text of a file is that of a made table or view. */
export function isMade(text: string): boolean {
  return text.startsWith('--') && text.slice(0, text.indexOf('\n')).includes('by npm run tables')
}
