import { withValue } from './record-columns.ts'

/*
 * Times as logs write them, as expressions of SQL that give a `timestamp(3)` of UTC or null: what event-time.ts reads. A
 * second 60 gives null.
 */

const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const clock = '[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?'
const zone = ' ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})'
const iso = `\\A${date}(?:[T ]${clock}(?:${zone})?)?\\z`
/** A count since 1970 that is written as text. */
const count = '\\A[0-9]{9,19}(?:\\.[0-9]+)?\\z'

/** The time of a text of ISO 8601; without a zone it is UTC, as Athena's sessions are. */
export function isoTime(text: string): string {
  const parts = `\\A(.{10})[T ]([0-9:.,]+) ?(?:Z|UTC)?([+-].*)?\\z`
  const read = `from_iso8601_timestamp(regexp_replace(regexp_extract(${text}, '${iso}'), '${parts}', '$1T$2$3'))`
  return `TRY(CAST(${read} AT TIME ZONE 'UTC' AS timestamp(3)))`
}

/** The time of the Common Log Format, `06/Feb/2019:00:00:38 +0000`. */
export function clfTime(text: string): string {
  const form = '\\A[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}(?::[0-9]{2}){3} [+-][0-9]{4}\\z'
  const read = `parse_datetime(regexp_extract(${text}, '${form}'), 'dd/MMM/yyyy:HH:mm:ss Z')`
  return `TRY(CAST(${read} AT TIME ZONE 'UTC' AS timestamp(3)))`
}

/** The time of a count since 1970 in s, ms, µs or ns, recognised by its size. `number` is a double. */
export function epochTime(number: string): string {
  const ms = 'CASE WHEN n < 1e11 THEN n * 1e3 WHEN n < 1e14 THEN n WHEN n < 1e17 THEN n / 1e3 ELSE n / 1e6 END'
  const time = `CAST(from_unixtime(floor(${ms}) / 1e3, 'UTC') AS timestamp(3))`
  return withValue('n', number, `CASE WHEN n >= 1e8 AND n < 1e20 THEN ${time} END`)
}

/** The time of a text that is ISO 8601 or the digits of a count. */
export function textTime(text: string): string {
  const number = `try_cast(regexp_extract(t, '${count}') AS double)`
  return withValue('t', text, `coalesce(${isoTime('t')}, ${epochTime(number)})`)
}

/** Whether a text looks like a time that `textTime` reads. */
export function isTime(text: string): string {
  return `regexp_like(${text}, '${iso}|${count}')`
}
