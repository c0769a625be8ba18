import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ProblemsError } from '../../../worker/contract/errors.ts'
import { chooseEngine, type EngineQuestion, type ListedCategory, scanSeconds } from '../../../worker/model/engine.ts'

const rates = { storedBytesPerThreadSecond: 100e6, secondsPerObject: 1e-4, startSeconds: 1 }
const limits = { scanMinutes: 20, maxObjects: 2_000_000 }
const giga = 1e9

/** A category of so many gigabytes and objects. */
const category = (name: string, gigabytes: number, objects: number, obstacle?: string): ListedCategory => {
  return { name, storedBytes: gigabytes * giga, objects, obstacle }
}

const question = (categories: readonly ListedCategory[], more: Partial<EngineQuestion> = {}): EngineQuestion => {
  return { categories, threads: 2, limits, wanted: 'auto', rates, ...more }
}

describe('the estimate', () => {
  it('the estimate grows with bytes and objects, and shrinks with threads', () => {
    assert.equal(scanSeconds({ objects: 10_000, storedBytes: 1e9 }, 1, rates), 12)
    assert.equal(scanSeconds({ objects: 10_000, storedBytes: 1e9 }, 2, rates), 6.5)
  })
})

describe('the choice of the engine', () => {
  const noTable = 'command has no table'
  const rows: readonly (readonly [what: string, EngineQuestion, engines: string, reason: RegExp])[] = [
    [
      'what is in time is scanned',
      question([category('telemetry', 3.1, 240)]),
      'scan',
      /^3\.1 GB in 240 objects: about 17 s on 2 threads, under 20 min$/
    ],
    [
      'what takes too long is for Athena',
      question([category('telemetry', 412, 9800)]),
      'athena',
      /^412 GB in 9,800 objects would take 34 min 21 s on 2 threads, over 20 min$/
    ],
    [
      'the largest goes first, and the rest is scanned once it is in time',
      question([category('command', 2, 100), category('telemetry', 400, 9000), category('lifecycle', 1, 10)]),
      'scan athena scan',
      /over 20 min; command, lifecycle by scan$/
    ],
    [
      'as many as it takes',
      question([category('a', 300, 9), category('b', 280, 9), category('c', 200, 9)]),
      'athena athena scan',
      /; c by scan$/
    ],
    [
      'what Athena can not read is scanned, however long it takes, and it says so',
      question([category('command', 412, 9800, noTable)]),
      'scan',
      /about 34 min 21 s on 2 threads, over 20 min, but Athena can't read it: command has no table$/
    ],
    [
      'one that it can not read does not keep others from it',
      question([category('command', 300, 9, noTable), category('telemetry', 200, 9)]),
      'scan athena',
      /; command by scan$/
    ],
    [
      'more objects than allowed are for Athena',
      question([category('telemetry', 1, 2_000_001)]),
      'athena',
      /^1\.0 GB in 2,000,001 objects are more than 2,000,000 objects$/
    ],
    [
      'a request for a scan gets it',
      question([category('telemetry', 412, 9800)], { wanted: 'scan' }),
      'scan',
      /about 34 min 21 s on 2 threads, over 20 min$/
    ],
    [
      'a request for Athena gets it',
      question([category('telemetry', 1, 1)], { wanted: 'athena' }),
      'athena',
      /: asked for$/
    ],
    ['nothing is nothing for Athena', question([category('telemetry', 0, 0)]), 'scan', /^0 bytes in 0 objects/],
    [
      'more threads make a scan possible',
      question([category('telemetry', 412, 9800)], { threads: 4 }),
      'scan',
      /17 min \d+ s on 4 threads, under 20 min$/
    ]
  ]
  for (const [what, asked, engines, reason] of rows) {
    it(what, () => {
      const choice = chooseEngine(asked)
      assert.equal(choice.engines.join(' '), engines)
      assert.match(choice.reason, reason)
      assert.doesNotMatch(choice.basis, /thread|min/)
    })
  }

  it('Athena is rejected for what it can not read, with every reason', () => {
    const categories = [category('command', 1, 1, noTable), category('x', 1, 1, 'x is plain'), category('y', 1, 1)]
    assert.throws(
      () => chooseEngine(question(categories, { wanted: 'athena' })),
      (error: ProblemsError) =>
        error.code === 'wrong-words' && /engine=athena: .*command has no table; x is plain/.test(error.message)
    )
  })
})
