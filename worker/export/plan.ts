import type { Category, Environment } from '../contract/config.ts'
import { anyIdentifier, anyName, isFixed, namesDevice, prefixesOf } from '../contract/layout.ts'
import { entryName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { dayMs, hourMs, type Window } from '../contract/window.ts'
import { findFormat } from '../formats/registry.ts'
import type { MatchSpec } from '../match/matcher.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'

/** Plans the prefixes of a request, without reading anything. Categories have the order of the request. */
export function planCategories(request: ExportRequest, environment: Environment): CategoryPlan[] {
  const window = windowOf(request)
  return request.categories.map((name) => {
    const category = environment.categories.get(name)!
    const aliases = category.identifierAliases
    const identifiers = request.identifiers.map((word) => (Object.hasOwn(aliases, word) ? aliases[word]! : word))
    const { layout } = category
    const takesAll = namesDevice(layout) && { takesAll: true }
    const spec = { identifiers: [...new Set(identifiers)], match: request.match, case: request.case, ...takesAll }
    const isByEvent = request.window === 'event'
    const listed = isByEvent ? withNeighbours(window, category) : window
    const inTime = prefixesOf(layout, window)
    const outerPrefixes = prefixesOf(layout, listed).filter((prefix) => !inTime.includes(prefix))
    const prefixes = prefixesOf(layout, listed, namesInKeys(spec))
    return {
      category,
      prefixes,
      identifiers: spec.identifiers.map((identifier) => identifier.toLowerCase()),
      reading: {
        spec,
        format: category.format,
        output: request.format === 'auto' ? findFormat(category.format).defaultOutput : request.format,
        eventWindow: isByEvent ? { fromMs: window.fromMs, toMs: window.toMs, outerPrefixes } : undefined,
        time: { layout },
        prefixLength: prefixes[0]?.length ?? 0,
        ...(!isFixed(layout) && { varying: layout })
      },
      entry: entryName(name, window)
    }
  })
}

/** The values of `{identifier}`. A key names a device by one segment, so an identifier with a slash has no prefix. */
function namesInKeys(spec: MatchSpec): readonly string[] {
  if (!spec.takesAll) return [anyName]
  if (spec.case === 'ignore') return [anyIdentifier]
  return spec.identifiers.filter((identifier) => !identifier.includes('/') && !/^\.{1,2}$/.test(identifier))
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
