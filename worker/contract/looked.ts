/*
 * Where an export without a match looked. A missing day is not a silent device: people need to see which of both it is.
 */

/** One category of such an export. */
export interface LookedIn {
  readonly category: string
  /** Prefixes that were listed. */
  readonly prefixes: number
  /** How many of them hold objects. */
  readonly withObjects: number
  /** The first of those that hold objects, up to three, in key order. */
  readonly existing: readonly string[]
  /** The first of those that hold none, up to three. */
  readonly missing: readonly string[]
  /** The newest day that has objects. Null if it is not known, or if the window has objects. */
  readonly newest: { readonly day: string; readonly prefix: string } | null
  /** Up to three keys that exist, if no key has the form of the layout. */
  readonly nearest: readonly string[]
  /** The first keys that contain an identifier, up to three; left out if there are none. */
  readonly naming?: readonly string[]
}

/** How many prefixes, or keys, of a kind are named. */
export const namedPlaces = 3
