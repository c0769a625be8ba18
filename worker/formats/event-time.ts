import { zoneOffsetMs } from './zone-offset.ts'

/*
 * Times as logs write them, to ms since 1970 UTC. A text without a zone is local time of the zone that is given, or UTC:
 * all formats here say so. A zone that is not understood makes the text no time: it could be off by half a day.
 */

const date = '(\\d{4})([-/])(\\d\\d)\\2(\\d\\d)'
const clock = '(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?'
/** RFC 3339's offsets, their short forms (PostgreSQL writes `+09`), and the zone's name behind it, as Java writes it. */
const zone = '(?: ?(?:(Z|UTC|GMT)|([+-])(\\d\\d)(?::?(\\d\\d))?)(?: ?\\[[A-Za-z_/+-]{1,40}\\])?)?'
const iso = new RegExp(`^${date}[T ]${clock}${zone}$`)
/** At the start of a line: behind the priority and version of syslog, or in brackets or quotes. */
const isoAtStart = new RegExp(`^\\s*(?:<\\d{1,3}>(?:\\d{1,2} )?)?[[("']?${date}[T ]${clock}${zone}(?![\\w:.+]|-\\d)`)
/**
 * Abbreviations of zones as the tz database has them (https://data.iana.org/time-zones/tz-link.html). Several mean more
 * than one zone, so none is read.
 */
const abbreviations =
  'ACDT ACST AEDT AEST AKDT AKST AWST BST CAT CDT CEST CET CST ChST EAT EDT EEST EET EST HKT HST ICT IDT IST JST KST MDT MSK MST NZDT NZST PDT PHT PKT PST SAST SGT SST WAT WEST WET WIB WIT WITA'
const zoneName = new RegExp(`^ ?\\[?(?:(?:${abbreviations.replaceAll(' ', '|')})\\b|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+)`)
const clf = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const minuteMs = 60_000
/** No zone is further from UTC. */
const mostOffsetMinutes = 18 * 60
/** A time at the start of a line lies in so many characters, its zone included. */
const searchedCharacters = 128
/** Clocks that were never set begin at 1970 or 1980, and counts since the start of a device look like times before it. */
const leastMs = Date.UTC(2000, 0, 1)

/** ISO 8601 (`2023-10-01T00:00:00.123456Z`, also with a space, slashes, a comma, an offset), or undefined. */
export function isoTimeMs(text: string, timeZone?: string): number | undefined {
  const match = iso.exec(text)
  return match ? timeOf(match, timeZone) : undefined
}

/** The time of a date and a time of day that stand apart, or undefined. */
export function pairTimeMs(day: string, time: string, timeZone?: string): number | undefined {
  return isoTimeMs(`${day}T${time}`, timeZone)
}

/** The Common Log Format's time, `06/Feb/2019:00:00:38 +0000`, or undefined. */
export function clfTimeMs(text: string): number | undefined {
  const match = clf.exec(text)
  if (!match) return undefined
  const [, day, month, year, hour, minute, second, sign, offsetHours, offsetMinutes] = match
  const monthNumber = months.indexOf(month!) + 1
  const utc = utcMs(Number(year), monthNumber, Number(day), Number(hour), Number(minute), Number(second))
  return utc === undefined ? undefined : sensible(utc - offsetMs(sign!, offsetHours!, offsetMinutes))
}

/** A count since 1970 in s, ms, µs or ns, told by its size: right for 2000 to 5138; undefined for other numbers. */
export function epochTimeMs(count: number): number | undefined {
  if (!(count > 0) || count >= 1e20) return undefined
  if (count < 1e11) return sensible(Math.trunc(count * 1000))
  if (count < 1e14) return sensible(Math.trunc(count))
  return sensible(Math.trunc(count < 1e17 ? count / 1e3 : count / 1e6))
}

/** A JSON value as a time: a number or its digits, a text of ISO 8601 or of the Common Log Format. */
export function valueTimeMs(value: unknown, timeZone?: string): number | undefined {
  if (typeof value === 'number') return epochTimeMs(value)
  if (typeof value !== 'string') return undefined
  if (/^\d{9,19}(\.\d+)?$/.test(value)) return epochTimeMs(Number(value))
  return isoTimeMs(value, timeZone) ?? clfTimeMs(value)
}

/** The ISO 8601 time that a text begins with, or undefined. A line may speak of other times, so they do not count. */
export function firstTimeMs(text: string, timeZone?: string): number | undefined {
  const start = text.slice(0, searchedCharacters)
  const match = isoAtStart.exec(start)
  if (!match) return undefined
  const [found] = match
  const isZoned = match[9] !== undefined || match[10] !== undefined
  // A number behind the time, or an offset.
  if (/ [+-]\d\d$/.test(found) || (!isZoned && zoneName.test(start.slice(found.length)))) return undefined
  return timeOf(match, timeZone)
}

/** The time of a match whose groups are those of `date`, `clock` and `zone`. */
function timeOf(match: RegExpExecArray, timeZone: string | undefined): number | undefined {
  const [, year, , month, day, hour, minute, second, fraction, utcName, sign, offsetHours, offsetMinutes] = match
  const whole = utcMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0))
  if (whole === undefined) return undefined
  const ms = whole + Math.trunc(Number(`0.${fraction ?? 0}`) * 1000)
  if (sign !== undefined) return sensible(ms - offsetMs(sign, offsetHours!, offsetMinutes))
  return sensible(utcName === undefined && timeZone !== undefined ? ms - zoneOffsetMs(ms, timeZone) : ms)
}

function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  // Day 31 of a month of 30 would silently be the next month's first.
  return day > 28 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day ? undefined : utc
}

/** NaN for an offset that no zone has. */
function offsetMs(sign: string, hours: string, minutes = '0'): number {
  const offset = Number(hours) * 60 + Number(minutes)
  if (offset > mostOffsetMinutes || Number(minutes) > 59) return Number.NaN
  return (sign === '-' ? -1 : 1) * offset * minuteMs
}

function sensible(timeMs: number): number | undefined {
  return timeMs >= leastMs ? timeMs : undefined
}
