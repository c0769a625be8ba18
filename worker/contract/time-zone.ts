import { hourMs } from './window.ts'

/*
 * Local times of a time zone. Node knows the IANA time zones (https://www.iana.org/time-zones) by itself. Pure.
 */

/** The parts of a local time. `month` and `day` begin with 1. */
export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
}

/** The offsets of all zones are multiples of this since 1972, so all times of one quarter have the same hour and day. */
export const quarterMs = hourMs / 4

/** Whether the platform knows the name: `Asia/Tokyo`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The local time of a moment; without a time zone, the time in UTC. */
export function localTime(timeMs: number, timeZone: string | undefined): LocalTime {
  return timeZone === undefined ? utcTime(timeMs) : partsOf(formatOf(timeZone), timeMs)
}

/** The first moment with a local time. A time that a clock skips in spring is read with the offset before the change. */
export function timeOfLocal({ year, month, day, hour }: LocalTime, timeZone: string | undefined): number {
  const asUtc = Date.UTC(year, month - 1, day, hour)
  if (timeZone === undefined) return asUtc
  // No offset is larger than a day, so one of the offsets around this time is the right one.
  const offsets = [-1, 1].map((days) => offsetAt(asUtc + days * 24 * hourMs, timeZone))
  const times = offsets.map((offsetMs) => asUtc - offsetMs)
  const exact = times.filter((timeMs) => timeMs + offsetAt(timeMs, timeZone) === asUtc)
  return exact.length > 0 ? Math.min(...exact) : times[0]!
}

function offsetAt(timeMs: number, timeZone: string): number {
  const quarter = Math.floor(timeMs / quarterMs) * quarterMs
  const { minute, ...local } = partsOf(formatOf(timeZone), quarter)
  return Date.UTC(local.year, local.month - 1, local.day, local.hour, minute) - quarter
}

function utcTime(timeMs: number): LocalTime {
  const date = new Date(timeMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours()
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Formats a time as the numbers of year, month, day, hour and minute in a zone. Made once for each zone. */
export function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric'
  })
  formats.set(timeZone, format)
  return format
}

function partsOf(format: Intl.DateTimeFormat, timeMs: number): LocalTime & { readonly minute: number } {
  const values = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]))
  return values as unknown as LocalTime & { readonly minute: number }
}
