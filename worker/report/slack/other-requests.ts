import type { Config } from '../../contract/config.ts'
import { type ExportRequest, windowOf, wordsOf } from '../../contract/request.ts'
import { dayMs, hourMs, typedWindow, windowBetween } from '../../contract/window.ts'

/*
 * What may be asked for instead: less, where it was too much; everything, where nothing was found.
 */

/** What the configuration says of a request. */
export interface RequestScope {
  /** Whether hours can be asked for: the layouts of all its categories have them. */
  readonly hasHours: boolean
  /** Whether it asks for every category there is. */
  readonly hasAll: boolean
}

/** Nothing is known of a request whose environment is not configured: the boldest advice might be refused. */
export function scopeOf({ environment, categories }: ExportRequest, { environments }: Config): RequestScope {
  const configured = environments.get(environment)?.categories
  if (!configured) return { hasHours: false, hasAll: true }
  return {
    hasHours: categories.every((name) => configured.get(name)?.layout.hasHours),
    hasAll: [...configured.keys()].every((name) => categories.includes(name))
  }
}

/** The words for about a quarter of the time; else for one day, else for one category. Undefined when nothing is less. */
export function lessWords(request: ExportRequest, { hasHours }: RequestScope): string[] | undefined {
  const { fromMs, toMs } = windowOf(request)
  const days = (toMs - fromMs) / dayMs
  const hours = (toMs - fromMs) / hourMs
  const isFor = (lessMs: number): string[] =>
    wordsOf(request).with(2, typedWindow(windowBetween(fromMs, fromMs + lessMs)))
  if (days >= 4) return isFor(Math.floor(days / 4) * dayMs)
  if (hasHours && hours > 1) return isFor(Math.max(1, Math.floor(hours / 4)) * hourMs)
  if (days > 1) return isFor(dayMs)
  return request.categories.length > 1 ? wordsOf(request).with(1, request.categories[0]!) : undefined
}

/** The words for the same in every category. */
export function allWords(request: ExportRequest): string[] {
  return wordsOf(request).with(1, 'all')
}
