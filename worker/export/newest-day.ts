import { nearest } from '../contract/nearest.ts'
import type { Store } from '../contract/store.ts'

/*
 * The newest day with objects of a category whose window has none. The keys of a layout are a tree with a level for each
 * slash, so one listing by delimiter a level is enough: years, months, days. It has a bound, because an answer without
 * it is an answer too.
 */

/** Listings for one category. */
const mostLists = 16
/** Pages of one level: 5,000 prefixes. */
const mostPages = 5
/** Prefixes of one level that are followed, the newest first. */
const mostFollowed = 4
const shownKeys = 3

export interface FoundPlace {
  readonly newest: { readonly day: string; readonly prefix: string } | null
  readonly nearest: readonly string[]
}

type IsSkipped = (object: { readonly key: string; readonly size: number }) => boolean

/** Looks for the newest day of a layout, and for other keys if there is no such day. @throws what the store throws */
export async function findNewestDay(
  store: Store,
  template: string,
  isSkipped: IsSkipped,
  signal: AbortSignal
): Promise<FoundPlace> {
  const search = new DaySearch(store, template, isSkipped, signal)
  const newest = search.isSortable ? await search.newestBelow('', 0) : undefined
  if (newest) return { newest, nearest: [] }
  // Where the days can't be sorted, a key of the layout may exist all the same.
  return { newest: null, nearest: search.isSortable ? await search.nearestKeys() : [] }
}

class DaySearch {
  readonly #store: Store
  readonly #isSkipped: IsSkipped
  readonly #signal: AbortSignal
  /** What the template has before each slash, with the slash; the last one may lack it. */
  readonly #segments: readonly string[]
  readonly #key: RegExp
  /** The deepest prefix of the layout that exists. */
  #reached = ''
  #lists = 0

  constructor(store: Store, template: string, isSkipped: IsSkipped, signal: AbortSignal) {
    this.#store = store
    this.#isSkipped = isSkipped
    this.#signal = signal
    this.#segments = template.match(/[^/]*\/|[^/]+$/g) ?? []
    this.#key = patternOf(template, '')
  }

  /** Whether year, month and day follow one another, so that the greatest prefix is the newest. */
  get isSortable(): boolean {
    const names = [...this.#segments.join('').matchAll(placeholder)].map((match) => match[1]!.slice(0, 1))
    const order = names.filter((name) => 'yMdH'.includes(name)).join('')
    return /^yMdH?$/.test(order)
  }

  async newestBelow(prefix: string, level: number): Promise<FoundPlace['newest'] | undefined> {
    this.#signal.throwIfAborted()
    const segment = this.#segments[level]
    const isLast = segment === undefined || !segment.endsWith('/')
    const isDay = dayOf(this.#segments.slice(0, level), prefix) !== undefined
    if (isLast || isDay) return this.#dayWithKeys(prefix, isDay ? 1 : mostPages)
    const literals = this.#literalsFrom(level)
    if (literals > 0) {
      const below = this.#segments.slice(level, level + literals).join('')
      return this.newestBelow(prefix + below, level + literals)
    }
    const pattern = patternOf(segment, '$')
    const children = (await this.#childrenOf(prefix)).filter((child) => pattern.test(child.slice(prefix.length)))
    if (children.length > 0) this.#reached = prefix
    const days: NonNullable<FoundPlace['newest']>[] = []
    for (const child of newestFirst(children).slice(0, mostFollowed)) {
      const found = await this.newestBelow(child, level + 1)
      if (found) days.push(found)
      // Where the level tells no time, each branch may have the newest day.
      if (found && isTimed(segment)) break
    }
    return days.sort((a, b) => (a.day < b.day ? 1 : -1))[0]
  }

  /** Keys near the place where the layout and the keys part. */
  async nearestKeys(): Promise<readonly string[]> {
    let prefix = this.#reached || this.#segments.slice(0, this.#literalsFrom(0)).join('')
    for (;;) {
      const keys = await this.#keysOf(prefix)
      if (keys.length > 0) return keys.slice(0, shownKeys)
      if (prefix === '') return []
      const above = prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1)
      const similar = nearest(prefix, await this.#childrenOf(above))
      if (similar !== undefined && similar !== prefix) return (await this.#keysOf(similar)).slice(0, shownKeys)
      prefix = above
    }
  }

  async #dayWithKeys(prefix: string, pages: number): Promise<FoundPlace['newest'] | undefined> {
    const days = (await this.#keysOf(prefix, pages)).flatMap((key) => {
      const match = this.#key.exec(key)
      const day = match && dayOfMatch(match)
      return day ? [{ day, prefix: match[0].slice(0, endOfDay(this.#segments, match[0])) }] : []
    })
    return days.sort((a, b) => (a.day < b.day ? 1 : -1))[0]
  }

  /** How many segments from this one have no placeholder. */
  #literalsFrom(level: number): number {
    const rest = this.#segments.slice(level)
    const end = rest.findIndex((segment) => /[{*]/.test(segment) || !segment.endsWith('/'))
    return end < 0 ? rest.length : end
  }

  async #childrenOf(prefix: string): Promise<string[]> {
    const children: string[] = []
    let pages = 0
    if (this.#lists++ >= mostLists) return children
    for await (const page of this.#store.listFolders(prefix, this.#signal)) {
      children.push(...page)
      if (++pages === mostPages) break
    }
    return children
  }

  /** The first keys, without those that a rule skips. */
  async #keysOf(prefix: string, most = 1): Promise<string[]> {
    const keys: string[] = []
    let pages = 0
    if (this.#lists++ >= mostLists) return keys
    for await (const page of this.#store.list(prefix, this.#signal)) {
      keys.push(...page.filter((object) => !this.#isSkipped(object)).map(({ key }) => key))
      if (++pages === most) break
    }
    return keys
  }
}

const placeholder = /\{([^{}]*)\}/g
const digits: Readonly<Record<string, string>> = {
  yyyy: '\\d{4}',
  MM: '\\d\\d',
  dd: '\\d\\d',
  HH: '\\d\\d',
  M: '\\d{1,2}',
  d: '\\d{1,2}',
  H: '\\d{1,2}'
}

/** A template as a pattern for the start of keys. What is no number of a time stands for any text of a segment. */
function patternOf(template: string, end: string): RegExp {
  const seen = new Set<string>()
  const source = template.replace(/\{([^{}]*)\}|\*|[\\^$.|+?()[\]{}]/g, (text, name: string | undefined) => {
    if (name === undefined && text !== '*') return `\\${text}`
    const number = digits[name ?? '']
    if (number === undefined) return '[^/]+'
    const group = name!.slice(0, 1)
    if (seen.has(group)) return number
    seen.add(group)
    return `(?<${group}>${number})`
  })
  return new RegExp(`^${source}${end}`, 's')
}

const isTimed = (segment: string): boolean => /\{[yMdH]/.test(segment)

/** Numbers as numbers, so that 10 comes after 9. */
function newestFirst(children: readonly string[]): string[] {
  const padded = (text: string): string => text.replace(/\d+/g, (number) => number.padStart(4, '0'))
  return [...children].sort((a, b) => (padded(a) < padded(b) ? 1 : -1))
}

/** The day that a prefix of these segments names; undefined if it does not name it wholly. */
function dayOf(segments: readonly string[], prefix: string): string | undefined {
  const match = patternOf(segments.join(''), '$').exec(prefix)
  return match ? dayOfMatch(match) : undefined
}

function dayOfMatch({ groups = {} }: RegExpExecArray): string | undefined {
  const { y, M, d } = groups
  return y && M && d ? `${y}-${M.padStart(2, '0')}-${d.padStart(2, '0')}` : undefined
}

/** The length of the part of a key's start that names the day. */
function endOfDay(segments: readonly string[], start: string): number {
  for (let end = start.indexOf('/') + 1, level = 1; end > 0; end = start.indexOf('/', end) + 1, level++) {
    if (dayOf(segments.slice(0, level), start.slice(0, end)) !== undefined) return end
  }
  return start.length
}
