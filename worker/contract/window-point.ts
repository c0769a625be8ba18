import { dayMs, hourMs, minuteMs, typedDay, type Window } from './window.ts'

/*
 * One end of a typed window: a date, an hour or a minute in UTC, or a time before now.
 */

/** An end that was understood. With a `problem` it is not accepted, but a correction can be made from it. */
export interface Point {
  readonly startMs: number
  readonly unit: Window['unit']
  /** Whether it depends on when it is typed: `now`, or a span before now. */
  readonly isRelative: boolean
  /** Whether it is `T24`, so that it can only be the end of a window. */
  readonly isEndOfDay: boolean
  /** Whether it had seconds, which are cut off. */
  readonly hasSeconds: boolean
  readonly problem: string | undefined
}

/** An end of which no time is known. */
interface NoPoint {
  readonly startMs: undefined
  readonly problem: string
}

const datePattern = /^(\d{4})([/-]?)(\d{2})\2(\d{2})(?:[Tt](\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.\d+)?)?)?[Zz]?)?$/
const wholeDay = /^(today|yesterday)$/i
const spanPattern = /^(?:(\d{1,5})d(?:ays?)?)?(?:(\d{1,5})h(?:ours?)?)?(?:(\d{1,5})m(?:in|ins|inutes?)?)?$/i
const otherSpan = /^(\d{1,5})(s|secs?|seconds?|w|weeks?)$/i

/** The length of each unit. */
export const unitsMs: Readonly<Record<Window['unit'], number>> = { day: dayMs, hour: hourMs, minute: minuteMs }

/** Reads `2023/10/01`, `2023-10-01T09`, `20231001T0915`, `today`, `yesterday`, `now`, or `2h` for two hours before now. */
export function readPoint(text: string, nowMs: number): Point | NoPoint {
  const named = wholeDay.exec(text)
  if (named) {
    const today = nowMs - (nowMs % dayMs)
    return point(named[1]!.toLowerCase() === 'today' ? today : today - dayMs, 'day')
  }
  const parts = datePattern.exec(text)
  if (parts) return calendarPoint(text, parts)
  const before = spanBefore(text)
  if (before === undefined) {
    return noPoint(`"${text}" is not a date: write 2023/10/01, today or yesterday (UTC), or since=2h`)
  }
  const minute = nowMs - (nowMs % minuteMs)
  return { ...point(minute - before.spanMs, 'minute', before.problem), isRelative: true }
}

/** How long before now a text means; undefined if it is no span. */
function spanBefore(text: string): { readonly spanMs: number; readonly problem?: string } | undefined {
  if (/^now$/i.test(text)) return { spanMs: 0 }
  const other = otherSpan.exec(text)
  if (other) {
    const spanMs = Number(other[1]) * (/^s/i.test(other[2]!) ? 1_000 : 7 * dayMs)
    const wholeMs = Math.max(1, Math.ceil(spanMs / minuteMs)) * minuteMs
    return { spanMs: wholeMs, problem: `"${text}" is not in minutes, hours or days: write 30m, 2h or 3d` }
  }
  const parts = text === '' ? null : spanPattern.exec(text)
  if (!parts) return undefined
  const [days = 0, hours = 0, minutes = 0] = parts.slice(1).map((digits) => Number(digits ?? 0))
  const spanMs = days * dayMs + hours * hourMs + minutes * minuteMs
  if (spanMs > 0) return { spanMs }
  return { spanMs: hourMs, problem: `"${text}" is no time at all: write 30m, 2h or 3d` }
}

function calendarPoint(text: string, parts: RegExpExecArray): Point | NoPoint {
  const [year, month, day, hour, minute, seconds] = [1, 3, 4, 5, 6, 7].map((at) => Number(parts[at] ?? 0)) as Numbers
  if (month < 1 || month > 12) return noPoint(`"${text}" is not a date: there is no month ${month}`)
  const dayStartMs = Date.UTC(year, month - 1, day)
  const date = new Date(dayStartMs)
  const isReal = day >= 1 && date.getUTCDate() === day && date.getUTCFullYear() === year
  if (!isReal) return noPoint(`"${text}" is not a date: month ${month} of ${year} has no day ${day}`)
  if (parts[5] === undefined) return point(dayStartMs, 'day')
  if (hour > 24) return noPoint(`"${text}" is not an hour: hours are T00 to T24`)
  if (minute > 59) return noPoint(`"${text}" is not a time: minutes are 00 to 59`)
  const startMs = dayStartMs + hour * hourMs + minute * minuteMs
  const unit = minute === 0 ? 'hour' : 'minute'
  if (hour === 24 && minute + seconds > 0) {
    return point(startMs, unit, `"${text}" is not a time: T24:00 ends a day, and the next day goes on with T00:00`)
  }
  if (seconds > 0) {
    const problem = `"${text}" has seconds: a window begins and ends at whole minutes`
    return { ...point(startMs, 'minute', problem), hasSeconds: true }
  }
  return { ...point(startMs, unit), isEndOfDay: hour === 24 }
}

type Numbers = [year: number, month: number, day: number, hour: number, minute: number, seconds: number]

const point = (startMs: number, unit: Window['unit'], problem?: string): Point => ({
  startMs,
  unit,
  isRelative: false,
  isEndOfDay: false,
  hasSeconds: false,
  problem
})
const noPoint = (problem: string): NoPoint => ({ startMs: undefined, problem })

/** What a `T24` at the beginning of a window should be. */
export const endOfDayProblem = (text: string, { startMs }: Point): string =>
  `"${text}" ends a day: a window begins with ${typedDay(startMs)}T00`
