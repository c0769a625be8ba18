import type { Random } from '../../bench/corpus/random.ts'
import type { FaultAction } from '../stand-ins/s3/faults.ts'

/** What befalls the reading of one object, at a place of its body that the seed chooses. `size` is the object's. */
export type FaultMaker = (random: Random, size: number) => FaultAction

/** Every answer of a large object is longer than that, so that a place below it is reached. */
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

/** Several faults, of which each object that meets any meets one. */
export interface Trouble {
  /** After "an S3 that". */
  readonly name: string
  readonly faults: readonly FaultMaker[]
  /** Of the objects that meet one, from 0 to 1; of the pages of listings it is half of it. */
  readonly share: number
  /** The most an object meets it. */
  readonly times: number
  /** Whether each costs another request. */
  readonly isRepeated: boolean
}

const refusals = [slowDown, internalError]
const slowness = [latency, bandwidth, wrongChecksum]
const brokenBodies = [cut, resetInside]
const brokenConnections = [resetBefore, refused, lostAnswer]

/** Everything a fault can do to a reading that a second try mends. */
export const troubles: readonly Trouble[] = [
  { name: 'refuses (SlowDown, InternalError)', faults: refusals, share: 0.15, times: 2, isRepeated: true },
  { name: 'is slow and tells wrong checksums', faults: slowness, share: 0.6, times: 1, isRepeated: false },
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
