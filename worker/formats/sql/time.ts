import { withValue } from './record-columns.ts'

/*
 * Times as logs write them, as expressions of SQL that give a `timestamp(3)` of UTC or null: what event-time.ts reads. A
 * second 60 gives null.
 */

/** From 2000 on. */
const date = '[2-9][0-9]{3}(?:-[0-9]{2}-|/[0-9]{2}/)[0-9]{2}'
const clock = '[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?'
const zone = ' ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)(?: ?\\[[A-Za-z_/+-]{1,40}\\])?'
const iso = `\\A${date}[T ]${clock}(?:${zone})?\\z`
/** 2000-01-01. */
const leastMs = '9.466848e11'
/** A count since 1970 that is written as text. */
const count = '\\A[0-9]{9,19}(?:\\.[0-9]+)?\\z'

/** The time of a text of ISO 8601; without a zone it is UTC, as Athena's sessions are. */
export function isoTime(text: string): string {
  const parts = '\\A(.{4}).(..).(..)[T ]([0-9:.,]+) ?(?:Z|UTC|GMT)?([+-][0-9:]+)?(?: ?\\[.*)?\\z'
  const read = `from_iso8601_timestamp(regexp_replace(regexp_extract(${text}, '${iso}'), '${parts}', '$1-$2-$3T$4$5'))`
  return `TRY(CAST(${read} AT TIME ZONE 'UTC' AS timestamp(3)))`
}

/** The time of the Common Log Format, `06/Feb/2019:00:00:38 +0000`. */
export function clfTime(text: string): string {
  const form = '\\A[0-9]{2}/[A-Z][a-z]{2}/[2-9][0-9]{3}(?::[0-9]{2}){3} [+-][0-9]{4}\\z'
  const read = `parse_datetime(regexp_extract(${text}, '${form}'), 'dd/MMM/yyyy:HH:mm:ss Z')`
  return `TRY(CAST(${read} AT TIME ZONE 'UTC' AS timestamp(3)))`
}

/** The time of a count since 1970 in s, ms, µs or ns, recognised by its size. `number` is a double. */
export function epochTime(number: string): string {
  const ms = 'CASE WHEN n < 1e11 THEN n * 1e3 WHEN n < 1e14 THEN n WHEN n < 1e17 THEN n / 1e3 ELSE n / 1e6 END'
  const time = `CASE WHEN ms >= ${leastMs} THEN CAST(from_unixtime(ms / 1e3, 'UTC') AS timestamp(3)) END`
  return withValue('n', number, `CASE WHEN n > 0 AND n < 1e20 THEN ${withValue('ms', `floor(${ms})`, time)} END`)
}

/** The time of a text that is ISO 8601, the digits of a count, or of the Common Log Format. */
export function textTime(text: string): string {
  const number = `try_cast(regexp_extract(t, '${count}') AS double)`
  return withValue('t', text, `coalesce(${isoTime('t')}, ${epochTime(number)}, ${clfTime('t')})`)
}
