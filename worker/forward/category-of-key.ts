import type { Category, Environment } from '../contract/config.ts'
import { createSkipRule } from '../export/plan.ts'

/** A category that a key may belong to, and how that is told. */
interface KeyRule {
  readonly category: Category
  readonly timeOf: (key: string) => number | undefined
  readonly isSkipped: (object: { readonly key: string; readonly size: number }) => boolean
}

/** Where a key belongs. */
export interface KeyPlace {
  readonly category: Category
  /** The beginning of the hour or day that the key names, in ms since 1970 UTC. */
  readonly keyTimeMs: number
  /** Left out by rule: a folder marker or an excluded key. */
  readonly isSkipped: boolean
}

const placeholders: Readonly<Record<string, string>> = {
  yyyy: '(?<yyyy>\\d{4})',
  MM: '(?<MM>\\d{2})',
  dd: '(?<dd>\\d{2})',
  HH: '(?<HH>\\d{2})'
}

/** Tells the category of a key by the layouts; of two that fit, the longer template. Undefined for keys of none. */
export function createKeyPlaces(environment: Environment): (key: string, size: number) => KeyPlace | undefined {
  const rules: KeyRule[] = [...environment.categories.values()]
    .toSorted((a, b) => b.layout.template.length - a.layout.template.length)
    .map((category) => ({
      category,
      timeOf: categoryTimes(category),
      isSkipped: createSkipRule(category)
    }))
  return (key, size) => {
    for (const { category, timeOf, isSkipped } of rules) {
      const keyTimeMs = timeOf(key)
      if (keyTimeMs !== undefined) return { category, keyTimeMs, isSkipped: isSkipped({ key, size }) }
    }
    return undefined
  }
}

/** Tells the hour or day that a key of the category names; undefined for keys that are not of its layout. */
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
    // A second {yyyy} is the same year again.
    if (seen.has(name)) return `\\k<${name}>`
    seen.add(name)
    return placeholders[name]!
  })
  return new RegExp(`^${source}`, 's')
}
