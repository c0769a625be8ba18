import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { quoteItem, splitList, splitWords } from '../../../worker/contract/words.ts'

const texts = (word: string): string[] => splitList(word).map((item) => item.text)

describe('splitting a line into words', () => {
  it('knows the spaces that phones and input methods type', () => {
    assert.deepEqual(splitWords('  THING00001\u00a0telemetry\u3000 2023/10/01\u200b '), [
      'THING00001',
      'telemetry',
      '2023/10/01'
    ])
  })

  it('keeps what stands between quotes together, curly ones too', () => {
    assert.deepEqual(splitWords('\u201cTHING 1\u201d telemetry'), ['\u201cTHING 1\u201d', 'telemetry'])
    assert.deepEqual(splitWords('"a b","c d" x'), ['"a b","c d"', 'x'])
  })

  it('takes a quote that is never closed for an ordinary letter', () => {
    assert.deepEqual(splitWords('"abc telemetry today'), ['"abc', 'telemetry', 'today'])
  })
})

describe('splitting a word into items', () => {
  it('knows the commas of input methods and drops trailing ones', () => {
    assert.deepEqual(texts('a1\uff0cb2\u3001c3,,d4,'), ['a1', 'b2', 'c3', 'd4'])
  })

  it('takes quotes off and keeps what they held as it was', () => {
    assert.deepEqual(texts('"a, b",\u201cc\u00a0d\u201d'), ['a, b', 'c\u00a0d'])
    assert.deepEqual(texts('"say \\"hi\\" \\\\ there"'), ['say "hi" \\ there'])
  })

  it('leaves quotes inside an item alone', () => {
    assert.deepEqual(texts('{"a":1},"b"c'), ['{"a":1}', '"b"c'])
  })
})

describe('quoting', () => {
  it('is undone by splitting, whatever the text', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (items) => {
        const line = items.map(quoteItem).join(',')
        assert.deepEqual(splitWords(`${line} next`), [line, 'next'])
        assert.deepEqual(texts(line), items)
      })
    )
  })
})
