import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords } from './read-records.ts'
import { samples } from './samples.ts'

const line = (time: string, text: string): string => `${time} ${text}\n`
const day = [
  line('2023-09-30T23:59:59.999Z', 'THING00001 before'),
  line('2023-10-01T00:00:00.000Z', 'THING00001 first'),
  line('2023-10-01T12:00:00.000Z', 'THING00002 other'),
  'THING00001 untimed\n',
  line('2023-10-01T23:59:59.999Z', 'THING00001 last'),
  line('2023-10-02T00:00:00.000Z', 'THING00001 after')
]
const window = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2) }
const identifiers = ['THING00001']

describe('record picker', () => {
  test('the record picker keeps the bytes of matching lines, runs of them at once', () => {
    const bytes = Buffer.from(`${day.join('')}\xff THING00001 \r\n THING00001 unterminated`, 'latin1')
    const expected = `${[0, 1, 3, 4, 5].map((index) => day[index]).join('')}\xff THING00001 \r\n THING00001 unterminated\n`
    for (const lengths of [[bytes.length], [1], [50]]) {
      const picked = pickRecords(findFormat('lines'), [bytes], { identifiers }, { lengths })
      assert.deepEqual(picked, { text: expected, records: 7 })
    }
  })

  test('the record picker keeps objects apart', () => {
    const picked = pickRecords(findFormat('lines'), [Buffer.from('THING0'), Buffer.from('0001')], { identifiers })
    assert.equal(picked.records, 0)
    const documents = pickRecords(
      findFormat('json-concatenated'),
      [Buffer.from('{"a":"THING0'), Buffer.from('0001"}')],
      { identifiers }
    )
    assert.equal(documents.records, 0)
  })

  test('the record picker selects by the time of the record: the first instant counts, the end does not', () => {
    const bytes = Buffer.from(day.join(''))
    const kept = (keepsUntimed: boolean) =>
      pickRecords(findFormat('lines'), [bytes], { identifiers }, { window: { ...window, keepsUntimed } }).text
    assert.equal(kept(true), [1, 3, 4].map((index) => day[index]).join(''))
    assert.equal(kept(false), [1, 4].map((index) => day[index]).join(''))
  })

  test('the record picker selects log events by their own time, not by their envelope', () => {
    const { fromMs } = window
    const events = [-1, 0, 1].map((offset) => ({ id: '', timestamp: fromMs + offset, message: `THING00001 ${offset}` }))
    const envelope = { messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logStream: 's', logEvents: events }
    const settings = { window: { ...window, keepsUntimed: false }, output: 'raw' as const }
    const { text } = pickRecords(
      findFormat('cloudwatch'),
      [Buffer.from(JSON.stringify(envelope))],
      { identifiers },
      settings
    )
    assert.equal(text, 'THING00001 0\nTHING00001 1\n')
  })

  test('the record picker finds an identifier within one document only', () => {
    const bytes = Buffer.from('{"a":"x"}{"b":"y"}{"c":"}{"}')
    const count = (identifier: string) =>
      pickRecords(findFormat('json-concatenated'), [bytes], { identifiers: [identifier] }).records
    assert.equal(count('"}{"'), 1)
    assert.equal(count('"x"}{"b'), 0)
    assert.equal(count(':"}{'), 1)
    assert.equal(count('"b":"y"}'), 1)
    assert.equal(count('{"'), 3)
  })

  test('the record picker writes readable text and JSON of matching lines only', () => {
    const picked = (output: 'text' | 'json') =>
      pickRecords(findFormat('alb'), [samples.alb], { identifiers: ['fixed-response'] }, { output })
    assert.match(
      picked('text').text,
      /^type=https time=2022-12-06T17:42:19.086095Z .* actions_executed=fixed-response\n$/
    )
    assert.equal(JSON.parse(picked('json').text).elb_status_code, 404)
    assert.equal(picked('json').records, 1)
  })

  test('the record picker keeps a matching document that cannot be parsed, marked', () => {
    const bytes = Buffer.from('{"a":"THING00001"{"b":1}\n{"c":"THING00001"}')
    const { text, records } = pickRecords(findFormat('json-concatenated'), [bytes], { identifiers })
    assert.equal(records, 2)
    const [broken, whole] = text
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one))
    assert.deepEqual(broken, { parse_error: 'not valid JSON', raw: '{"a":"THING00001"{"b":1}' })
    assert.deepEqual(whole, { c: 'THING00001' })
  })

  test('the record picker does not parse a document that is longer than is parsed, and keeps it', () => {
    const long = `{"a":"THING00001","b":"${'x'.repeat(5000)}"}`
    const settings = { maxParsedBytes: 4000, output: 'raw' as const }
    const { text } = pickRecords(findFormat('cloudwatch'), [Buffer.from(long)], { identifiers }, settings)
    assert.equal(text, `${long}\n`)
  })
})
