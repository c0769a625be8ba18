import type { NativeAddOn } from '../native/load-native.ts'
import { compileMatcher, type Matcher, type MatchSpec } from './matcher.ts'
import { createNativeSearch } from './search-native.ts'

const newline = 0x0a
/** A run is three numbers: where its first line begins, where its last line ends, and how many lines it has. */
export const runWords = 3

/**
 * Finds the lines with a hit in a block of whole lines, from `from`, where a line begins, and puts them into `runs`, lines
 * that follow one another as one run. Returns how many runs; as many as there is room for means that more may follow
 * after the last.
 */
export type FindRuns = (block: Buffer, from: number, runs: Uint32Array) => number

/** Compiles what to look for; by the add-on, where it is given and can. */
export function compileFindRuns(spec: MatchSpec, native?: NativeAddOn): FindRuns {
  return (native && createNativeSearch(native, spec)) ?? runsOf(compileMatcher(spec))
}

function runsOf(find: Matcher): FindRuns {
  return (block, from, runs) => {
    let used = 0
    let position = from
    for (let hit = find(block, position); hit >= 0; hit = find(block, position)) {
      const start = hit === position ? position : block.lastIndexOf(newline, hit - 1) + 1
      const isNext = used > 0 && start === runs[used - 2]
      if (!isNext) {
        if (used + runWords > runs.length) break
        runs[used] = start
        runs[used + 2] = 0
        used += runWords
      }
      position = block.indexOf(newline, hit) + 1
      runs[used - 2] = position
      runs[used - 1]!++
    }
    return used / runWords
  }
}
