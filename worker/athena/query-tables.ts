import type { Category, Environment } from '../contract/config.ts'
import type { Partitioning } from './partitions.ts'
import type { SavedQuery } from './saved-query.ts'
import { tableOf } from './table.ts'

/** The partitions of the tables that a query reads, or why it cannot run. */
type TablesRead = { readonly tables: readonly Partitioning[] } | { readonly problem: string }

/** The tables that a query reads in an environment. `category` is the typed one, if the query takes one. */
export function tablesRead(
  { reads, name }: SavedQuery,
  category: Category | undefined,
  { categories, name: environment }: Environment
): TablesRead {
  const all = [...categories.values()]
  if (reads === 'category' && category) return allOf(name, [category])
  if (typeof reads === 'object' && 'formats' in reads) {
    const formats = reads.formats.join(', ')
    const tables = partitioningsOf(all.filter(({ format }) => reads.formats.includes(format)))
    const missing = `no category of ${environment} has one of these, and a table`
    const fix = 'give one its format in the configuration, then make its table and the views'
    return tables.length > 0 ? { tables } : { problem: `${name} reads records of ${formats}; ${missing}: ${fix}` }
  }
  if (reads === 'all' || reads === 'category') {
    const tables = partitioningsOf(all)
    if (tables.length > 0) return { tables: reads === 'all' ? tables : [] }
    const what = reads === 'all' ? 'all tables' : 'a table'
    const fix = 'give one a table (categories.<name>.table)'
    return { problem: `${name} reads ${what}, and no category of ${environment} has one: ${fix}` }
  }
  const named = all.filter((one) => reads.includes(one.name))
  const missing = `and ${environment} has none of these categories: add them to the configuration, with tables`
  return named.length > 0 ? allOf(name, named) : { problem: `${name} reads ${reads.join(', ')}, ${missing}` }
}

/** Why a query cannot run in an environment with any parameters; undefined if it can. */
export function queryObstacle(query: SavedQuery, environment: Environment): string | undefined {
  const read = tablesRead(query, undefined, environment)
  return 'problem' in read ? read.problem : undefined
}

function allOf(name: string, categories: readonly Category[]): TablesRead {
  const without = categories.map(tableOf).find((table) => 'problem' in table)
  if (without) return { problem: `${name} cannot be asked: ${without.problem}` }
  return { tables: partitioningsOf(categories) }
}

/** The partitions of the categories that have a table. */
function partitioningsOf(categories: readonly Category[]): Partitioning[] {
  return categories.map(tableOf).flatMap((table) => ('problem' in table ? [] : [table.partitioning]))
}
