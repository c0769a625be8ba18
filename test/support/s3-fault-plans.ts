import type { Random } from '../../bench/corpus/random.ts'
import type { FaultAction } from '../stand-ins/s3/faults.ts'

/** Makes a fault for one GET, at a place of the body that the seed chooses. `size` is the object's. */
export type FaultMaker = (random: Random, size: number) => FaultAction

/** Every answer of a large object is longer, so a place below this is reached. */
const surelySentBytes = 512 * 1024
const placeIn = (random: Random, size: number): number => random.below(Math.min(size, surelySentBytes))

export const slowDown: FaultMaker = () => ({ kind: 'error', code: 'SlowDown' })
export const internalError: FaultMaker = () => ({ kind: 'error', code: 'InternalError' })
export const latency: FaultMaker = (random) => ({ kind: 'latency', firstByteMs: 20 + random.below(200) })
/** A quarter of a second for the body. */
export const bandwidth: FaultMaker = (_, size) => ({ kind: 'bandwidth', bytesPerSecond: 20_000 + 4 * size })
export const cut: FaultMaker = (random, size) => ({ kind: 'cut', afterBytes: placeIn(random, size) })
export const resetBefore: FaultMaker = () => ({ kind: 'reset' })
export const resetInside: FaultMaker = (random, size) => ({ kind: 'reset', afterBytes: placeIn(random, size) })
export const hangBefore: FaultMaker = () => ({ kind: 'hang' })
export const hangInside: FaultMaker = (random, size) => ({ kind: 'hang', afterBytes: placeIn(random, size) })
export const wrongChecksum: FaultMaker = () => ({ kind: 'wrong-checksum' })
export const refused: FaultMaker = () => ({ kind: 'refuse-connection' })
export const lostAnswer: FaultMaker = () => ({ kind: 'lost-answer' })

/** Several faults; each object meets at most one of them. */
export interface Trouble {
  /** After "an S3 that". */
  readonly name: string
  readonly faults: readonly FaultMaker[]
  /** Share of the objects that meet one, from 0 to 1; half of it for the pages of listings. */
  readonly share: number
  /** How often an object meets its fault at most. */
  readonly times: number
  /** Whether each costs another request. */
  readonly isRepeated: boolean
}

const refusals = [slowDown, internalError]
const slowness = [latency, bandwidth, wrongChecksum]
const brokenBodies = [cut, resetInside]
const brokenConnections = [resetBefore, refused, lostAnswer]

/** All faults of a GET that a retry overcomes. */
export const troubles: readonly Trouble[] = [
  { name: 'refuses (SlowDown, InternalError)', faults: refusals, share: 0.15, times: 2, isRepeated: true },
  { name: 'is slow and sends wrong checksums', faults: slowness, share: 0.6, times: 1, isRepeated: false },
  { name: 'breaks its answers off (cut, reset)', faults: brokenBodies, share: 0.2, times: 2, isRepeated: true },
  { name: 'breaks connections', faults: brokenConnections, share: 0.2, times: 2, isRepeated: true },
  { name: 'falls silent', faults: [hangBefore, hangInside], share: 0.02, times: 1, isRepeated: true },
  {
    name: 'does all of it',
    faults: [...refusals, ...slowness, ...brokenBodies, ...brokenConnections],
    share: 0.4,
    times: 2,
    isRepeated: false
  }
]
