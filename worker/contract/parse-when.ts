import type { Category, Config } from './config.ts'
import type { Problem } from './errors.ts'
import { isSince, parseWindow } from './parse-window.ts'
import type { Reading } from './reading.ts'
import type { Window } from './window.ts'

/*
 * When: the date of a request among its words, and what a window in minutes implies.
 */

const exampleDate = '2023/10/01'
const looksLikeDate = /^(?:\d{4}[/-]?\d{2}[/-]?\d{2}|today|yesterday|.*\.\.)/i

interface Places {
  readonly first: string | undefined
  readonly second: string | undefined
  /** The word at the place of the date, or `since=…` wherever it is. */
  readonly date: string | undefined
  /** A second date. */
  readonly otherDate: string | undefined
  readonly rest: readonly string[]
}

/** The words by their places. */
export function placesOf(words: readonly string[]): Places {
  const [first, second, ...others] = words
  const at = others.findIndex(isSince)
  const [date] = others.splice(Math.max(at, 0), 1)
  const otherDate = at < 0 ? undefined : others.find((word) => isSince(word) || looksLikeDate.test(word))
  return { first, second, date, otherDate, rest: others.filter((word) => word !== otherDate) }
}

/** When records are wanted. */
interface When extends Reading<Window> {
  /** Whether records are selected by their own time, since the window is in minutes. */
  readonly isByTime: boolean
}

/** Reads the date. `byArrival` are the categories whose records are selected by the hour or day of their objects. */
export function readWhen(
  { date, otherDate }: Pick<Places, 'date' | 'otherDate'>,
  config: Config,
  nowMs: number,
  byArrival: readonly Category[]
): When {
  if (date === undefined) {
    const text = `the date is missing: a UTC date such as ${exampleDate}, today, yesterday or since=2h`
    return wrong([{ subject: '', text }], exampleDate)
  }
  const parsed = parseWindow(date, nowMs, config.limits.maxDays)
  if ('problem' in parsed) {
    const corrected = parsed.corrected ?? exampleDate
    const isRight = 'window' in parseWindow(corrected, nowMs, config.limits.maxDays)
    const right = isRight
      ? readWhen({ date: corrected, otherDate: undefined }, config, nowMs, byArrival)
      : wrong([], corrected)
    return { ...right, value: undefined, problems: [{ subject: date, text: parsed.problem }] }
  }
  if (otherDate !== undefined) {
    return wrong([{ subject: otherDate, text: `"${date}" and "${otherDate}" both say when: write one of them` }], date)
  }
  const { window, isByTime } = parsed
  const withoutHours = isByTime || window.unit === 'day' ? [] : byArrival.filter(({ layout }) => !layout.hasHours)
  if (withoutHours.length === 0) return { value: window, problems: [], corrected: date, isByTime }
  const days = date.replace(/[Tt]\d{2}(?::?00)*[Zz]?/g, '').replace(/^(.+)\.\.\1$/, '$1')
  const whole = parseWindow(days, nowMs, config.limits.maxDays)
  const problems = withoutHours.map(({ name, layout }) => ({
    subject: date,
    text: `"${date}" has hours, but "${name}" is stored by day (${layout.template}): write the day only, or add window=event`
  }))
  return wrong(problems, 'problem' in whole ? (whole.corrected ?? exampleDate) : days)
}

const wrong = (problems: readonly Problem[], corrected: string): When => {
  return { value: undefined, problems, corrected, isByTime: false }
}

/** Rejects `window=key` for a window in minutes: what arrived in a minute says little about what happened in it. */
export function rejectArrival(option: Reading<string>): Reading<string> {
  const [arrival, event] = ['window=key', 'window=event']
  if (option.corrected !== arrival) return option
  const text = `"${arrival}": a window in minutes selects records by their own time (${event})`
  const problems = option.value === undefined ? option.problems : [{ subject: arrival, text }]
  return { value: undefined, problems, corrected: event }
}
