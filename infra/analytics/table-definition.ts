/*
 * From the statement that makes a table (queries/tables, worker/athena/table.ts) to its definition in Glue, so that both
 * ways of making it give the same table. Pure. It reads the form that those statements have, no other.
 */

export interface Column {
  readonly name: string
  readonly type: string
  readonly comment?: string
}

export interface TableDefinition {
  readonly name: string
  readonly columns: readonly Column[]
  readonly partitionKeys: readonly Column[]
  readonly serde: string
  readonly serdeParameters: Readonly<Record<string, string>>
  readonly inputFormat: string
  readonly outputFormat: string
  readonly location: string
  readonly parameters: Readonly<Record<string, string>>
}

const text = "'((?:[^'\\\\]|\\\\.)*)'"
const statement = new RegExp(
  [
    'CREATE EXTERNAL TABLE IF NOT EXISTS `[^`]+`\\.`([^`]+)` \\((?<columns>.*?)\\n\\)',
    'PARTITIONED BY \\((?<keys>.*?)\\)',
    `ROW FORMAT SERDE ${text}`,
    'WITH SERDEPROPERTIES \\((?<serde>.*?)\\n\\)',
    `STORED AS INPUTFORMAT ${text}`,
    `OUTPUTFORMAT ${text}`,
    `LOCATION ${text}`,
    'TBLPROPERTIES \\((?<table>.*?)\\n\\)\\s*$'
  ].join('\\n'),
  's'
)

/** Reads a statement. @throws Error for one of another form */
export function parseTableStatement(sql: string): TableDefinition {
  const found = statement.exec(sql)
  if (!found) throw new Error(`Not a statement of queries/tables:\n${sql}`)
  const [, name, , , serde, , inputFormat, outputFormat, location] = found
  const { columns, keys, serde: serdeProperties, table } = found.groups!
  return {
    name: name!,
    columns: columnsOf(columns!),
    partitionKeys: columnsOf(keys!),
    serde: unquoted(serde!),
    serdeParameters: pairsOf(serdeProperties!),
    inputFormat: unquoted(inputFormat!),
    outputFormat: unquoted(outputFormat!),
    location: unquoted(location!),
    parameters: pairsOf(table!)
  }
}

function columnsOf(list: string): Column[] {
  const form = new RegExp(`\`([^\`]+)\` ([a-z]+)(?: COMMENT ${text})?`, 'g')
  return [...list.matchAll(form)].map(([, name, type, comment]) => ({
    name: name!,
    type: type!,
    ...(comment !== undefined && { comment: unquoted(comment) })
  }))
}

function pairsOf(list: string): Record<string, string> {
  const form = new RegExp(`${text} = ${text}`, 'g')
  return Object.fromEntries([...list.matchAll(form)].map(([, key, value]) => [unquoted(key!), unquoted(value!)]))
}

/** Hive's escapes: a line feed, or the character itself. */
function unquoted(quoted: string): string {
  return quoted.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
