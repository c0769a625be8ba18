import type { Category } from '../contract/config.ts'
import { findFormat } from '../formats/registry.ts'
import type { LineSelection } from '../formats/sql/record-columns.ts'
import { quotedName } from './literal.ts'
import { tableOf } from './table.ts'
import { type NamedStatement, viewStatement } from './table-statement.ts'

/*
 * The view of a category's records: its raw lines taken apart into the typed columns of its format. The table stays
 * lines: when AWS appends a field, a view has one column less than it could, and no row is lost.
 */

/** A category's view, or undefined where it has no table or its format no view. */
export function recordViewOf(category: Category, format = findFormat(category.format)): NamedStatement | undefined {
  const table = tableOf(category)
  if ('problem' in table || !format.view) return undefined
  const name = `${table.name}_records`
  const hour = table.partitioning.hasHours ? 'hour' : "CAST('00' AS varchar) AS hour"
  const lines: LineSelection = (more, condition) =>
    [
      `SELECT day, ${hour}, "$path" AS object, line${more.map((expression) => `,\n    ${expression}`).join('')}`,
      `FROM "\${database}".${quotedName(table.name)}`,
      `WHERE ${condition}`
    ].join('\n  ')
  const { eventTime, columns, from } = format.view(lines)
  const selected = [
    'day',
    'hour',
    `${eventTime} AS event_time`,
    ...columns.map((column) => `${column.sql} AS ${quotedName(column.name)}`),
    'object',
    'line'
  ]
  const statement = viewStatement(`The records of ${category.name} (${category.format})`, name, [
    `SELECT\n  ${selected.join(',\n  ')}`,
    `FROM (\n  ${from}\n) AS read_lines`
  ])
  return { name, statement }
}
