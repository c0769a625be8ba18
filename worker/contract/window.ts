/** A half-open span of UTC time `[fromMs, toMs)`, in milliseconds since 1970, on whole days or whole hours. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
  /** `day` if it begins and ends at midnight. Otherwise `hour`, and names and prefixes contain hours. */
  readonly unit: 'day' | 'hour'
}

/** A window, or what is wrong with the word. */
export type ParsedWindow = { readonly window: Window } | { readonly problem: string }

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

const datePattern = /^(\d{4})([/-]?)(\d{2})\2(\d{2})(?:[Tt](\d{2})(?::00)?)?$/
const wholeDay = /^(today|yesterday)$/i

/**
 * Reads `2023/10/01`, `2023-10-01`, `20231001`, `today`, `yesterday`; a range of days `A..B`, both ends included; an
 * hour `2023/10/01T09`; a range of hours `A..B`, its end excluded (`T24` ends a day). All in UTC.
 */
export function parseWindow(word: string, nowMs: number, maxDays: number): ParsedWindow {
  const ends = word.replace('\u2026', '..').split('..')
  if (ends.length > 2) return { problem: `"${word}" has more than one "..": write first..last` }
  const first = parsePoint(ends[0]!, nowMs)
  const last = ends.length === 2 ? parsePoint(ends[1]!, nowMs) : first
  if ('problem' in first) return first
  if ('problem' in last) return last
  if (first.unit !== last.unit)
    return { problem: `"${word}" mixes a day and an hour: write an hour at both ends, or at neither` }
  const isRange = ends.length === 2
  const unitMs = first.unit === 'day' ? dayMs : hourMs
  const toMs = first.unit === 'hour' && isRange ? last.startMs : last.startMs + unitMs
  return checkWindow(word, { fromMs: first.startMs, toMs, unit: first.unit }, nowMs, maxDays)
}

/** `20231001`, `20231001-20231003` or `20231001T09-20231001T12`: a window in file names. */
export function compactWindow(window: Window): string {
  return typedWindow(window).replaceAll('-', '').replace('..', '-')
}

/** `2023-10-01`, `2023-10-01..2023-10-03` or `2023-10-01T09..2023-10-01T12`: a window as people type and read it. */
export function typedWindow(window: Window): string {
  if (window.unit === 'hour') return `${typedHour(window.fromMs)}..${typedHour(window.toMs)}`
  const lastDay = window.toMs - dayMs
  return lastDay === window.fromMs ? typedDay(window.fromMs) : `${typedDay(window.fromMs)}..${typedDay(lastDay)}`
}

/** `2023-10-01T00:00:00Z`. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`
}

const typedDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)
const typedHour = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 13)

type Point = { readonly startMs: number; readonly unit: 'day' | 'hour' } | { readonly problem: string }

function parsePoint(text: string, nowMs: number): Point {
  const named = wholeDay.exec(text)
  if (named) {
    const today = nowMs - (nowMs % dayMs)
    return { startMs: named[1]!.toLowerCase() === 'today' ? today : today - dayMs, unit: 'day' }
  }
  const parts = datePattern.exec(text)
  if (!parts) return { problem: `"${text}" is not a date: write 2023/10/01, today or yesterday (UTC)` }
  const [, year, , month, day, hour] = parts
  return calendarPoint(text, Number(year), Number(month), Number(day), hour === undefined ? undefined : Number(hour))
}

function calendarPoint(text: string, year: number, month: number, day: number, hour: number | undefined): Point {
  if (month < 1 || month > 12) return { problem: `"${text}" is not a date: there is no month ${month}` }
  const startMs = Date.UTC(year, month - 1, day)
  const isReal = day >= 1 && new Date(startMs).getUTCDate() === day && new Date(startMs).getUTCFullYear() === year
  if (!isReal) return { problem: `"${text}" is not a date: month ${month} of ${year} has no day ${day}` }
  if (hour === undefined) return { startMs, unit: 'day' }
  if (hour > 24) return { problem: `"${text}" is not an hour: hours are T00 to T24` }
  return { startMs: startMs + hour * hourMs, unit: 'hour' }
}

function checkWindow(word: string, window: Window, nowMs: number, maxDays: number): ParsedWindow {
  if (window.toMs <= window.fromMs) return { problem: `"${word}" ends before it begins: write the earlier end first` }
  if (window.fromMs > nowMs || (window.unit === 'day' && window.toMs - dayMs > nowMs)) {
    return { problem: `"${word}" is in the future: today is ${typedDay(nowMs)} (UTC)` }
  }
  if (window.toMs - window.fromMs > maxDays * dayMs) {
    const days = Math.ceil((window.toMs - window.fromMs) / dayMs)
    return { problem: `"${word}" has ${days} days: at most ${maxDays} are allowed (limits.maxDays)` }
  }
  const isWholeDays = window.fromMs % dayMs === 0 && window.toMs % dayMs === 0
  return { window: { ...window, unit: isWholeDays ? 'day' : 'hour' } }
}
