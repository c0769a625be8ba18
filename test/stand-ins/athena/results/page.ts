import { type Fields, invalidRequest } from '../input.ts'
import type { AthenaQuery } from '../query.ts'
import { bytesOf } from '../tables/byte-text.ts'
import type { ResultColumn, Row } from './rows.ts'

/** One page of GetQueryResults: at most 1,000 rows, and a SELECT's first one has its columns' names. */
export function resultPage(query: AthenaQuery, { NextToken, MaxResults = 1000 }: Fields): object {
  const { columns, rows } = query.result ?? { columns: [], rows: [] }
  const all: readonly Row[] = query.kind === 'select' ? [columns.map(({ name }) => name), ...rows] : rows
  const start = startOf(query, NextToken)
  const end = start + Number(MaxResults)
  return {
    UpdateCount: 0,
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map(columnInfo) },
      Rows: all.slice(start, end).map((row) => ({ Data: row.map(datum) }))
    },
    ...(end < all.length ? { NextToken: `${query.id}:${end}` } : {})
  }
}

function startOf({ id }: AthenaQuery, token: unknown): number {
  if (token === undefined || token === null) return 0
  const [of, start] = String(token).split(':')
  if (of !== id || !/^\d+$/.test(start ?? '')) throw invalidRequest('Invalid NextToken')
  return Number(start)
}

/** NULL has no value. What is no UTF-8 cannot be in JSON. */
const datum = (text: string | null): object => (text === null ? {} : { VarCharValue: bytesOf(text).toString('utf8') })

const columnInfo = ({ name, type }: ResultColumn): object => ({
  CatalogName: 'hive',
  SchemaName: '',
  TableName: '',
  Name: name,
  Label: name,
  Type: type,
  Precision: type === 'varchar' ? 2_147_483_647 : type === 'bigint' ? 19 : 0,
  Scale: 0,
  Nullable: 'UNKNOWN',
  CaseSensitive: type === 'varchar'
})
