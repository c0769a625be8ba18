import type { CorpusName, MatchRate } from '../corpus/bench-days.ts'

/*
 * What `npm run bench:guard` watches, and when it fails. Pure.
 */

/** An export that must stay so many times as fast as the idiomatic pipeline on the same day. */
export interface GuardCase {
  readonly name: string
  readonly corpus: CorpusName
  /** How many names each object has: enough that the start of the process does not hide what is watched. */
  readonly repeat: number
  /** The same for the pipeline, which is slow: rates are compared. */
  readonly baselineRepeat: number
  readonly rate: MatchRate
  /** `zlib-handle` for what there is without the native add-on; otherwise the fastest. */
  readonly inflater?: 'zlib-handle'
}

const big = { corpus: 'guard-big', repeat: 16, baselineRepeat: 4, rate: '0.02' } as const

export const guardCases: readonly GuardCase[] = [
  { name: 'big', ...big },
  { name: 'big without the add-on', ...big, inflater: 'zlib-handle' },
  { name: 'tiny', corpus: 'guard-tiny', repeat: 16, baselineRepeat: 1, rate: '0.02' },
  { name: 'multi', corpus: 'guard-multi', repeat: 32, baselineRepeat: 4, rate: '0.02' },
  { name: '100 %', corpus: 'guard-big', repeat: 8, baselineRepeat: 2, rate: '100' }
]

/** What bench/export/floors.json holds: the least ratio of each case, and how it was found. */
export interface Floors {
  readonly measured: string
  readonly floors: Readonly<Record<string, number>>
}

export type Verdict = 'ok' | 'below' | 'no floor'

/** Whether a ratio is good enough. Machines are shared, so a case below its floor is measured once more before the guard fails. */
export function judge(name: string, ratio: number, { floors }: Floors): Verdict {
  const floor = floors[name]
  if (floor === undefined) return 'no floor'
  return ratio >= floor ? 'ok' : 'below'
}

/**
 * How far floors stand below what was seen: noise (a tenth) does not break them, a lost add-on (a third, except for tiny
 * objects) does.
 */
export const floorShare = 0.75

/** The floor for a ratio that was seen. */
export function floorOf(ratio: number): number {
  return Math.floor(ratio * floorShare * 100) / 100
}
