import { shownPrefix } from '../contract/layout.ts'
import { type LookedIn, namedPlaces } from '../contract/looked.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { MatchSpec } from '../match/matcher.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'
import type { Listing } from './listing.ts'
import { type FoundPlace, findNewestDay } from './newest-day.ts'
import { createSkipRule } from './plan.ts'

/** How many categories get the search for their newest day. */
const mostSearched = 8
const nothing: FoundPlace = { newest: null, nearest: [] }

/**
 * Tells where an export looked that found nothing. The search for the newest day may end by `signal`, or fail: the
 * answer then lacks it.
 */
export function describeLooked(
  source: Store,
  plans: readonly CategoryPlan[],
  listing: Listing,
  signal: AbortSignal
): Promise<LookedIn[]> {
  let searched = 0
  return Promise.all(
    plans.map(async ({ category, prefixes: planned, reading }, at) => {
      const { prefixes: listed, filled, pages } = listing.categories[at]!
      // If no folder fits a `*`, nothing was listed.
      const prefixes = listed.length > 0 ? listed : planned.map(shownPrefix)
      const missing = prefixes.filter((prefix) => !filled.has(prefix))
      const isSearched = filled.size === 0 && ++searched <= mostSearched
      const search = (): Promise<FoundPlace> =>
        findNewestDay(source, category.layout.template, createSkipRule(category), signal)
      const naming = await keysNaming(pages(), reading.spec, signal)
      return {
        category: category.name,
        prefixes: prefixes.length,
        withObjects: filled.size,
        existing: prefixes.filter((prefix) => filled.has(prefix)).slice(0, namedPlaces),
        missing: missing.slice(0, namedPlaces),
        ...(isSearched ? await search().catch(() => nothing) : nothing),
        ...(naming.length > 0 && { naming })
      }
    })
  )
}

/** The first listed keys that contain an identifier, until the signal aborts. */
async function keysNaming(
  pages: AsyncIterable<readonly StoredObject[]>,
  spec: MatchSpec,
  signal: AbortSignal
): Promise<readonly string[]> {
  const keys: string[] = []
  // There the layout says that the key names the device.
  if (spec.takesAll) return keys
  const cased = (text: string): string => (spec.case === 'ignore' ? text.toLowerCase() : text)
  const identifiers = spec.identifiers.map(cased)
  for await (const page of pages) {
    if (signal.aborted) break
    for (const { key } of page) {
      if (!identifiers.some((identifier) => cased(key).includes(identifier))) continue
      if (keys.push(key) === namedPlaces) return keys
    }
  }
  return keys
}
