/*
 * How the reading of one object can end. Every listed object has exactly one outcome.
 */

/** Why an object could not be read to its end; `replaced` by another of the same key since it was listed. */
export type DamageReason =
  | 'truncated'
  | 'bad-data'
  | 'bad-crc'
  | 'trailing-bytes'
  | 'ratio-limit'
  | 'line-limit'
  | 'replaced'
  | 'io'

export const outcomes = ['read', 'queried', 'empty', 'skipped', 'unreadable', 'archived', 'vanished', 'denied'] as const
/** `read` to its end, `queried`: answered for by Athena, `empty`, `skipped` by rule; the others make an export partial. */
export type Outcome = (typeof outcomes)[number]

/** How many objects ended how. */
export type OutcomeCounts = Record<Outcome, number>

/** An object that was not wholly read. */
export interface NotRead {
  readonly key: string
  readonly outcome: Exclude<Outcome, 'read' | 'queried' | 'empty' | 'skipped'>
  /** Set when unreadable. */
  readonly reason?: DamageReason
  /** Where in the stored object the damage is, in bytes from its start; set when unreadable. */
  readonly byte?: number
  /** Matching lines kept from before the damage. */
  readonly keptLines: number
}

export function noOutcomes(): OutcomeCounts {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts
}
