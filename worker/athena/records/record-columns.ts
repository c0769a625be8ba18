/*
 * How a record view (record-view.ts) takes the lines of a raw-line table apart: one file for a family of formats, which
 * gives expressions of Trino's SQL. They say what the format's parser says, for every line that is valid UTF-8: a line or
 * a value that can't be read gives nulls, and fails no query.
 */

/** A column of a record view. */
export interface RecordColumn {
  readonly name: string
  /** An expression over what `RecordColumns.from` gives. */
  readonly sql: string
}

/** What the lines of a format become. */
export interface RecordColumns {
  /** The record's own time, a `timestamp(3)` of UTC. */
  readonly eventTime: string
  readonly columns: readonly RecordColumn[]
  /** The rows that are read: `day`, `hour`, `object`, `line`, and what several columns are made of. */
  readonly from: string
}

/** Selects from a raw-line table: day, hour, object, line and `more` expressions, where `condition` holds. */
export type LineSelection = (more: readonly string[], condition: string) => string

/** A column's type as SQL has it, for TRY_CAST. */
export const sqlTypes = { int: 'integer', bigint: 'bigint', double: 'double', boolean: 'boolean' } as const

/** Lines of nothing but spaces are no records. */
export const isRecord = "trim(line) <> ''"

/** Gives a value a name within an expression, which SQL has no other way to do. `name` must occur nowhere else in it. */
export function withValue(name: string, value: string, expression: string): string {
  return `element_at(transform(ARRAY[${value}], ${name} -> ${expression}), 1)`
}
