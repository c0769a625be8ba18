import { loadNative, type NativeAddOn } from '../native/load-native.ts'
import type { InflaterChoice } from './inflater.ts'
import { compileMatcher, type Matcher, type MatcherName, type MatchSpec } from './match/matcher.ts'
import { createNativeMatcher } from './match/search-native.ts'

/** The add-on's searches go with its inflater, where they pass their self-test: one switch turns the add-on off. */
export function chooseMatcher(inflaters: InflaterChoice): MatcherName {
  const { native } = loadNative()
  return native && inflaters.fast === 'isa-l' && passesMatcherTest(native) ? 'native' : 'javascript'
}

/** Whether the add-on finds the lines that JavaScript finds; takes a millisecond. */
export function passesMatcherTest(native: NativeAddOn): boolean {
  const identifiers = ['THING00001', 'THING00002', 'status', 'b-7', '00']
  const parts = ['THING0000', '1', '2', 'thing00002', ' ', '_', 'STATUS', 'Stat', 'us', 'b-', '7', '0', '\n', '"']
  let state = 1
  const text = Buffer.from(
    Array.from({ length: 1500 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return parts[(state >>> 16) % parts.length]
    }).join('')
  )
  const specs = (['text', 'word'] as const).flatMap((match) =>
    (['exact', 'ignore'] as const).map((letters): MatchSpec => ({ identifiers, match, case: letters }))
  )
  try {
    return specs.every((spec) => {
      const needles = spec.identifiers.map((identifier) => Buffer.from(identifier))
      const matcher = createNativeMatcher(native, needles, spec)
      return matcher !== undefined && String(linesOf(matcher, text)) === String(linesOf(compileMatcher(spec), text))
    })
  } catch {
    return false
  }
}

/** Where the lines with a hit end. */
function linesOf(find: Matcher, text: Buffer): readonly number[] {
  const ends: number[] = []
  for (let hit = find(text, 0); hit >= 0; hit = find(text, ends.at(-1)!)) {
    const end = text.indexOf(0x0a, hit) + 1
    ends.push(end === 0 ? text.length : end)
  }
  return ends
}
