import { anyName, type Layout } from './layout.ts'
import { timeOfLocal } from './time-zone.ts'

/** What a key says by the layout of its category. */
export interface KeyNames {
  /** The start of the hour or day that the key names, in ms since 1970 UTC. */
  readonly timeMs: number
  /** The part of the key that names it, with {@link anyName} for names, as prefixesOf gives it. */
  readonly prefix: string
  /** The values of `{account}`, `{region}` and `{identifier}`. */
  readonly fields: Readonly<Record<string, string>>
}

const patterns: Readonly<Record<string, string>> = {
  yyyy: '\\d{4}',
  MM: '\\d{2}',
  dd: '\\d{2}',
  HH: '\\d{2}',
  M: '[1-9]\\d?',
  d: '[1-9]\\d?',
  H: '(?:0|[1-9]\\d?)'
}
const ofName = '[^/]*'

/** Reads the keys of a layout. Undefined if a key does not match it. */
export function createKeyReader(layout: Layout): (key: string) => KeyNames | undefined {
  const pattern = layoutPattern(layout.template)
  return (key) => {
    const found = pattern.exec(key)
    if (!found) return undefined
    const { yyyy, MM, M = MM, dd, d = dd, HH = '0', H = HH, ...fields } = found.groups!
    const local = { year: Number(yyyy), month: Number(M), day: Number(d), hour: Number(H) }
    const prefix = layout.template.replace(/\{(\w+)\}|\*/g, (_, name = '') =>
      name in patterns ? found.groups![name]! : anyName
    )
    return { timeMs: timeOfLocal(local, layout.timeZone), prefix, fields }
  }
}

/** The prefix of each listed key: one of those that prefixesOf gives. */
export function createPrefixOf(layout: Layout): (key: string) => string {
  const read = createKeyReader(layout)
  return (key) => read(key)?.prefix ?? ''
}

function layoutPattern(template: string): RegExp {
  const seen = new Set<string>()
  const source = template.replace(/\{(\w+)\}|[\\^$.|+*?()[\]{}]/g, (text, name: string | undefined) => {
    if (text === '*') return ofName
    if (name === undefined) return `\\${text}`
    // A second {yyyy} must be the same year.
    if (seen.has(name)) return `\\k<${name}>`
    seen.add(name)
    return `(?<${name}>${patterns[name] ?? ofName})`
  })
  return new RegExp(`^${source}`, 's')
}
