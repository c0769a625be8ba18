import type { Category, Environment } from '../contract/config.ts'
import { isFixed, prefixesOf } from '../contract/layout.ts'
import { entryName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { dayMs, hourMs, type Window } from '../contract/window.ts'
import { findFormat } from '../formats/registry.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'

/** Plans the prefixes of a request, without reading anything. Categories have the order of the request. */
export function planCategories(request: ExportRequest, environment: Environment): CategoryPlan[] {
  const window = windowOf(request)
  return request.categories.map((name) => {
    const category = environment.categories.get(name)!
    const aliases = category.identifierAliases
    const identifiers = request.identifiers.map((word) => (Object.hasOwn(aliases, word) ? aliases[word]! : word))
    const spec = { identifiers: [...new Set(identifiers)], match: request.match, case: request.case }
    const inTime = prefixesOf(category.layout, window)
    const isByEvent = request.window === 'event'
    const prefixes = isByEvent ? prefixesOf(category.layout, withNeighbours(window, category)) : inTime
    const outerPrefixes = prefixes.filter((prefix) => !inTime.includes(prefix))
    return {
      category,
      prefixes,
      reading: {
        spec,
        format: category.format,
        output: request.format === 'auto' ? findFormat(category.format).defaultOutput : request.format,
        eventWindow: isByEvent ? { fromMs: window.fromMs, toMs: window.toMs, outerPrefixes } : undefined,
        prefixLength: prefixes[0]!.length,
        ...(!isFixed(category.layout) && { varying: category.layout })
      },
      entry: entryName(name, window)
    }
  })
}

/**
 * The window with what lies around it. A key names the time at which the oldest record of its object arrived: Firehose
 * and fluent-bit name an object when its buffer begins to fill (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html).
 * So the prefix before the window may hold records of the window. Others arrive hours after their own time.
 */
function withNeighbours(window: Window, { layout, lookaheadHours }: Category): Window {
  const prefixMs = layout.hasHours ? hourMs : dayMs
  return { ...window, fromMs: window.fromMs - prefixMs, toMs: window.toMs + lookaheadHours * hourMs }
}

/** Whether a rule skips an object: a folder marker, or a key that the configuration excludes. */
export function createSkipRule(
  category: Category
): (object: { readonly key: string; readonly size: number }) => boolean {
  const patterns = category.exclude.map(patternToRegExp)
  return ({ key, size }) => (size === 0 && key.endsWith('/')) || patterns.some((pattern) => pattern.test(key))
}

/** `*` stands for any text, including slashes, and `?` for one character, as in IAM policies. */
function patternToRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}
