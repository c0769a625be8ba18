/**
 * Pseudo-random numbers of 32 bits for the samples of self-tests, the same in every process: the linear congruential
 * generator of the C standard's example. Its high bits are the random ones.
 */
export function createSampleNumbers(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state
  }
}
