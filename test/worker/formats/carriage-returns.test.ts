import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords, readRecords } from './read-records.ts'

const text = Buffer.from('{"n":0,"t":"dev-1"}\n{"n":1,"t":"dev-1"}\r{"n":2,"t":"dev-2"}\r\n{"n":3,\r"t":"dev-2"}')

for (const name of ['waf', 'json-lines']) {
  test(`${name} reads documents with a carriage return between them, and one with it inside`, () => {
    const { records } = readRecords(findFormat(name), text)
    assert.deepEqual(
      records.map(({ raw, parseError }) => [raw, parseError]),
      [
        ['{"n":0,"t":"dev-1"}', undefined],
        ['{"n":1,"t":"dev-1"}', undefined],
        ['{"n":2,"t":"dev-2"}', undefined],
        ['{"n":3,\r"t":"dev-2"}', undefined]
      ]
    )
    const whole = readRecords(findFormat(name), Buffer.from('{"a":\r1}\r\n{}\r{cut\r\n')).records
    assert.deepEqual(
      whole.map(({ raw }) => raw),
      ['{"a":\r1}\r', '{}\r{cut\r']
    )
  })

  test(`${name} picks only the documents with a hit, and keeps stored lines in raw output`, () => {
    const pick = (output: 'raw' | 'json') =>
      pickRecords(findFormat(name), [text], { identifiers: ['dev-1'] }, { output })
    assert.equal(pick('json').text, '{"n":0,"t":"dev-1"}\n{"n":1,"t":"dev-1"}\n')
    assert.equal(pick('raw').text, '{"n":0,"t":"dev-1"}\n{"n":1,"t":"dev-1"}\r{"n":2,"t":"dev-2"}\r\n')
  })
}
