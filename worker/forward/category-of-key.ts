import type { Category, Environment } from '../contract/config.ts'
import { createKeyReader } from '../contract/layout-key.ts'
import { createSkipRule } from '../export/plan.ts'

/** The category of a key. */
export interface KeyPlace {
  readonly category: Category
  /** The start of the hour or day that the key names, in ms since 1970 UTC. */
  readonly keyTimeMs: number
  /** The values of `{account}`, `{region}` and `{identifier}`, which become fields of the documents. */
  readonly keyFields: Readonly<Record<string, string>>
  /** Whether a rule skips it: a folder marker or an excluded key. */
  readonly isSkipped: boolean
}

/** Finds the category of a key by the layouts. If two match, the longer template wins. Undefined if none matches. */
export function createKeyPlaces(environment: Environment): (key: string, size: number) => KeyPlace | undefined {
  const rules = [...environment.categories.values()]
    .toSorted((a, b) => b.layout.template.length - a.layout.template.length)
    .map((category) => ({ category, read: createKeyReader(category.layout), isSkipped: createSkipRule(category) }))
  return (key, size) => {
    for (const { category, read, isSkipped } of rules) {
      const names = read(key)
      if (!names) continue
      const { timeMs: keyTimeMs, fields: keyFields } = names
      return { category, keyTimeMs, keyFields, isSkipped: isSkipped({ key, size }) }
    }
    return undefined
  }
}
