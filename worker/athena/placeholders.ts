import { quotedName } from './literal.ts'

/** The values of `${database}` and, in a table, `${location}`. */
export interface Places {
  readonly database: string
  /** The place of the logs, with a slash at the end: `s3://bucket/` or `s3://bucket/prefix/`. */
  readonly location?: string
}

/** Fills the placeholders of a statement of `queries/`. @throws Error for a name or a location that could change the statement */
export function fillStatement(sql: string, { database, location }: Places): string {
  quotedName(database)
  const filled = sql.replaceAll(/\$\{database\}/g, () => database)
  return location === undefined ? filled : filled.replaceAll(/\$\{location\}/g, () => checkedLocation(location))
}

/** @throws Error for a location that could change a statement */
export function checkedLocation(location: string): string {
  if (/^s3:\/\/[A-Za-z0-9/!_.()=-]+\/$/.test(location)) return location
  throw new Error(`Not a location that Athena takes: ${JSON.stringify(location)}`)
}
