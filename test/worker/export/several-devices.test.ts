import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mostNames, WarningCounts } from '../../../worker/contract/warning.ts'
import { severalDevices } from '../../../worker/export/several-devices.ts'
import type { MatchSpec } from '../../../worker/match/matcher.ts'

const asked = (...identifiers: string[]): MatchSpec => ({ identifiers, match: 'text', case: 'exact' })

function hintOf(spec: MatchSpec, ...names: string[]): string | undefined {
  const counts = new WarningCounts()
  counts.addNames('key', names)
  return severalDevices(counts.list()[0]!, spec)[0]?.hint
}

describe('the warning of several devices', () => {
  it('several devices are counted, and the first are named', () => {
    assert.equal(hintOf(asked('A'), 'A-2', 'A-1'), '2 devices: A-1, A-2')
    assert.equal(hintOf(asked('A-1'), 'A-1', 'A-10'), '2 devices: A-1, A-10')
    const many = Array.from({ length: 20 }, (_, at) => `A-${at + 10}`)
    assert.equal(hintOf(asked('A'), ...many), '20 devices: A-10, A-11, A-12, A-13, A-14 and 15 more')
    const most = Array.from({ length: mostNames }, (_, at) => `A-${at}`)
    assert.match(hintOf(asked('A'), ...most)!, /^at least 100 devices: /)
  })

  it('one device is no warning, nor are devices that were asked for', () => {
    assert.equal(hintOf(asked('A'), 'A-1'), undefined)
    assert.equal(hintOf(asked('A-1', 'A-2'), 'A-1', 'A-2'), undefined)
    assert.equal(hintOf({ ...asked('a-1'), case: 'ignore' }, 'A-1', 'a-1'), undefined)
  })

  it('a label or a port makes no other device', () => {
    assert.equal(hintOf(asked('A-1'), 'A-1', 'device:A-1', 'A-1:8883'), undefined)
    assert.equal(hintOf(asked('AA:BB'), 'AA:BB:01', 'AA:BB:02'), '2 devices: AA:BB:01, AA:BB:02')
  })

  it('the names do not depend on how objects are shared out', () => {
    const objects = fc.array(fc.uniqueArray(fc.nat({ max: 300 }).map(String), { maxLength: mostNames }), {
      maxLength: 40
    })
    const share = (all: readonly string[][], size: number): unknown => {
      const total = new WarningCounts()
      for (let at = 0; at < all.length; at += size) {
        const slice = new WarningCounts()
        for (const names of all.slice(at, at + size)) slice.addNames('key', names)
        for (const one of slice.list()) total.merge(one)
      }
      return total.list()
    }
    const check = (all: string[][], size: number): void => assert.deepEqual(share(all, size), share(all, 1))
    fc.assert(fc.property(objects, fc.integer({ min: 1, max: 9 }), check))
  })
})
