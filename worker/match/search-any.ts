import type { Search } from './matcher.ts'
import { createSetSearch } from './search-set.ts'
import { createTextSearch } from './search-text.ts'

/*
 * Searches any of several texts in plain JavaScript. A table for all of them (search-set.ts) moves over the log by at
 * most the length of the shortest text, so short texts get a search of their own. If there are few texts, each gets its
 * own search, unless all of them are long.
 */

const fewTexts = 4
const shortBytes = 5
/** Measured: from this length on the table is faster than two searches, 8 GB/s. */
const longBytes = 24

/** Searches any of several texts, each at least two bytes long; with `ignoreCase` ASCII letters match in either case. */
export function createAnySearch(needles: readonly Buffer[], ignoreCase: boolean): Search {
  const short = needles.filter((needle) => needle.length < shortBytes)
  const long = needles.filter((needle) => needle.length >= shortBytes)
  const hasSearchEach = (texts: readonly Buffer[]): boolean =>
    !ignoreCase && texts.length <= fewTexts && texts.some((text) => text.length < longBytes)
  const searches = [short, long].flatMap((texts) => {
    if (hasSearchEach(texts)) return texts.map(createTextSearch)
    return texts.length > 0 ? [createSetSearch(texts, ignoreCase)] : []
  })
  return firstOf(searches)
}

/** The first hit of several searches. Each search continues after its own last hit, so none reads a block twice. */
function firstOf(searches: readonly Search[]): Search {
  if (searches.length === 1) return searches[0]!
  const hits = searches.map(() => 0)
  let known: Buffer | undefined
  return (block, from, accepts) => {
    const isNew = block !== known || from === 0
    let first = Number.POSITIVE_INFINITY
    for (const [at, search] of searches.entries()) {
      if (isNew || hits[at]! < from) {
        const hit = search(block, from, accepts)
        hits[at] = hit < 0 ? Number.POSITIVE_INFINITY : hit
      }
      if (hits[at]! < first) first = hits[at]!
    }
    const isThrough = first === Number.POSITIVE_INFINITY
    known = isThrough ? undefined : block
    return isThrough ? -1 : first
  }
}
