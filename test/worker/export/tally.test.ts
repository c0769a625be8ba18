import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Layout, parseLayout } from '../../../worker/contract/layout.ts'
import { noOutcomes } from '../../../worker/contract/outcome.ts'
import { Tally } from '../../../worker/export/tally.ts'

const hourly = layoutOf('telemetry/{yyyy}/{MM}/{dd}/{HH}/')
const reversed = layoutOf('{HH}/{dd}/{MM}/{yyyy}/')
const daily = layoutOf('lifecycle/{yyyy}/{MM}/{dd}/')

describe('lines by hour', () => {
  it('lines by hour are the sum of all categories in each hour of the window', () => {
    using tally = tallyOf([
      [0, { 'telemetry/2023/10/01/22/': 2 }],
      [0, { 'telemetry/2023/10/01/22/': 1, 'telemetry/2023/10/02/00/': 5 }],
      [1, { '22/01/10/2023/': 7, '01/02/10/2023/': 9 }]
    ])
    const window = { fromMs: Date.UTC(2023, 9, 1, 22), toMs: Date.UTC(2023, 9, 2, 2), unit: 'hour' } as const
    assert.deepEqual(tally.linesByHour([hourly, reversed], window), [10, 0, 5, 9])
    assert.equal(tally.linesOf(0), 8)
  })

  it('lines by hour are left out when the keys of one category have no hour', () => {
    using tally = tallyOf([[0, { 'telemetry/2023/10/01/22/': 2 }]])
    const window = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2), unit: 'day' } as const
    assert.deepEqual(tally.linesByHour([hourly, daily], window), [])
    assert.equal(tally.linesByHour([hourly], window).length, 24)
  })
})

function tallyOf(slices: readonly (readonly [category: number, Readonly<Record<string, number>>])[]): Tally {
  const tally = new Tally(2, 0)
  for (const [category, byPrefix] of slices) {
    const linesByPrefix = new Map(Object.entries(byPrefix))
    const lines = [...linesByPrefix.values()].reduce((sum, one) => sum + one, 0)
    tally.addSlice(category, { counts: noOutcomes(), notRead: [], warnings: [], lines, linesByPrefix })
  }
  return tally
}

function layoutOf(template: string): Layout {
  const parsed = parseLayout(template)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.layout
}
