import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MeasuredRates } from '../../../bench/sizing/sizing-model.ts'
import { adviceLines, modelTasks, taskSections } from '../../../bench/sizing/sizing-tasks.ts'

const rates: MeasuredRates = {
  storedBytesPerCpuSecond: 100e6,
  cpuSecondsPerObject: 0,
  keptBytesPerCpuSecond: 200e6,
  startSeconds: 0,
  baseMebibytes: 120,
  mebibytesPerThread: 60
}
const assumptions = { networkBitsPerVcpu: 10e9, tlsBytesPerCpuSecond: Number.POSITIVE_INFINITY }
/** A thousand seconds of a vCPU. */
const day = { bytes: 100e9, objects: 5000, match: 0, textRatio: 5 }
const tasks = modelTasks(day, rates, assumptions)

describe('the sizes of Fargate', () => {
  it('are all there, each with the least memory that it has', () => {
    assert.deepEqual(
      tasks.map(({ vcpu, memoryMiB }) => [vcpu, memoryMiB]),
      [
        [0.25, 512],
        [0.5, 1024],
        [1, 2048],
        [2, 4096],
        [4, 8192],
        [8, 16_384],
        [16, 32_768]
      ]
    )
  })

  it('are left out where they have too little memory', () => {
    const large = modelTasks(day, { ...rates, baseMebibytes: 5000 }, assumptions)
    assert.deepEqual(large[0]?.vcpu, 1)
    assert.deepEqual(large[0]?.memoryMiB, 7168)
  })

  it('have a time, and a price in each region beside that of Athena', () => {
    const [times, ...costs] = taskSections(day, tasks)
    assert.deepEqual(times?.rows[2], {
      name: 'Fargate, 1 vCPU, 2 GiB',
      figures: { minutes: 1045 / 60, 'bound by': 'processor' }
    })
    for (const { rows } of costs) {
      assert.deepEqual(Object.keys(rows[0]!.figures), ['$ x86_64', '$ x86_64 Spot', '$ arm64', '$ arm64 Spot'])
      assert.equal(rows.at(-1)?.name, 'Athena')
    }
    assert.equal(costs.length, 2)
  })

  it('are advised by the time that an export may take', () => {
    assert.match(adviceLines(tasks, 600)[0]!, /^The smallest that ends in 10 min: 2 vCPU, 4 GiB: 9 min 5 s, /)
    assert.match(adviceLines(tasks, 60)[0]!, /^None ends in 1 min \(--minutes\); the fastest: 16 vCPU, 32 GiB: /)
  })
})
