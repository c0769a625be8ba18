import type { NativeAddOn } from '../native/load-native.ts'
import { type FindRuns, isWholeWord, type Matcher, type MatchSpec, neededIdentifiers, runWords } from './matcher.ts'
import { createAnySearch } from './search-any.ts'
import { createNativeSearch } from './search-native.ts'
import { createTextSearch } from './search-text.ts'

const newline = 0x0a

/** Compiles a search in JavaScript. */
export function compileMatcher(spec: MatchSpec): Matcher {
  if (spec.takesAll) return (block, from) => (from < block.length ? from : -1)
  const needles = neededIdentifiers(spec).map((identifier) => Buffer.from(identifier))
  const ignoreCase = spec.case === 'ignore'
  const search =
    needles.length === 1 && !ignoreCase ? createTextSearch(needles[0]!) : createAnySearch(needles, ignoreCase)
  const accepts = spec.match === 'word' ? isWholeWord : undefined
  return (block, from) => search(block, from, accepts)
}

/** Compiles a search for runs of lines. Uses the add-on if it is given and supports this processor. */
export function compileFindRuns(spec: MatchSpec, native?: NativeAddOn): FindRuns {
  if (spec.takesAll) return runsOf(compileMatcher(spec))
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
