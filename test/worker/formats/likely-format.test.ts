import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FitCheck } from '../../../worker/formats/fit-check.ts'
import { likelyFormat } from '../../../worker/formats/likely-format.ts'
import { RecordPicker } from '../../../worker/formats/record-picker.ts'
import { findFormat } from '../../../worker/formats/registry.ts'

const likely = (text: string) => likelyFormat(Buffer.from(text))
const joined = (records: number) => ({ hint: 'json-concatenated', records })

describe('likely format', () => {
  test('the likely format counts the documents that share a line', () => {
    assert.deepEqual(likely('{"a":1}{"b":2}{}'), joined(3))
    assert.deepEqual(likely('{"a":"}{"} {"b":"\\\\"},{"c":"\\"}{"}\r{"d":{"e":1}}\r'), joined(4))
    assert.deepEqual(likely('{"a":1}{"b":2}{"cut'), joined(2))
    assert.deepEqual(likely('[{"a":1},{"b":[{}]}]\r'), joined(2))
    assert.deepEqual(likely('[ {"a":1} ],'), joined(1))
  })

  test('the likely format is not guessed for a line that may be one record', () => {
    const single = ['', '{', '[', '{"a":"}{"}', '{"a":[{},{}]}', '{"a":1}', ' {"a":{"b":{}}} \r', '{"a":1} {b}', '[]']
    const text = [
      '[{"a":1}] done',
      '[INFO] {"a":1}{"b":2}',
      '[1,2]',
      'sent {"a":1}{"b":2}',
      '"a": 1',
      '  "quoted" text',
      '}{'
    ]
    for (const line of [...single, ...text]) assert.equal(likely(line), undefined, line)
  })

  test('the likely format knows a piece of a document that was printed over several lines', () => {
    const piece = { hint: 'json-concatenated (documents over several lines)', records: 1 }
    assert.deepEqual(likely('  "device": "THING00001",'), piece)
    assert.deepEqual(likely('\t"a \\" b" : {'), piece)
    assert.equal(likely(`  "${'a'.repeat(5000)}": 1`), undefined)
  })

  test('the likely format of any documents is the number of them', () => {
    const document = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value))
    const separator = fc.constantFrom('', ' ', ', ', '\r', '\x1e')
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 8 }), separator, (documents, between) => {
        const count = documents.length
        assert.deepEqual(likely(documents.join(between)), count > 1 ? joined(count) : undefined)
        assert.deepEqual(likely(`[${documents.join(',')}]`), joined(count))
      }),
      { seed: 20261130, numRuns: 500 }
    )
  })

  test('the likely format of any bytes is found without an error', () => {
    const bytes = fc.array(fc.constantFrom(...Buffer.from('{}[]"\\:, \r\ta')), { maxLength: 60 })
    fc.assert(
      fc.property(bytes, (line) => void likelyFormat(Buffer.from(line))),
      { seed: 20261130, numRuns: 5000 }
    )
  })
})

describe('fit check', () => {
  const lines = ['{"a":1}', 'text }{', '{"b":"}{"}', '[INFO] }{', '{"c":1}{"d":2}{"e":3}', '[{"f":1},{"g":2}]']

  test('the fit check finds the first line that does not fit, however many lines come at once', () => {
    for (let first = 0; first < 6; first++) {
      const rotated = [...lines.slice(first), ...lines.slice(0, first)]
      const block = Buffer.from(rotated.map((line) => `${line}\n`).join(''))
      const expected = rotated.findIndex((line) => line.startsWith('[{') || line.includes('"d"'))
      const note = {
        code: 'format-mismatch',
        count: rotated[expected]!.startsWith('[') ? 2 : 3,
        hint: 'json-concatenated'
      }
      const ends = rotated.map((_, index) => rotated.slice(0, index + 1).join('\n').length + 1)
      for (let cuts = 0; cuts < 2 ** (ends.length - 1); cuts++) {
        const check = new FitCheck()
        let start = 0
        for (const [index, end] of ends.entries()) {
          if (index < ends.length - 1 && (cuts & (1 << index)) === 0) continue
          check.check(block, start, end)
          start = end
        }
        assert.deepEqual(check.takeNotes(), [note], `${rotated} cut by ${cuts.toString(2)}`)
        assert.deepEqual(check.takeNotes(), [])
      }
    }
  })

  test('the fit check has no word on lines of text and of one document each', () => {
    const check = new FitCheck()
    const block = Buffer.from('{"a":"}{"}\n[x]\n{"a":[{},{}]}\ntext {"a":1}{"b":2}\n')
    check.check(block, 0, block.length)
    assert.deepEqual(check.takeNotes(), [])
  })
})

describe('misfits of a record picker', () => {
  const documents = Array.from({ length: 20 }, (_, index) => `{"device":"THING${index}","timestamp":1696118400000}`)
  const misfits = (format: string, output: 'raw' | 'json', text: string) => {
    const settings = { maxRecordBytes: 1 << 20, output }
    const spec = { identifiers: ['THING1'], match: 'text', case: 'exact' } as const
    const picker = new RecordPicker(findFormat(format), spec, settings, () => {})
    picker.push(Buffer.from(text))
    picker.finish(true)
    return picker
      .takeNotes()
      .flatMap(({ code, count, hint }) => (code === 'format-mismatch' && count > 0 ? [[count, hint]] : []))
  }

  test('twenty documents on a line are counted in every format of lines and every output', () => {
    for (const format of ['lines', 'json-lines', 'waf', 'alb', 'vpc-flow']) {
      for (const output of ['raw', 'json'] as const) {
        const text = `${documents.join('')}\n`
        assert.deepEqual(misfits(format, output, text), [[20, 'json-concatenated']], `${format} ${output}`)
      }
    }
  })

  test('matching lines that cannot be parsed are counted, in raw output too', () => {
    assert.deepEqual(misfits('json-lines', 'raw', 'THING1 one\n{"a":"THING1"}\nTHING1 two\nother\n'), [[2, undefined]])
    assert.deepEqual(misfits('alb', 'json', 'THING1 one\nother\n'), [[1, undefined]])
    assert.deepEqual(misfits('lines', 'raw', 'THING1 one\nTHING1 two\n'), [])
    assert.deepEqual(misfits('json-concatenated', 'json', '{"a":"THING1"}\nTHING1 two\n{"a":1}'), [[1, undefined]])
  })
})
