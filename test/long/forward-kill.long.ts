import { describe, it } from 'node:test'
import { runKillStorm } from '../worker/forward/kill-storm.ts'

describe('a forwarder that is killed', () => {
  it('a forwarder that is killed 100 times at random loses no record and doubles no id', async (test) => {
    const { doubles, invocations } = await runKillStorm({ kills: 100, objects: 60, recordsPerObject: 3000, seed: 7 })
    test.diagnostic(`${invocations} invocations, ${doubles} records sent again`)
  })

  it('a forwarder that is killed 30 times while the cluster has faults loses no record and doubles no id', async (test) => {
    const storm = { kills: 30, objects: 20, recordsPerObject: 2000, seed: 11, isTroubled: true }
    const { doubles, invocations } = await runKillStorm(storm)
    test.diagnostic(`${invocations} invocations, ${doubles} records sent again`)
  })
})
