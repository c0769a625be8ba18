import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../../worker/contract/key-order.ts'
import { type Layout, parseLayout, prefixesOf } from '../../../worker/contract/layout.ts'
import { dayMs, hourMs, type Window } from '../../../worker/contract/window.ts'

function layoutOf(template: string): Layout {
  const parsed = parseLayout(template)
  assert.ok('layout' in parsed, JSON.stringify(parsed))
  return parsed.layout
}

const day: Window = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2), unit: 'day' }
const hours: Window = { fromMs: Date.UTC(2023, 9, 1, 22), toMs: Date.UTC(2023, 9, 2, 1), unit: 'hour' }

describe('prefixes of a window', () => {
  it('the prefixes of a Firehose layout are its hours', () => {
    const prefixes = prefixesOf(layoutOf('telemetry/{yyyy}/{MM}/{dd}/{HH}/'), day)
    assert.equal(prefixes.length, 24)
    assert.equal(prefixes[0], 'telemetry/2023/10/01/00/')
    assert.equal(prefixes[23], 'telemetry/2023/10/01/23/')
  })

  it('hours narrow the prefixes', () => {
    const hive = layoutOf('logs/year={yyyy}/month={MM}/day={dd}/hour={HH}/')
    assert.deepEqual(prefixesOf(hive, hours), [
      'logs/year=2023/month=10/day=01/hour=22/',
      'logs/year=2023/month=10/day=01/hour=23/',
      'logs/year=2023/month=10/day=02/hour=00/'
    ])
  })

  it('the prefixes are days when the layout has no hours', () => {
    assert.deepEqual(prefixesOf(layoutOf('dt={yyyy}-{MM}-{dd}/'), hours), ['dt=2023-10-01/', 'dt=2023-10-02/'])
  })

  it('the prefixes of any template are in key order, and none is a prefix of another', () => {
    const parts = fc.shuffledSubarray(['{yyyy}', '{MM}', '{dd}', '{HH}'], { minLength: 4 })
    const separator = fc.constantFrom('/', '-', '', '=', '\u00e9/')
    fc.assert(
      fc.property(parts, separator, fc.nat(400), fc.integer({ min: 1, max: 7 }), (names, between, offset, days) => {
        const fromMs = Date.UTC(2023, 0, 1) + offset * dayMs
        const prefixes = prefixesOf(layoutOf(`p/${names.join(between)}`), {
          fromMs,
          toMs: fromMs + days * dayMs,
          unit: 'day'
        })
        assert.equal(prefixes.length, (days * dayMs) / hourMs)
        assert.deepEqual(prefixes, [...prefixes].sort(compareKeys))
        assert.equal(new Set(prefixes.map((prefix) => prefix.length)).size, 1)
      })
    )
  })
})

describe('a layout', () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['logs/{yyyy}/{MM}/', /\{dd\} is missing/],
    ['logs/{YYYY}/{MM}/{dd}/', /unknown placeholder \{YYYY\}/],
    ['logs/{yyyy}/{MM}/{dd/', /brace is not closed/],
    ['/logs/{yyyy}/{MM}/{dd}/', /begin with a slash/]
  ]
  for (const [template, problem] of mistakes) {
    it(`a layout is rejected: ${template}`, () => {
      const parsed = parseLayout(template)
      assert.ok('problem' in parsed)
      assert.match(parsed.problem, problem)
    })
  }
})

describe('key order', () => {
  it('key order is that of UTF-8 bytes', () => {
    const key = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(key, key, (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
      })
    )
    assert.ok(compareKeys('\u{1f600}', '\uffff') > 0)
  })
})
