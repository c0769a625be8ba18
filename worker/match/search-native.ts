import type { NativeAddOn } from '../native/load-native.ts'
import { type FindRuns, type MatchSpec, neededIdentifiers } from './matcher.ts'

/*
 * Searches by the add-on, which looks at 16 or 32 bytes at a time (native/text-search.h). Measured on telemetry lines, on
 * one core, in GB/s, the add-on first and JavaScript second: one device name 19 and 10; 2, 10 and 50 of them 15, 13, 11
 * and 5, 2, 1.3; one in any case 15 and 2.4. One call for a block costs less than one for each line.
 */

/** @returns undefined on a processor without the instructions that the add-on needs */
export function createNativeSearch(native: NativeAddOn, spec: MatchSpec): FindRuns | undefined {
  const needles = neededIdentifiers(spec).map((identifier) => Buffer.from(identifier))
  const lengths = Uint32Array.from(needles, (needle) => needle.length)
  const search = native.compile(Buffer.concat(needles), lengths, spec.case === 'ignore', spec.match === 'word')
  return search && ((block, from, runs) => native.findRuns(search, block, from, runs))
}
