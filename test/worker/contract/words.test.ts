import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { quoteItem, splitList, splitWords } from '../../../worker/contract/words.ts'

describe('splitting a line into words', () => {
  it('a line is split at the spaces that phones and input methods type', () => {
    assert.deepEqual(splitWords('  THING00001\u00a0telemetry\u3000 2023/10/01\u200b '), [
      'THING00001',
      'telemetry',
      '2023/10/01'
    ])
  })

  it('quoted text stays one word, with curly quotes too', () => {
    assert.deepEqual(splitWords('\u201cTHING 1\u201d telemetry'), ['\u201cTHING 1\u201d', 'telemetry'])
    assert.deepEqual(splitWords('"a b","c d" x'), ['"a b","c d"', 'x'])
  })

  it('an unclosed quote is an ordinary character', () => {
    assert.deepEqual(splitWords('"abc telemetry today'), ['"abc', 'telemetry', 'today'])
  })
})

describe('splitting a word into items', () => {
  it('a word is split at the commas of input methods, without empty items at the end', () => {
    assert.deepEqual(splitList('a1\uff0cb2\u3001c3,,d4,'), ['a1', 'b2', 'c3', 'd4'])
  })

  it('quotes are removed and their content stays', () => {
    assert.deepEqual(splitList('"a, b",\u201cc\u00a0d\u201d'), ['a, b', 'c\u00a0d'])
    assert.deepEqual(splitList('"say \\"hi\\" \\\\ there"'), ['say "hi" \\ there'])
  })

  it('quotes inside an item stay', () => {
    assert.deepEqual(splitList('{"a":1},"b"c'), ['{"a":1}', '"b"c'])
  })
})

describe('quoting', () => {
  it('quoted words are the same after splitting, for any text', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (items) => {
        const line = items.map(quoteItem).join(',')
        assert.deepEqual(splitWords(`${line} next`), [line, 'next'])
        assert.deepEqual(splitList(line), items)
      })
    )
  })
})
