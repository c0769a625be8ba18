import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DocumentSplitter } from '../../../worker/formats/document-splitter.ts'
import { findList } from '../../../worker/formats/envelope.ts'
import { RecordPicker } from '../../../worker/formats/record-picker.ts'
import { RecordReader } from '../../../worker/formats/record-reader.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { chunksOf } from './read-records.ts'

const envelope = (from: number, count: number, logGroup = 'group', tail = {}): string =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup,
    logStream: 'stream',
    subscriptionFilters: ['f', '"logEvents":['],
    logEvents: Array.from({ length: count }, (_, at) => ({
      id: String(from + at),
      timestamp: 1_696_118_400_000 + at,
      message: `THING${from + at} "}{" ${'x'.repeat(20)}`
    })),
    ...tail
  })

const groupOf = (head: Buffer) => /"logGroup":"(\w+)"/.exec(head.toString())?.[1]

/** What comes of the text, by a splitter that splits envelopes over 300 bytes and allows documents of 1,000. */
function events(text: string, lengths: readonly number[]): string[] {
  const found: string[] = []
  const splitter = new DocumentSplitter(
    1000,
    (bytes, start, end) => void found.push(bytes.toString('utf8', start, end)),
    {
      envelopeKey: 'logEvents',
      splitBytes: 300,
      onHead: (head) => void found.push(head ? `head ${groupOf(head)}` : 'end'),
      onOverlong: (bytes, start, end) =>
        void found.push(`overlong ${end - start} ${bytes.toString('utf8', start, start + 5)}`)
    }
  )
  for (const chunk of chunksOf(Buffer.from(text), lengths)) splitter.push(chunk)
  splitter.finish(true)
  return found
}

describe('envelopes', () => {
  test('an envelope over the limit is split while it streams, wherever it is cut', () => {
    const small = envelope(0, 1)
    assert.ok(small.length < 300)
    const large = envelope(1, 9, 'a', { tail: { logEvents: [{ not: 'one' }] }, more: '}{' })
    const { logEvents } = JSON.parse(large)
    const list = ['head a', ...logEvents.map((event: object) => JSON.stringify(event)), 'end']
    const text = `${small}${large}\ntext {a}\n[${large},${small}]${small}`
    const expected = [small, ...list, 'text {a}', ...list, small, small]
    for (let at = 1; at < text.length; at++) assert.deepEqual(events(text, [at, text.length]), expected, `cut at ${at}`)
    assert.deepEqual(events(text, [1]), expected)
  })

  test('an envelope that was cut off does not take the next one with it', () => {
    const large = envelope(1, 9)
    const next = envelope(20, 9)
    for (const end of [large.indexOf('},{') + 1, large.length - 2, large.length - 1]) {
      for (const lengths of [[1], [7], [5000]]) {
        const found = events(`${large.slice(0, end)}${next}`, lengths)
        const last = JSON.parse(next).logEvents.map((event: object) => JSON.stringify(event))
        assert.deepEqual(found.slice(-11), ['head group', ...last, 'end'], `${end}`)
      }
    }
  })

  test('a document that is too long is passed over, wherever it is cut, and nothing behind it', () => {
    const long = `{"a":"${'\\\\"'.replace('\\\\', '\\').repeat(600)}","b":{"c":"}{"}}`
    const event = `{"e":"${'y'.repeat(1500)}"}`
    const good = '{"good":1}'
    const text = `${good}${long}${good}\n${'t'.repeat(1500)} {"x":1}\n${good}{"h":1,"logEvents":[${good},${event},${good}]}${good}`
    const expected = [good, 'overlong 1000 {"a":', good, 'overlong 1000 ttttt', good, 'head undefined', good]
    expected.push('overlong 1000 {"e":', good, 'end', good)
    for (let at = 1; at < text.length; at += 3)
      assert.deepEqual(events(text, [at, text.length]), expected, `cut at ${at}`)
    for (const lengths of [[1], [2, 5], [64]]) assert.deepEqual(events(text, lengths), expected)
  })

  test('the start of a list is found, or not, in any bytes', () => {
    const key = Buffer.from('"list"')
    const find = (text: string) => findList(Buffer.from(text), 0, key)
    assert.deepEqual(find('{"a":{"list":[1]},"b":"list","list" : [ 2'), { headEnd: 29, inside: 39 })
    assert.equal(find('{"a":"list","b":["list",[1]]}'), null)
    assert.equal(find('{"list":{"list":[]}}'), null)
    assert.equal(find('{"list":'), undefined)
    assert.equal(find(`{"a":"${'x'.repeat(70_000)}","list":[`), null)
    const marks = fc.array(fc.constantFrom('{', '}', '[', ']', '"list"', '"', '\\', ':', ',', ' '), { maxLength: 30 })
    fc.assert(
      fc.property(marks, (parts) => void find(`{${parts.join('')}`)),
      { seed: 20261130, numRuns: 3000 }
    )
  })

  test('any chunks of any marks give the same documents of an envelope', () => {
    const marks = fc.constantFrom(
      '{',
      '}',
      '"',
      '{"a":',
      '"logEvents":[',
      '{}',
      '[',
      ']',
      ',',
      '\\',
      '\n',
      ' ',
      'x'.repeat(90)
    )
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 60 }), (parts) => {
        const text = `{"logEvents":[${parts.join('')}`
        const whole = events(text, [text.length])
        for (const lengths of [[1], [7, 2], [100]]) assert.deepEqual(events(text, lengths), whole, text)
      }),
      { seed: 20261130, numRuns: 1000 }
    )
  })
})

describe('envelopes of cloudwatch', () => {
  const cloudwatch = findFormat('cloudwatch')

  test('the same records come of an envelope that is parsed whole and of one that is split', () => {
    const read = (maxParsedBytes: number) => {
      const records: unknown[] = []
      const reader = new RecordReader(cloudwatch, { maxRecordBytes: 1 << 20, maxParsedBytes }, ({ raw, ...rest }) =>
        records.push([raw.toString(), rest])
      )
      reader.push(Buffer.from(envelope(0, 50) + envelope(50, 50).replace('DATA', 'CONTROL') + envelope(100, 50)))
      reader.finish(true)
      return records
    }
    assert.equal(read(1 << 20).length, 100)
    assert.deepEqual(read(1000), read(1 << 20))
  })

  test('a picker gives the events with the identifier, or all of a group with it', () => {
    const pick = (identifier: string) => {
      let kept = ''
      const settings = { maxRecordBytes: 1 << 20, maxParsedBytes: 1000, output: 'raw' as const }
      const spec = { identifiers: [identifier], match: 'text', case: 'exact' } as const
      const picker = new RecordPicker(cloudwatch, spec, settings, (bytes, start, end) => {
        kept += bytes.toString('utf8', start, end)
      })
      picker.push(Buffer.from(envelope(0, 50, 'first') + envelope(50, 50, 'second')))
      picker.finish(true)
      return kept.split('\n').slice(0, -1)
    }
    assert.deepEqual(
      pick('THING77 ').map((line) => line.slice(0, 7)),
      ['THING77']
    )
    assert.deepEqual(pick('second').length, 50)
    assert.deepEqual(pick('absent'), [])
  })
})

test('a reader that keeps the start of what is too long loses no line or document behind it', () => {
  const long = 'x'.repeat(200_000)
  for (const [format, good, text] of [
    ['lines', 'good', `good\n${long}\ngood\n${long}`],
    ['json-concatenated', '{"good":1}', `{"good":1}{"a":"${long}"}{"good":1}{"a":"${long}`]
  ] as const) {
    for (const lengths of [[1000], [65_536], [text.length]]) {
      const records: string[] = []
      const reader = new RecordReader(findFormat(format), { maxRecordBytes: 100_000, keepsStart: true }, (record) =>
        records.push(record.parseError ? `${record.parseError} ${record.raw.length}` : record.raw.toString())
      )
      for (const chunk of chunksOf(Buffer.from(text), lengths)) reader.push(chunk)
      reader.finish(true)
      const start = 'longer than 100000 bytes, only its start is kept 65536'
      assert.deepEqual(records, [good, start, good, start], `${format} ${lengths}`)
    }
  }
})
