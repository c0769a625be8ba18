import type { InflaterChoice } from '../decode/inflater.ts'
import { loadNative, type NativeAddOn } from '../native/load-native.ts'
import { createSampleNumbers } from '../native/sample-numbers.ts'
import { compileFindRuns } from './compile-matcher.ts'
import { type FindRuns, type MatcherName, type MatchSpec, runWords } from './matcher.ts'
import { createNativeSearch } from './search-native.ts'

/** The add-on searches if its inflater is used too, and its searches pass their self-test: one switch for both. */
export function chooseMatcher(inflaters: InflaterChoice): MatcherName {
  const { native } = loadNative()
  return native && inflaters.fast === 'isa-l' && passesMatcherTest(native) ? 'native' : 'javascript'
}

/** Whether the add-on finds the lines that JavaScript finds; takes a millisecond. */
export function passesMatcherTest(native: NativeAddOn): boolean {
  const identifiers = ['THING00001', 'THING00002', 'status', 'b-7', '00']
  const parts = ['THING0000', '1', '2', 'thing00002', ' ', '_', 'STATUS', 'Stat', 'us', 'b-', '7', '0', '\n', '"']
  const next = createSampleNumbers()
  const words = Array.from({ length: 1500 }, () => parts[(next() >>> 16) % parts.length])
  const text = Buffer.from(`${words.join('')}\n`)
  const specs = (['text', 'word'] as const).flatMap((match) =>
    (['exact', 'ignore'] as const).map((letters): MatchSpec => ({ identifiers, match, case: letters }))
  )
  try {
    return specs.every((spec) => {
      const findRuns = createNativeSearch(native, spec)
      return findRuns !== undefined && String(runsIn(text, findRuns)) === String(runsIn(text, compileFindRuns(spec)))
    })
  } catch {
    return false
  }
}

function runsIn(text: Buffer, findRuns: FindRuns): Uint32Array {
  const runs = new Uint32Array(text.length * runWords)
  return runs.subarray(0, findRuns(text, 0, runs) * runWords)
}
