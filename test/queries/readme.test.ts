import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readSavedQueries } from '../../worker/athena/saved-queries.ts'
import { formatDollars, queryDollars } from '../../worker/model/cost.ts'

const readme = readFileSync(new URL('../../queries/README.md', import.meta.url), 'utf8')
const rows = readme.split('\n').map((row) => row.split('|').map((cell) => cell.trim()))

/** Bytes of the sample day, as the page gives them. */
const sampleDay: Readonly<Record<string, number>> = Object.fromEntries(
  [...readme.matchAll(/([\d.]+) GB of (telemetry|command|lifecycle)/g)].map(([, size, name]) => [
    name!,
    Number(size) * 1e9
  ])
)

describe('the page for analysts', () => {
  it('the page describes the sample day', () => {
    assert.deepEqual(Object.keys(sampleDay).sort(), ['command', 'lifecycle', 'telemetry'])
  })

  for (const { name, answers, reads } of readSavedQueries().values()) {
    if (typeof reads === 'object' && 'formats' in reads) {
      it(`the page says what ${name} answers, and of which formats`, () => {
        const [row, ...more] = rows.filter((one) => one[1] === `\`${name}\``)
        assert.equal(more.length, 0)
        assert.deepEqual(row!.slice(2, 4), [answers, reads.formats.join(', ')])
      })
      continue
    }
    it(`the page says what ${name} answers and costs, and how to run it elsewhere`, () => {
      const [costs, elsewhere, ...more] = rows.filter((row) => row[1] === `\`${name}\``)
      assert.equal(more.length, 0)
      const named = reads === 'all' ? Object.keys(sampleDay) : reads === 'category' ? ['telemetry'] : reads
      const bytes = named.reduce((sum, category) => sum + sampleDay[category]!, 0)
      const shownReads = typeof reads === 'string' ? reads : reads.join(', ')
      const cost = (read: number): string => formatDollars(queryDollars(read))
      assert.deepEqual(costs!.slice(2, 6), [answers, shownReads, cost(bytes), cost(bytes / 24)])
      assert.match(elsewhere![2]!, /^`.*(?:fields|stats|filter) /)
    })
  }
})

describe('the price of a query', () => {
  it('is five dollars a terabyte, by the megabyte, and ten of them at least', () => {
    assert.equal(queryDollars(1e12), 5)
    assert.equal(queryDollars(0), queryDollars(10e6))
    assert.equal(queryDollars(10_000_001), queryDollars(11e6))
    assert.equal(formatDollars(2.055), '$2.06')
    assert.equal(formatDollars(0.0062345), '$0.0062')
    assert.equal(formatDollars(queryDollars(1)), '$0.00005')
  })
})
