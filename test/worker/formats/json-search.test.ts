import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileJsonMatcher } from '../../../worker/formats/json-search.ts'
import type { MatchSpec } from '../../../worker/match/matcher.ts'

/** Few characters, so that identifiers are found often; each with every spelling that JSON has for it. */
const alphabet = ['a', 'B', '1', '_', '/', '"', '\\', 'é', '温', '😀', ' ', '-', 'u', '0']

describe('identifiers in JSON', () => {
  test('identifiers are found behind the escapes of JSON', () => {
    const cases: readonly [identifier: string, text: string][] = [
      ['café', String.raw`{"name":"caf\u00e9"}`],
      ['café', String.raw`{"name":"caf\u00E9 noir"}`],
      ['café', String.raw`{"name":"\u0063\u0061\u0066\u00e9"}`],
      ['dev/1', String.raw`{"topic":"x/dev\/1"}`],
      ['say "hi"', String.raw`{"text":"they say \"hi\" twice"}`],
      [String.raw`C:\log`, String.raw`{"path":"C:\\log\\today"}`],
      ['THING00001', String.raw`{"thing":"\u0054HING00001"}`],
      ['THING00001', String.raw`{"thing":"THING0000\u0031"}`],
      ['温度計', String.raw`{"名":"\u6e29\u5EA6計"}`],
      ['id😀', String.raw`{"e":"id\ud83d\ude00"}`],
      ['"', String.raw`{"a":"\""}`]
    ]
    for (const [identifier, text] of cases) {
      const find = compileJsonMatcher({ identifiers: [identifier], match: 'text', case: 'exact' })
      assert.ok(find(Buffer.from(text), 0) >= 0, `${identifier} in ${text}`)
    }
  })

  test('identifiers are not found in an escape that is escaped, different, or cut off', () => {
    const cases: readonly [identifier: string, text: string][] = [
      ['THING', String.raw`{"thing":"\\u0054HING"}`],
      ['café', String.raw`{"name":"caf\u00e8"}`],
      ['café', String.raw`{"name":"caf\u00e`],
      ['ab', String.raw`{"name":"a\\\u0063"}`],
      ['dev/1', String.raw`{"topic":"dev\\/1"}`],
      ['a"b', String.raw`{"a":"a\u0022","b":1}`]
    ]
    for (const [identifier, text] of cases) {
      const find = compileJsonMatcher({ identifiers: [identifier], match: 'text', case: 'exact' })
      assert.equal(find(Buffer.from(text), 0), -1, `${identifier} in ${text}`)
    }
  })

  test('identifiers are whole words by the decoded characters beside them', () => {
    const find = compileJsonMatcher({ identifiers: ['THING1'], match: 'word', case: 'exact' })
    const isFound = (text: string): boolean => find(Buffer.from(text), 0) >= 0
    assert.ok(isFound(String.raw`{"log":"first\nTHING1 second"}`))
    assert.ok(isFound(String.raw`{"log":"\u0020THING\u0031\tx"}`))
    assert.ok(!isFound(String.raw`{"log":"\u0041THING1"}`))
    assert.ok(!isFound(String.raw`{"log":"\\nTHING1"}`))
    assert.ok(!isFound(String.raw`{"log":"\u0054HING1\u0030"}`))
  })

  test('identifiers are found in the bytes and in decoded strings, and nowhere else', () => {
    const word = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 2, maxLength: 5 })
    const spelled = fc.array(fc.tuple(fc.constantFrom(...alphabet), fc.nat(3)), { maxLength: 24 })
    const spec = fc.record({
      identifiers: fc.array(word, { minLength: 1, maxLength: 6 }),
      match: fc.constantFrom('text' as const, 'word' as const),
      case: fc.constantFrom('exact' as const, 'ignore' as const)
    })
    fc.assert(
      fc.property(spec, fc.array(fc.tuple(spelled, spelled), { minLength: 1, maxLength: 6 }), (wanted, pairs) => {
        const find = compileJsonMatcher(wanted)
        const lines = pairs.map(([key, value]) => `{"${spell(key)}":"${spell(value)}"}\n`)
        const block = Buffer.from(lines.join(''))
        const found = new Set<number>()
        for (let hit = find(block, 0); hit >= 0; ) {
          found.add(block.toString('latin1', 0, hit).split('\n').length - 1)
          hit = find(block, block.indexOf(0x0a, hit) + 1)
        }
        const expected = lines.flatMap((line, index) => (isHeldBy(line, wanted) ? [index] : []))
        assert.deepEqual([...found], expected, block.toString())
      }),
      { seed: 20231001, numRuns: 4000 }
    )
  })

  test('identifiers are found in linear time among endless backslashes', () => {
    const block = Buffer.alloc(4 * 1024 * 1024, '\\')
    const find = compileJsonMatcher({ identifiers: [String.raw`\\x`, 'a/b'], match: 'text', case: 'exact' })
    const started = process.cpuUsage()
    assert.equal(find(block, 0), -1)
    assert.ok(process.cpuUsage(started).user < 5e6)
  })
})

/** JSON's spelling of characters: as it is where it may be, short, or `\u` in one case or the other. */
function spell(characters: readonly (readonly [string, number])[]): string {
  return characters
    .map(([character, way]) => {
      const codes = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      const long = codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')
      if (way === 2) return long
      if (way === 3) return long.replace(/[a-f]/g, (digit) => digit.toUpperCase())
      if (character === '"' || character === '\\' || (character === '/' && way === 1)) return `\\${character}`
      return character
    })
    .join('')
}

function isHeldBy(line: string, { identifiers, match, case: letters }: MatchSpec): boolean {
  const texts = [line.trimEnd(), ...Object.entries(JSON.parse(line)).flat().map(String)]
  const fold = (text: string): string =>
    letters === 'ignore' ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text
  return identifiers.some((identifier) =>
    texts.some((text) => {
      const [inside, wanted] = [Buffer.from(fold(text)), Buffer.from(fold(identifier))]
      for (let at = inside.indexOf(wanted); at >= 0; at = inside.indexOf(wanted, at + 1)) {
        const neighbours = [inside[at - 1], inside[at + wanted.length]]
        const touches = neighbours.some(
          (byte) => byte !== undefined && byte < 128 && /\w/.test(String.fromCharCode(byte))
        )
        if (match === 'text' || !touches) return true
      }
      return false
    })
  )
}
