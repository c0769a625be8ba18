import type { Category, Environment } from '../contract/config.ts'
import { createSkipRule } from '../export/plan.ts'

/** The category of a key. */
export interface KeyPlace {
  readonly category: Category
  /** The start of the hour or day that the key names, in ms since 1970 UTC. */
  readonly keyTimeMs: number
  /** Whether a rule skips it: a folder marker or an excluded key. */
  readonly isSkipped: boolean
}

const placeholders: Readonly<Record<string, string>> = {
  yyyy: '(?<yyyy>\\d{4})',
  MM: '(?<MM>\\d{2})',
  dd: '(?<dd>\\d{2})',
  HH: '(?<HH>\\d{2})'
}

/** Finds the category of a key by the layouts. If two match, the longer template wins. Undefined if none matches. */
export function createKeyPlaces(environment: Environment): (key: string, size: number) => KeyPlace | undefined {
  const rules = [...environment.categories.values()]
    .toSorted((a, b) => b.layout.template.length - a.layout.template.length)
    .map((category) => ({ category, timeOf: categoryTimes(category), isSkipped: createSkipRule(category) }))
  return (key, size) => {
    for (const { category, timeOf, isSkipped } of rules) {
      const keyTimeMs = timeOf(key)
      if (keyTimeMs !== undefined) return { category, keyTimeMs, isSkipped: isSkipped({ key, size }) }
    }
    return undefined
  }
}

/** Reads the hour or day that a key of the category names. Undefined if the key does not match its layout. */
export function categoryTimes({ layout }: Category): (key: string) => number | undefined {
  const pattern = layoutPattern(layout.template)
  return (key) => {
    const found = pattern.exec(key)?.groups
    if (!found) return undefined
    const { yyyy, MM, dd, HH = '0' } = found
    return Date.UTC(Number(yyyy), Number(MM) - 1, Number(dd), Number(HH))
  }
}

function layoutPattern(template: string): RegExp {
  const seen = new Set<string>()
  const source = template.replace(/\{(\w+)\}|[\\^$.|+*?()[\]{}]/g, (text, name: string | undefined) => {
    if (name === undefined) return `\\${text}`
    // A second {yyyy} must be the same year.
    if (seen.has(name)) return `\\k<${name}>`
    seen.add(name)
    return placeholders[name]!
  })
  return new RegExp(`^${source}`, 's')
}
