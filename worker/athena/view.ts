import type { Config, Environment } from '../contract/config.ts'
import { quotedName, textLiteral } from './literal.ts'
import type { Partitioning } from './partitions.ts'
import { inOrder, tableOf } from './table.ts'

/** The view of all categories' lines, under which the parsed views lie. */
export const allLines = 'all_lines'

/**
 * The statement that makes the view of all lines: a part for each category that has a table, so that a new category is
 * one entry of the configuration. `arrived` is the time that the partition stands for. A category whose layout has no
 * hours has all its lines in the hour 00.
 */
export function allLinesStatement({ categories }: Environment): string {
  const parts = [...categories.values()].flatMap((category) => {
    const table = tableOf(category)
    return 'problem' in table ? [] : [part(category.name, table.name, table.partitioning)]
  })
  return `${[
    '-- The lines of all categories. Made from iot-log.config.json by npm run tables: change that, not this.',
    `CREATE OR REPLACE VIEW "\${database}".${quotedName(allLines)} AS`,
    parts.join('\nUNION ALL\n')
  ].join('\n')}\n`
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

/** A pattern of Java's as `date_parse` takes it (https://trino.io/docs/current/functions/datetime.html). */
function parseFormat(pattern: string): string {
  const fields: Readonly<Record<string, string>> = { yyyy: '%Y', MM: '%m', dd: '%d' }
  const literal = (text: string): string => text.replaceAll("''", "'").replaceAll('%', '%%')
  return pattern.replace(/'((?:[^']|'')*)'|yyyy|MM|dd|%/g, (token, quoted?: string) => {
    return quoted === undefined ? (fields[token] ?? literal(token)) : literal(quoted)
  })
}

/** The files of `queries/views` that are made: one, and one more where an environment has other layouts or tables. */
export function viewFiles(config: Config): ReadonlyMap<string, string> {
  const [common, ...others] = inOrder(config).map((environment) => [environment.name, allLinesStatement(environment)])
  const differing = others.filter(([, statement]) => statement !== common![1])
  return new Map([
    [`${allLines}.sql`, common![1]!],
    ...differing.map(([name, statement]) => [`${allLines}.${name}.sql`, statement!] as const)
  ])
}
