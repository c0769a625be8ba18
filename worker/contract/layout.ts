import { compareKeys } from './key-order.ts'
import { layoutProblem } from './layout-problem.ts'
import { localTime, quarterMs } from './time-zone.ts'
import { hourMs, type Window } from './window.ts'

/**
 * The key prefix of a category's objects. The time is `{yyyy}`, `{MM}` and `{dd}`, and, for a prefix per hour, `{HH}`;
 * `{M}`, `{d}` and `{H}` have no leading zeros. Firehose writes `YYYY/MM/DD/HH/` by default
 * (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html). Hive layouts (`year={yyyy}/…`, `dt={yyyy}-{MM}-{dd}/`)
 * are templates like any other. `*`, `{account}` and `{region}` stand for any text of one segment. `{identifier}` is the
 * name of the device that all records of the object belong to.
 */
export interface Layout {
  readonly template: string
  readonly hasHours: boolean
  /** The zone of the local times in keys; undefined for UTC. */
  readonly timeZone?: string | undefined
}

/** In a prefix: any text of one segment. No key of a log has this character. */
export const anyName = '\0'

/** The same for `{identifier}`, if the case of its letters does not matter. */
export const anyIdentifier = '\u0001'

const placeholder = /\{([^{}]*)\}|\*/g

/** Checks a template. The problem names what is wrong or missing. */
export function parseLayout(
  template: string,
  timeZone?: string
): { readonly layout: Layout } | { readonly problem: string } {
  const problem = layoutProblem(template)
  if (problem !== undefined) return { problem }
  return { layout: { template, hasHours: /\{HH?\}/.test(template), timeZone: isUtc(timeZone) ? undefined : timeZone } }
}

const isUtc = (timeZone: string | undefined): boolean => timeZone !== undefined && /^(?:Etc\/)?UTC$/i.test(timeZone)

/** The text before the first placeholder or `*`: all keys of the layout begin with it. */
export function rootOf({ template }: Layout): string {
  return template.split(/[{*]/, 1)[0]!
}

/** Whether keys have names that only a listing, or a request, knows. */
export function hasNames({ template }: Layout): boolean {
  return /\*|\{(?:account|region|identifier)\}/.test(template)
}

/** Whether a key names the device of all its records. */
export function namesDevice({ template }: Layout): boolean {
  return template.includes('{identifier}')
}

/** Whether all prefixes of a layout have the same length. */
export function isFixed(layout: Layout): boolean {
  return !hasNames(layout) && !/\{[MdH]\}/.test(layout.template)
}

/**
 * The key prefixes of a window, in byte order. None begins another: their listings, one after the other, are in key
 * order and hold each object once. With a time zone these are the local days or hours that overlap the window.
 * `identifiers` are the values of `{identifier}`, none with a slash.
 */
export function prefixesOf(layout: Layout, window: Window, identifiers: readonly string[] = [anyName]): string[] {
  const stepMs = layout.timeZone === undefined ? hourMs : quarterMs
  const prefixes = new Set<string>()
  const fromMs = Math.floor(window.fromMs / stepMs) * stepMs
  for (let timeMs = fromMs; timeMs < window.toMs; timeMs += stepMs) {
    for (const identifier of identifiers) prefixes.add(prefixAt(layout, timeMs, identifier))
  }
  return [...prefixes].sort(compareKeys)
}

/** The key prefix of the hour (or, without hours, the day) that holds a time, with {@link anyName} for names. */
export function prefixAt({ template, timeZone }: Layout, timeMs: number, identifier = anyName): string {
  const { year, month, day, hour } = localTime(timeMs, timeZone)
  const values: Record<string, string> = {
    yyyy: String(year).padStart(4, '0'),
    MM: twoDigits(month),
    dd: twoDigits(day),
    HH: twoDigits(hour),
    M: String(month),
    d: String(day),
    H: String(hour),
    identifier
  }
  return template.replace(placeholder, (_, name: string | undefined) => values[name ?? ''] ?? anyName)
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** A prefix as people read it. */
export function shownPrefix(prefix: string): string {
  return prefix.replaceAll(anyName, '*').replaceAll(anyIdentifier, '{identifier}')
}
