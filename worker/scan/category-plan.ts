import type { Category } from '../contract/config.ts'
import type { Layout } from '../contract/layout.ts'
import { createPrefixOf } from '../contract/layout-key.ts'
import type { StoredObject } from '../contract/store.ts'
import type { Output } from '../formats/format.ts'
import type { MatchSpec } from '../match/matcher.ts'

/** The plan of one category: the prefixes of the window, and what to look for under them. */
export interface CategoryPlan {
  readonly category: Category
  /** In key order; none is the start of another. `anyName` of the layout stands for names that the listing finds. */
  readonly prefixes: readonly string[]
  /** In lower case, what may stand in place of `anyIdentifier` in a prefix. */
  readonly identifiers?: readonly string[]
  readonly reading: CategoryReading
  /** Name of the category's entry in the archive. */
  readonly entry: string
}

/** How the objects of a category are read. Plain data, sent to the threads. */
export interface CategoryReading {
  readonly spec: MatchSpec
  readonly format: string
  readonly output: Output
  /** Undefined if every record under the prefixes counts. */
  readonly eventWindow: EventWindow | undefined
  /** The length of the part of a key that names its hour or day, if it is the same for all keys. */
  readonly prefixLength: number
  /** What tells the times of records; left out where only the lines count. */
  readonly time?: TimeReading | undefined
  /** The layout, if that length differs. */
  readonly varying?: Layout | undefined
}

/** How the time of a record is read. */
interface TimeReading {
  /** The key of an object says near which time its records were made. */
  readonly layout: Layout
}

/** Records count by their own time. A record without a time counts if the key of its object names the window. */
interface EventWindow {
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Prefixes that are read but not in the window: the one before it, and those of late records. */
  readonly outerPrefixes: readonly string[]
}

/** Objects and bytes of a listing or of a part of it. */
export interface ListedAmounts {
  objects: number
  storedBytes: number
  skipped: number
}

/** The listing of one category, complete. */
export interface CategoryListing extends Readonly<ListedAmounts> {
  /** The objects to read, in key order, page by page. */
  pages(): AsyncGenerator<readonly StoredObject[]>
}

/** Gives the prefix of a listed key, one of the plan's. Called once for an object. */
export function prefixOfKeys({ varying, prefixLength }: CategoryReading): (key: string) => string {
  return varying ? createPrefixOf(varying) : (key) => key.slice(0, prefixLength)
}
