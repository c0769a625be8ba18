import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clfTimeMs, epochTimeMs, firstTimeMs, isoTimeMs, valueTimeMs } from '../../../worker/formats/event-time.ts'

test('ISO 8601 times are read in the spellings that logs have', () => {
  const noon = Date.UTC(2023, 9, 1, 12)
  for (const text of ['2023-10-01T12:00:00Z', '2023-10-01 12:00:00', '2023-10-01T12:00', '2023-10-01T21:00:00+0900']) {
    assert.equal(isoTimeMs(text), noon, text)
  }
  assert.equal(isoTimeMs('2023-10-01T12:00:00.123456Z'), noon + 123)
  assert.equal(isoTimeMs('2023-10-01 12:00:00,999'), noon + 999)
  assert.equal(isoTimeMs('2023-10-01T10:30:00.0-01:30'), noon)
  assert.equal(isoTimeMs('2023-10-01'), Date.UTC(2023, 9, 1))
  assert.equal(isoTimeMs('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29))
})

test('a text that is no time has none', () => {
  for (const text of [
    '',
    'now',
    '2023-13-01',
    '2023-02-29',
    '2023-04-31T00:00:00Z',
    '2023-10-01T24:00:00Z',
    '20231001'
  ]) {
    assert.equal(isoTimeMs(text), undefined, text)
  }
  assert.equal(clfTimeMs('31/Abc/2023:00:00:00 +0000'), undefined)
  for (const value of [null, true, {}, [], '', 'x', -1, 0, 42, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    assert.equal(valueTimeMs(value), undefined, String(value))
  }
})

test('the unit of a count since 1970 follows from its size', () => {
  for (const count of [1696118400, 1696118400000, 1696118400000000, 1696118400000000000]) {
    assert.equal(epochTimeMs(count), 1696118400000, String(count))
  }
  assert.equal(epochTimeMs(1696118400.25), 1696118400250)
  assert.equal(valueTimeMs('1696118400000'), 1696118400000)
})

test('the Common Log Format is read with its offset', () => {
  assert.equal(clfTimeMs('06/Feb/2019:00:00:38 +0000'), Date.UTC(2019, 1, 6, 0, 0, 38))
  assert.equal(clfTimeMs('06/Feb/2019:09:00:38 +0900'), Date.UTC(2019, 1, 6, 0, 0, 38))
})

test('a line gives the first time near its beginning', () => {
  assert.equal(
    firstTimeMs('<14>1 2023-10-01T12:00:00.5Z host 2023-10-02T00:00:00Z'),
    Date.UTC(2023, 9, 1, 12, 0, 0, 500)
  )
  assert.equal(firstTimeMs(`${'x'.repeat(300)} 2023-10-01T12:00:00Z`), undefined)
})
