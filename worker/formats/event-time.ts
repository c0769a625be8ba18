/*
 * Times as logs write them, to ms since 1970 UTC. A text without a zone is UTC: all formats here say so.
 */

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:Z|UTC|([+-])(\d\d):?(\d\d)))?)?$/
const isoInside = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?/
const clf = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const minuteMs = 60_000
/** A time that a line of text begins with, or nearly so, is looked for in so many characters. */
const searchedCharacters = 256

/** ISO 8601 (`2023-10-01T00:00:00.123456Z`, also with a space, a comma, an offset), or undefined. */
export function isoTimeMs(text: string): number | undefined {
  const match = iso.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match
  const ms = Math.trunc(Number(`0.${fraction ?? 0}`) * 1000)
  const utc = utcMs(
    Number(year),
    Number(month),
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0)
  )
  return utc === undefined ? undefined : utc + ms - offsetMs(sign, offsetHours, offsetMinutes)
}

/** The Common Log Format's time, `06/Feb/2019:00:00:38 +0000`, or undefined. */
export function clfTimeMs(text: string): number | undefined {
  const match = clf.exec(text)
  if (!match) return undefined
  const [, day, month, year, hour, minute, second, sign, offsetHours, offsetMinutes] = match
  const monthNumber = months.indexOf(month!) + 1
  const utc = utcMs(Number(year), monthNumber, Number(day), Number(hour), Number(minute), Number(second))
  return utc === undefined ? undefined : utc - offsetMs(sign, offsetHours, offsetMinutes)
}

/** A count since 1970 in s, ms, µs or ns, told by its size: right for 1973 to 5138; undefined for other numbers. */
export function epochTimeMs(count: number): number | undefined {
  if (!(count >= 1e8) || count >= 1e20) return undefined
  if (count < 1e11) return Math.trunc(count * 1000)
  if (count < 1e14) return Math.trunc(count)
  return Math.trunc(count < 1e17 ? count / 1e3 : count / 1e6)
}

/** A JSON value as a time: a number or its digits, or a text of ISO 8601. */
export function valueTimeMs(value: unknown): number | undefined {
  if (typeof value === 'number') return epochTimeMs(value)
  if (typeof value !== 'string') return undefined
  return isoTimeMs(value) ?? (/^\d{9,19}(\.\d+)?$/.test(value) ? epochTimeMs(Number(value)) : undefined)
}

/** The first ISO 8601 time near the beginning of a text, or undefined. */
export function firstTimeMs(text: string): number | undefined {
  const match = isoInside.exec(text.slice(0, searchedCharacters))
  return match ? isoTimeMs(match[0]) : undefined
}

function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  // Day 31 of a month of 30 would silently be the next month's first.
  return day > 28 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day ? undefined : utc
}

function offsetMs(sign = '+', hours = '0', minutes = '0'): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs
}
