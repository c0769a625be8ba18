import { dayMs, hourMs, minuteMs, typedDay, typedMinute, typedWindow, type Window, windowBetween } from './window.ts'
import { endOfDayProblem, type Point, readPoint, unitsMs } from './window-point.ts'

/** A window, or what is wrong with the word and, if it is known, the right word. */
export type ParsedWindow =
  | {
      readonly window: Window
      /** Whether minutes or a time before now were typed: records are selected by their own time then. */
      readonly isByTime: boolean
    }
  | { readonly problem: string; readonly corrected?: string }

/** What `parseWindow` knows while it reads a word. */
interface Typed {
  readonly word: string
  readonly isSince: boolean
  readonly isRange: boolean
  readonly nowMs: number
  readonly maxDays: number
}

const sincePattern = /^since=(.*)$/i
const timeAlone = /^[Tt]?\d{2}:?\d{2}$/

/** Whether a word is `since=…`, which stands for a date. */
export const isSince = (word: string): boolean => sincePattern.test(word)

/**
 * Reads `2023/10/01`, `2023-10-01`, `20231001`, `today`, `yesterday`; a range of days `A..B`, both ends included; an
 * hour `2023/10/01T09`; a range of hours or minutes `A..B`, its end excluded (`T24` ends a day); `2h..now` and `since=2h`,
 * with `m`, `h` and `d`. All in UTC. Times before now are resolved to whole minutes.
 */
export function parseWindow(word: string, nowMs: number, maxDays: number): ParsedWindow {
  const since = sincePattern.exec(word)?.[1]
  const ends = since === undefined ? word.replace('\u2026', '..').split('..') : [since, 'now']
  if (since === '') return { problem: `"${word}" names no time: write since=2h`, corrected: 'since=2h' }
  if (ends.length > 2) return { problem: `"${word}" has more than one "..": write first..last` }
  const [firstText, lastText = firstText] = ends as [string, string?]
  const date = /^(.*[Tt])\d/.exec(firstText)?.[1]
  const lacksDate = date !== undefined && timeAlone.test(lastText)
  const first = readPoint(firstText, nowMs)
  const last = readPoint(lacksDate ? date + lastText.replace(/^[Tt]/, '') : lastText, nowMs)
  if (first.startMs === undefined) return { problem: first.problem }
  if (last.startMs === undefined) return { problem: last.problem }
  const typed = { word, isSince: since !== undefined, isRange: ends.length === 2, nowMs, maxDays }
  const problem =
    first.problem ??
    (lacksDate ? `"${lastText}" has no date: write the date at both ends` : last.problem) ??
    (first.isEndOfDay ? endOfDayProblem(firstText, first) : undefined) ??
    pairProblem(first, last, typed) ??
    spanProblem(first, last, typed)
  if (problem !== undefined) return { problem, corrected: correctedWord(first, last, typed) }
  const { fromMs, toMs } = spanOf(first, last, typed.isRange)
  return { window: windowBetween(fromMs, toMs), isByTime: finerUnit(first, last) === 'minute' }
}

/** The end of a range of days is included; seconds of an end make it a minute later. */
function spanOf(first: Point, last: Point, isRange: boolean): { readonly fromMs: number; readonly toMs: number } {
  const isExcluded = isRange && last.unit !== 'day' && !last.hasSeconds
  return { fromMs: first.startMs, toMs: last.startMs + (isExcluded ? 0 : unitsMs[last.unit]) }
}

function finerUnit(first: Point, last: Point): Window['unit'] {
  return unitsMs[first.unit] < unitsMs[last.unit] ? first.unit : last.unit
}

function pairProblem(first: Point, last: Point, { word, isRange }: Typed): string | undefined {
  if (!isRange && first.isRelative) return `"${word}" is one moment: write how long before now it begins, as in 2h..now`
  const isMixed = (first.unit === 'day') !== (last.unit === 'day') && !last.isRelative
  return isMixed ? `"${word}" mixes a day and an hour: write an hour at both ends, or at neither` : undefined
}

function spanProblem(first: Point, last: Point, { word, isRange, nowMs, maxDays }: Typed): string | undefined {
  const { fromMs, toMs } = spanOf(first, last, isRange)
  const unit = finerUnit(first, last)
  if (toMs <= fromMs) return `"${word}" ends before it begins: write the earlier end first`
  // The last hour may be under way, and a range of hours may end later: what is there by now is exported.
  const isLater = fromMs > nowMs || (unit !== 'hour' && toMs - unitsMs[unit] > nowMs)
  if (isLater) {
    const now = unit === 'day' ? `today is ${typedDay(nowMs)}` : `it is ${typedMinute(nowMs)} now`
    return `"${word}" is in the future: ${now} (UTC)`
  }
  if (toMs - fromMs <= maxDays * dayMs) return undefined
  const days = Math.ceil((toMs - fromMs) / dayMs)
  return `"${word}" has ${days} days: at most ${maxDays} are allowed (limits.maxDays)`
}

/** The nearest word that is right: ends in order, nothing in the future, not too long. */
function correctedWord(one: Point, other: Point, { isSince, isRange, nowMs, maxDays }: Typed): string {
  const minute = nowMs - (nowMs % minuteMs)
  const mostMs = maxDays * dayMs
  if (one.isRelative && (isSince || !isRange)) {
    const before = typedSpan(Math.min(minute - one.startMs, mostMs) || hourMs)
    return isSince ? `since=${before}` : `${before}..now`
  }
  const [first, last] = one.startMs <= other.startMs ? [one, other] : [other, one]
  const unit = finerUnit(first, last)
  const unitMs = unitsMs[unit]
  const span = spanOf(first, last, isRange)
  const lengthMs = Math.min(Math.max(span.toMs - span.fromMs, unitMs), mostMs)
  const endMs = unit === 'minute' ? minute : nowMs - (nowMs % unitMs) + unitMs
  if (last.isRelative) return typedWindow(windowBetween(span.toMs - lengthMs, span.toMs))
  if (span.fromMs >= endMs) return typedWindow(windowBetween(endMs - lengthMs, endMs))
  return typedWindow(windowBetween(span.fromMs, Math.min(span.fromMs + lengthMs, endMs)))
}

/** `90m`, `2h`, `3d`. */
function typedSpan(spanMs: number): string {
  if (spanMs % dayMs === 0) return `${spanMs / dayMs}d`
  return spanMs % hourMs === 0 ? `${spanMs / hourMs}h` : `${spanMs / minuteMs}m`
}
