import type { Category, Config, Environment } from '../contract/config.ts'
import { quotedName } from './literal.ts'
import { type TableColumn, tableDefinition } from './table.ts'

/*
 * The table of a category as a Hive statement for Athena, with the places `${database}` and `${location}`.
 */

/** The statement that makes the table of a category. @throws IotLogError (`wrong-config`) with the reason why it has none */
export function tableStatement(category: Category): string {
  const table = tableDefinition(category, `\${location}`)
  return `${[
    `-- The lines of ${category.name}, as they are stored. Made from iot-log.config.json by npm run tables: change that, not this.`,
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`\${database}\`.${hiveName(table.name)} (`,
    table.columns.map((column) => `  ${columnText(column)}`).join(',\n'),
    ')',
    `PARTITIONED BY (${table.partitionKeys.map(columnText).join(', ')})`,
    `ROW FORMAT SERDE ${hiveText(table.serde)}`,
    `WITH SERDEPROPERTIES (${properties(table.serdeParameters)})`,
    `STORED AS INPUTFORMAT ${hiveText(table.inputFormat)}`,
    `OUTPUTFORMAT ${hiveText(table.outputFormat)}`,
    `LOCATION ${hiveText(table.location)}`,
    `TBLPROPERTIES (${properties(table.parameters)})`
  ].join('\n')}\n`
}

function columnText({ name, type, comment }: TableColumn): string {
  return `${hiveName(name)} ${type}${comment === undefined ? '' : ` COMMENT ${hiveText(comment)}`}`
}

function properties(pairs: Readonly<Record<string, string>>): string {
  const lines = Object.entries(pairs).map(([key, value]) => `  ${hiveText(key)} = ${hiveText(value)}`)
  return `\n${lines.join(',\n')}\n`
}

const hiveName = (name: string): string => quotedName(name).replaceAll('"', '`')

/** Hive has a backslash before a quote: two quotes would join two texts. */
function hiveText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`
}

/** The statement that makes a view. `what` are its rows, for the comment. */
export function viewStatement(what: string, name: string, lines: readonly string[]): string {
  return `${[
    `-- ${what}. Made from iot-log.config.json by npm run tables: change that, not this.`,
    `CREATE OR REPLACE VIEW "\${database}".${quotedName(name)} AS`,
    ...lines
  ].join('\n')}\n`
}

/** A statement, and the name of what it makes. */
export interface NamedStatement {
  readonly name: string
  readonly statement: string
}

/** The files of `queries/tables`: one for a table, and one more where an environment has another layout. */
export function tableFiles(config: Config): ReadonlyMap<string, string> {
  return statementFiles(config, ({ categories }) =>
    [...categories.values()].flatMap((category) =>
      category.table === undefined ? [] : [{ name: category.table, statement: tableStatement(category) }]
    )
  )
}

/** One file per name, with the statement of the first environment that has it. One more for each that differs. */
export function statementFiles(
  { environments, defaultEnvironment }: Config,
  statementsOf: (environment: Environment) => readonly NamedStatement[]
): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const isDefault = ({ name }: Environment): boolean => name === defaultEnvironment
  const defaultFirst = [...environments.values()].sort((a, b) => Number(isDefault(b)) - Number(isDefault(a)))
  for (const environment of defaultFirst) {
    for (const { name, statement } of statementsOf(environment)) {
      const common = files.get(`${name}.sql`)
      if (common === undefined) files.set(`${name}.sql`, statement)
      else if (common !== statement) files.set(`${name}.${environment.name}.sql`, statement)
    }
  }
  return files
}
