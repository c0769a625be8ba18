import type { Category, Environment } from './contract/config.ts'
import { prefixesOf } from './contract/layout.ts'
import { entryName } from './contract/names.ts'
import { type ExportRequest, windowOf } from './contract/request.ts'
import type { MatchSpec } from './scan/match/matcher.ts'

/** What to read for one category: the prefixes of the window and what to look for under them. */
export interface CategoryPlan {
  readonly category: Category
  /** In key order; no prefix begins another. */
  readonly prefixes: readonly string[]
  readonly spec: MatchSpec
  /** Name of the category's entry in the archive. */
  readonly entry: string
}

/** From the request to the prefixes: nothing is read yet. Categories stay in the order in which they were asked for. */
export function planCategories(request: ExportRequest, environment: Environment): CategoryPlan[] {
  const window = windowOf(request)
  return request.categories.map((name) => {
    const category = environment.categories.get(name)!
    const aliases = category.identifierAliases
    const identifiers = request.identifiers.map((word) => (Object.hasOwn(aliases, word) ? aliases[word]! : word))
    return {
      category,
      prefixes: prefixesOf(category.layout, window),
      spec: { identifiers: [...new Set(identifiers)], match: request.match, case: request.case },
      entry: entryName(name, window)
    }
  })
}

/** Whether an object is left out by rule: a folder marker, or a key that the configuration excludes. */
export function createSkipRule(
  category: Category
): (object: { readonly key: string; readonly size: number }) => boolean {
  const patterns = category.exclude.map(patternToRegExp)
  return ({ key, size }) => (size === 0 && key.endsWith('/')) || patterns.some((pattern) => pattern.test(key))
}

/** `*` stands for any text, slashes too, `?` for one character, as in IAM policies. */
function patternToRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}
