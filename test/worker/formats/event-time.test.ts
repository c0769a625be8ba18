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
  assert.equal(isoTimeMs('2023/10/01 12:00:00 GMT'), noon)
  assert.equal(isoTimeMs('2023-10-01 21:00:00+09'), noon)
  assert.equal(isoTimeMs('2023-10-01T21:00:00+09:00[Asia/Tokyo]'), noon)
  assert.equal(isoTimeMs('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29))
})

test('a text that is no time has none', () => {
  for (const text of [
    '',
    'now',
    '2023-10-01',
    '2023-13-01T00:00:00Z',
    '2023-10/01 00:00:00',
    '2023-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-10-01T24:00:00Z',
    '20231001',
    '1999-12-31T23:59:59Z',
    '2023-10-01T00:00:00+19:00',
    '2023-10-01T00:00:00+09:60'
  ]) {
    assert.equal(isoTimeMs(text), undefined, text)
  }
  assert.equal(clfTimeMs('31/Abc/2023:00:00:00 +0000'), undefined)
  for (const value of [null, true, {}, [], '', 'x', -1, 0, 42, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    assert.equal(valueTimeMs(value), undefined, String(value))
  }
})

test('a zone that is not understood makes a text no time', () => {
  const time = '2023-10-01 12:00:00'
  for (const zone of [' JST', ' CEST', '+9', ' Europe/Berlin', '[Asia/Tokyo]', ' EST5EDT', '+0', ' +09:0']) {
    assert.equal(isoTimeMs(time + zone), undefined, zone)
  }
  for (const zone of [' JST', ' CEST', '+9', ' Europe/Berlin', '[Asia/Tokyo]', '+19:00', ' +09', ' -85']) {
    assert.equal(firstTimeMs(`${time}${zone} it began`), undefined, zone)
  }
  for (const rest of [' GET /', '[main] INFO', ' - it began', ' Zebra', ', Tokyo/1', '', ' ERROR', '|x']) {
    assert.equal(firstTimeMs(time + rest), Date.UTC(2023, 9, 1, 12), rest)
  }
  assert.equal(firstTimeMs(`${time}+09:00 it began`), Date.UTC(2023, 9, 1, 3))
  assert.equal(firstTimeMs(`${time} -0130 it began`), Date.UTC(2023, 9, 1, 13, 30))
})

test('a text without a zone is local time of the zone that is given', () => {
  const read = (text: string, zone: string) => new Date(isoTimeMs(text, zone)!).toISOString()
  assert.equal(read('2023-10-01T12:00:00', 'Asia/Tokyo'), '2023-10-01T03:00:00.000Z')
  assert.equal(read('2023-10-01T12:00:00Z', 'Asia/Tokyo'), '2023-10-01T12:00:00.000Z')
  assert.equal(read('2023-10-01T12:00:00', 'Asia/Kathmandu'), '2023-10-01T06:15:00.000Z')
  // Clocks go forward at 02:00, and back at 03:00.
  assert.equal(read('2023-03-26T01:59:59', 'Europe/Berlin'), '2023-03-26T00:59:59.000Z')
  assert.equal(read('2023-03-26T02:30:00', 'Europe/Berlin'), '2023-03-26T01:30:00.000Z')
  assert.equal(read('2023-03-26T03:00:00', 'Europe/Berlin'), '2023-03-26T01:00:00.000Z')
  assert.equal(read('2023-10-29T02:30:00', 'Europe/Berlin'), '2023-10-29T00:30:00.000Z')
  assert.equal(read('2023-10-29T03:00:00', 'Europe/Berlin'), '2023-10-29T02:00:00.000Z')
  assert.equal(read('2023-03-12T12:00:00', 'America/Los_Angeles'), '2023-03-12T19:00:00.000Z')
  assert.equal(valueTimeMs('2023-10-01 12:00:00', 'Pacific/Auckland'), Date.UTC(2023, 8, 30, 23))
  assert.equal(firstTimeMs('2023/10/01 12:00:00 [error]', 'Asia/Tokyo'), Date.UTC(2023, 9, 1, 3))
})

test('a count since the start of a device is no time', () => {
  for (const count of [3600, 108_000_000, 900_000_000, 108_000_000_000, 900_000_000_000, 9e14, 9e17]) {
    assert.equal(epochTimeMs(count), undefined, String(count))
  }
  assert.equal(epochTimeMs(946_684_800), Date.UTC(2000, 0, 1))
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
  assert.equal(valueTimeMs('06/Feb/2019:00:00:38 +0000'), Date.UTC(2019, 1, 6, 0, 0, 38))
})

test('a line gives the time that it begins with, and no other', () => {
  assert.equal(
    firstTimeMs('<14>1 2023-10-01T12:00:00.5Z host 2023-10-02T00:00:00Z'),
    Date.UTC(2023, 9, 1, 12, 0, 0, 500)
  )
  for (const start of ['', ' ', '[', '"', '(', '<14>', '<165>1 ']) {
    assert.equal(firstTimeMs(`${start}2023-10-01 12:00:00Z] text`), Date.UTC(2023, 9, 1, 12), start)
  }
  for (const line of [
    'Nov 29 10:30:00 gw-1 app[12]: valid from 2025-01-01 00:00:00 to 2028-01-01 00:00:00',
    'dev-1 2023-10-01T12:00:00Z',
    '1795948200.123 next 2027-01-05T03:00:00Z',
    '2023-10-01',
    '2023-10-01T12:00:000Z',
    '12023-10-01T12:00:00Z'
  ]) {
    assert.equal(firstTimeMs(line), undefined, line)
  }
})
