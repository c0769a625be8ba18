import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseWindow } from '../../../worker/contract/parse-window.ts'
import { compactWindow, typedWindow, type Window } from '../../../worker/contract/window.ts'

const now = Date.UTC(2023, 9, 5, 13, 30)

function windowOf(word: string): Window {
  const parsed = parseWindow(word, now, 7)
  assert.ok('window' in parsed, JSON.stringify(parsed))
  return parsed.window
}

function problemOf(word: string): string {
  const parsed = parseWindow(word, now, 7)
  assert.ok('problem' in parsed, JSON.stringify(parsed))
  return parsed.problem
}

describe('reading a date', () => {
  const day = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2), unit: 'day' }
  for (const word of [
    '2023/10/01',
    '2023-10-01',
    '20231001',
    '2023/10/01..2023-10-01',
    '2023/10/01T00..2023/10/01T24'
  ]) {
    it(`a date ${word} is the whole day`, () => assert.deepEqual(windowOf(word), day))
  }

  it('today and yesterday are days in UTC', () => {
    assert.equal(typedWindow(windowOf('today')), '2023-10-05')
    assert.equal(typedWindow(windowOf('Yesterday')), '2023-10-04')
    assert.equal(typedWindow(windowOf('yesterday..today')), '2023-10-04..2023-10-05')
  })

  it('a range of days includes both ends', () => {
    assert.equal(compactWindow(windowOf('2023/10/01..2023/10/03')), '20231001-20231003')
    assert.equal(windowOf('2023/10/01\u20262023/10/03').toMs, Date.UTC(2023, 9, 4))
  })

  it('a range of hours excludes its end', () => {
    const hours = windowOf('2023/10/01T09..2023/10/01T12')
    assert.deepEqual(hours, { fromMs: Date.UTC(2023, 9, 1, 9), toMs: Date.UTC(2023, 9, 1, 12), unit: 'hour' })
    assert.equal(compactWindow(hours), '20231001T09-20231001T12')
    assert.equal(typedWindow(hours), '2023-10-01T09..2023-10-01T12')
    assert.equal(compactWindow(windowOf('2023/10/01T23')), '20231001T23-20231002T00')
  })

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['2023/13/01', /no month 13/],
    ['2023/02/29', /month 2 of 2023 has no day 29/],
    ['2023/10/00', /no day 0/],
    ['2023/10-01', /not a date/],
    ['01/10/2023', /not a date/],
    ['23/10/01', /not a date/],
    ['2023/10/01T25', /not an hour/],
    ['2023/10/06', /future.*2023-10-05/],
    ['2023/10/05T14..2023/10/05T15', /future/],
    ['2023/10/04..2023/10/06', /future/],
    ['2023/10/03..2023/10/01', /ends before it begins/],
    ['2023/10/01T09..2023/10/01T09', /ends before it begins/],
    ['2023/10/01..2023/10/01T09', /mixes a day and an hour/],
    ['2023/09/01..2023/09/08', /8 days: at most 7/],
    ['2023/09/01..2023/09/02..2023/09/03', /more than one "\.\."/],
    ['', /not a date/]
  ]
  for (const [word, problem] of mistakes) {
    it(`a date "${word}" is rejected`, () => assert.match(problemOf(word), problem))
  }

  it('the longest allowed range is accepted', () => {
    assert.equal(compactWindow(windowOf('2023/09/01..2023/09/07')), '20230901-20230907')
  })
})
