import type { Category, Environment } from '../contract/config.ts'
import { prefixesOf } from '../contract/layout.ts'
import { entryName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { hourMs, type Window } from '../contract/window.ts'
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
    const prefixes = isByEvent ? prefixesOf(category.layout, withLateOnes(window, category)) : inTime
    const latePrefixes = prefixes.filter((prefix) => !inTime.includes(prefix))
    return {
      category,
      prefixes,
      reading: {
        spec,
        format: category.format,
        output: request.format === 'auto' ? findFormat(category.format).defaultOutput : request.format,
        eventWindow: isByEvent ? { fromMs: window.fromMs, toMs: window.toMs, latePrefixes } : undefined,
        prefixLength: prefixes[0]!.length
      },
      entry: entryName(name, window)
    }
  })
}

/** Keys name the time at which records arrived, which may be hours after their own time. */
function withLateOnes(window: Window, { lookaheadHours }: Category): Window {
  return { ...window, toMs: window.toMs + lookaheadHours * hourMs }
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
