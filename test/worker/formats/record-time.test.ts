import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dayMs } from '../../../worker/contract/window.ts'
import { isCredible, RecordTimes } from '../../../worker/formats/record-time.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords, readRecords } from './read-records.ts'

const keyTimeMs = Date.UTC(2025, 2, 4, 14)
const fieldsTime = (fields: object, times = new RecordTimes()): string | undefined => {
  const timeMs = times.ofFields(fields as never)
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString()
}

describe('the time of a record', () => {
  it('the time of a record stands under the names that loggers and services use', () => {
    const noon = '2025-03-04T12:00:00.000Z'
    const seconds = Date.parse(noon) / 1000
    for (const fields of [
      { event_timestamp: String(seconds) },
      { digestEndTime: '2025-03-04T12:00:00Z' },
      { '@t': '2025-03-04T12:00:00.0000000Z' },
      { requestTime: '04/Mar/2025:12:00:00 +0000' },
      { request_time: '04/Mar/2025:13:00:00 +0100' },
      { query_timestamp: '2025-03-04T12:00:00Z' },
      { requestReceivedTimestamp: '2025-03-04T12:00:00.000000Z' },
      { configurationItemCaptureTime: '2025-03-04T12:00:00.000Z' },
      { timeUnixNano: `${seconds}000000000` },
      { __REALTIME_TIMESTAMP: `${seconds}000000` },
      { date: '2025-03-04', time: '12:00:00' },
      { Date: '2025/03/04', Time: '14:00:00+02:00' },
      { createdAt: '2020-01-01T00:00:00Z', updatedAt: noon },
      { createdAt: '2020-01-01T00:00:00Z', date: '2025-03-04', time: '12:00' },
      { startTime: '2020-01-01T00:00:00Z', ts: seconds + 0.0004 }
    ]) {
      assert.equal(fieldsTime(fields), noon, JSON.stringify(fields))
    }
  })

  it('the time of a record is no date alone, no time of day alone, and no nested or foreign time', () => {
    for (const fields of [
      { date: '2025-03-04' },
      { timestamp: '2025-03-04', time: '12:00:00' },
      { date: 20250304, time: '12:00:00' },
      { installed: '2025-03-04T12:00:00Z' },
      { request_time: 0.005 },
      { t: 21.5 }
    ]) {
      assert.equal(fieldsTime(fields), undefined, JSON.stringify(fields))
    }
  })

  it('the time of a record is near the time of its key', () => {
    assert.ok(isCredible(keyTimeMs - 400 * dayMs, keyTimeMs))
    assert.ok(isCredible(keyTimeMs + 2 * dayMs, keyTimeMs))
    assert.ok(!isCredible(keyTimeMs - 400 * dayMs - 1, keyTimeMs))
    assert.ok(!isCredible(keyTimeMs + 2 * dayMs + 1, keyTimeMs))
    assert.ok(isCredible(0, undefined))
  })

  it('the time of a record is the first credible one', () => {
    const fields = { timestamp: '2021-01-01T00:00:00Z', time: '2036-02-07T06:28:16Z', ts: '2025-03-04T13:00:00Z' }
    assert.equal(fieldsTime(fields), '2021-01-01T00:00:00.000Z')
    assert.equal(fieldsTime(fields, new RecordTimes(keyTimeMs)), '2025-03-04T13:00:00.000Z')
  })

  it('the time of a record counts the same way in an export, object by object', () => {
    const times = new RecordTimes(keyTimeMs)
    const window = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, keepsUntimed: false }
    const [old, recent] = [
      '{"d":"THING1","ts":"2022-03-04T00:00:00Z"}\n',
      '{"d":"THING1","ts":"2025-03-04T00:00:00Z"}\n'
    ]
    const picked = pickRecords(
      findFormat('json-lines'),
      [Buffer.from(old + recent)],
      { identifiers: ['THING1'] },
      { window, times }
    )
    assert.equal(picked.text, recent)
  })
})

describe('a record without a time', () => {
  it('a record without a time is no parse error if the fields of its log can be chosen', () => {
    const flow = 'interface-id srcaddr dstaddr\neni-1 10.0.0.1 10.0.0.2\n'
    const front = '#Version: 1.0\n#Fields: c-ip sc-status\n192.0.2.1\t200\n'
    for (const [format, text] of [
      ['vpc-flow', flow],
      ['cloudfront', front]
    ] as const) {
      const { records } = readRecords(findFormat(format), Buffer.from(text))
      assert.deepEqual(
        records.map(({ timeMs, parseError }) => [timeMs, parseError]),
        [[undefined, undefined]]
      )
    }
  })
})
