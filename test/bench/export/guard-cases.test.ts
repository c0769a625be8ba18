import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { type Floors, floorOf, guardCases, judge } from '../../../bench/export/guard-cases.ts'

const floors: Floors = { measured: 'here', floors: { big: 3.5 } }

describe('the guard', () => {
  it('fails what is below its floor, and what has none', () => {
    assert.equal(judge('big', 3.5, floors), 'ok')
    assert.equal(judge('big', 3.49, floors), 'below')
    assert.equal(judge('big', Number.NaN, floors), 'below')
    assert.equal(judge('new', 9, floors), 'no floor')
  })

  it('keeps floors a quarter under what was seen', () => {
    assert.equal(floorOf(5), 3.75)
    assert.equal(judge('big', 4.9, { ...floors, floors: { big: floorOf(5) } }), 'ok')
  })

  it('has a recorded floor for every case', () => {
    const path = new URL('../../../bench/export/floors.json', import.meta.url)
    const recorded: Floors = JSON.parse(readFileSync(path, 'utf8'))
    assert.deepEqual(Object.keys(recorded.floors).sort(), guardCases.map(({ name }) => name).sort())
    assert.match(recorded.measured, /^\d{4}-\d\d-\d\d, medians of \d+ paired rounds on /)
  })
})
