import type { NativeAddOn } from '../../native/load-native.ts'
import type { Matcher, MatchSpec } from './matcher.ts'

/*
 * Through the add-on, which looks at 16 or 32 bytes at a time (native/text-search.h). Measured on telemetry lines, on one
 * core, GB/s beside JavaScript's: one device name 19 and 12; 2, 10 and 50 of them 10, 9, 7 and 6, 2, 1.5; one in any case
 * 10 and 2.4.
 */

/** @returns undefined where the add-on can't: on a processor that lacks what it needs */
export function createNativeMatcher(
  native: NativeAddOn,
  needles: readonly Buffer[],
  spec: Pick<MatchSpec, 'match' | 'case'>
): Matcher | undefined {
  const lengths = Uint32Array.from(needles, (needle) => needle.length)
  const search = native.compile(Buffer.concat(needles), lengths, spec.case === 'ignore', spec.match === 'word')
  return search && ((block, from) => native.find(search, block, from))
}
