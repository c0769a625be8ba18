import { type DuckDBResult, DuckDBTypeId } from '@duckdb/node-api'
import { textOfValue } from './value-text.ts'

export interface ResultColumn {
  readonly name: string
  /** As Athena calls it: `varchar`, `bigint`. */
  readonly type: string
}

export type Row = readonly (string | null)[]

/** A query's result as texts. */
export interface ResultRows {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly Row[]
}

export async function rowsOf(result: DuckDBResult): Promise<ResultRows> {
  const types = result.columnTypes()
  const columns = result.columnNames().map((name, index) => {
    const type = types[index]!
    return { name: nameOf(name, index), type: typeNames[type.typeId] ?? type.toString().toLowerCase() }
  })
  const rows: Row[] = []
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const row of chunk.getRows()) {
      rows.push(row.map((value, index) => textOfValue(value, columns[index]!.type === 'double')))
    }
  }
  return { columns, rows }
}

/** An expression without a name is `_col0`, by its place. */
const nameOf = (name: string, index: number): string => (/^[$\w]+$/.test(name) ? name : `_col${index}`)

const typeNames: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'bigint',
  [DuckDBTypeId.HUGEINT]: 'bigint',
  [DuckDBTypeId.DOUBLE]: 'double',
  [DuckDBTypeId.VARCHAR]: 'varchar',
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp with time zone',
  [DuckDBTypeId.BLOB]: 'varbinary',
  [DuckDBTypeId.LIST]: 'array',
  [DuckDBTypeId.MAP]: 'map',
  [DuckDBTypeId.STRUCT]: 'row'
}
