import { compareKeys } from './key-order.ts'
import { hourMs, type Window } from './window.ts'

/**
 * The key prefix of a category's objects, with `{yyyy}`, `{MM}`, `{dd}` and, for a prefix per hour, `{HH}`, in UTC.
 * Firehose writes `YYYY/MM/DD/HH/` by default (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html). Hive layouts
 * (`year={yyyy}/…`, `dt={yyyy}-{MM}-{dd}/`) are templates like any other.
 */
export interface Layout {
  readonly template: string
  readonly hasHours: boolean
}

const placeholder = /\{([^{}]*)\}/g
const known = ['yyyy', 'MM', 'dd', 'HH']

/** Checks a template; the problem names the placeholder that is wrong or missing. */
export function parseLayout(template: string): { readonly layout: Layout } | { readonly problem: string } {
  const names = [...template.matchAll(placeholder)].map((match) => match[1]!)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return { problem: `unknown placeholder {${unknown}}; write {yyyy}, {MM}, {dd} or {HH}` }
  }
  if (/[{}]/.test(template.replace(placeholder, ''))) return { problem: 'a brace is not closed' }
  const missing = known.slice(0, 3).find((name) => !names.includes(name))
  if (missing) return { problem: `{${missing}} is missing; a layout must contain the day: {yyyy}, {MM} and {dd}` }
  if (template.startsWith('/')) return { problem: 'a key prefix must not begin with a slash' }
  if (template.split('/').some((segment) => segment === '.' || segment === '..')) {
    return { problem: 'a key must not have a "." or ".." segment' }
  }
  return { layout: { template, hasHours: names.includes('HH') } }
}

/**
 * The key prefixes of a window, in byte order. All have the same length, so none begins another: their listings, one
 * after the other, are in key order and hold each object once.
 */
export function prefixesOf(layout: Layout, window: Window): string[] {
  const prefixes = new Set<string>()
  for (let timeMs = window.fromMs; timeMs < window.toMs; timeMs += hourMs) prefixes.add(prefixAt(layout, timeMs))
  return [...prefixes].sort(compareKeys)
}

/** The key prefix of the hour (or, without hours, the day) that holds a time. */
export function prefixAt(layout: Layout, timeMs: number): string {
  const iso = new Date(timeMs).toISOString()
  const values: Record<string, string> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13)
  }
  return layout.template.replace(placeholder, (_, name: string) => values[name]!)
}
