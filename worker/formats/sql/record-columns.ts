/*
 * How a view of records takes the lines of a raw-line table apart, in expressions of Trino's SQL. They give what the
 * format's parser gives, for every line that is valid UTF-8. A line or a value that can't be read gives nulls, and fails
 * no query.
 */

/** A column of the format's table, named as in `fields`. */
export interface Column {
  readonly name: string
  /** As Athena and Hive write it. */
  readonly type: 'string' | 'int' | 'bigint' | 'double' | 'boolean' | 'array<string>'
}

/** A column of a record view. */
export interface RecordColumn {
  readonly name: string
  /** An expression over the rows of `RecordColumns.from`. */
  readonly sql: string
}

/** The columns of the view of a format's records. */
export interface RecordColumns {
  /** The record's own time, a `timestamp(3)` of UTC. */
  readonly eventTime: string
  readonly columns: readonly RecordColumn[]
  /** The rows that are read: `day`, `hour`, `object`, `line`, and what several columns share. */
  readonly from: string
}

/** Selects from a raw-line table: day, hour, object, line and `more` expressions, where `condition` holds. */
export type LineSelection = (more: readonly string[], condition: string) => string

/** A column's type as SQL has it, for TRY_CAST. */
export const sqlTypes = { int: 'integer', bigint: 'bigint', double: 'double', boolean: 'boolean' } as const

/** Lines of nothing but spaces are no records. */
export const isRecord = "trim(line) <> ''"

/** Names a value within an expression: SQL has no other way. `name` must occur nowhere else in the expression. */
export function withValue(name: string, value: string, expression: string): string {
  return `element_at(transform(ARRAY[${value}], ${name} -> ${expression}), 1)`
}
