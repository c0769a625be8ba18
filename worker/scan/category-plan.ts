import type { Category } from '../contract/config.ts'
import type { StoredObject } from '../contract/store.ts'
import type { Output } from '../formats/format.ts'
import type { MatchSpec } from '../match/matcher.ts'

/** What to read for one category: the prefixes of the window and what to look for under them. */
export interface CategoryPlan {
  readonly category: Category
  /** In key order; no prefix begins another, since all of a layout have the same length. */
  readonly prefixes: readonly string[]
  readonly reading: CategoryReading
  /** Name of the category's entry in the archive. */
  readonly entry: string
}

/** How the objects of a category are read. Plain data, sent to the threads. */
export interface CategoryReading {
  readonly spec: MatchSpec
  readonly format: string
  readonly output: Output
  /** Undefined when every record under the prefixes counts. */
  readonly eventWindow: EventWindow | undefined
  /** How much of a key is the prefix of its hour or day. */
  readonly prefixLength: number
}

/** Records count by their own time; those without one where their object arrived in the window. */
export interface EventWindow {
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Prefixes of objects that arrived after the window. */
  readonly latePrefixes: readonly string[]
}

/** Objects and bytes of a listing or a part of it. */
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
