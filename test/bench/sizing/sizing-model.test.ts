import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  athenaDollars,
  exportDollars,
  leastMemory,
  localSeconds,
  type MeasuredRates,
  neededMebibytes,
  taskTime
} from '../../../bench/sizing/sizing-model.ts'
import { solve } from '../../../bench/sizing/sizing-rates.ts'
import { regionPrices, taskStartSeconds } from '../../../worker/contract/prices.ts'

const rates: MeasuredRates = {
  storedBytesPerCpuSecond: 100e6,
  cpuSecondsPerObject: 100e-6,
  keptBytesPerCpuSecond: 200e6,
  startSeconds: 0.5,
  baseMebibytes: 120,
  mebibytesPerThread: 60
}
const day = { bytes: 10e9, objects: 1_000_000, match: 0.1, textRatio: 5 }
const fast = { networkBitsPerVcpu: 10e9, tlsBytesPerCpuSecond: Number.POSITIVE_INFINITY }

describe('the sizing model', () => {
  it('adds bytes, objects and what is kept, and divides them by the threads', () => {
    assert.equal(localSeconds(day, 1, rates), 0.5 + 100 + 100 + 25)
    assert.equal(localSeconds(day, 2, rates), 0.5 + 225 / 2)
  })

  it('is bound by the processor or the network, whichever takes longer', () => {
    assert.deepEqual(taskTime(day, 2, rates, fast), { seconds: taskStartSeconds + 113, bound: 'processor' })
    const narrow = { ...fast, networkBitsPerVcpu: 0.1e9 }
    assert.deepEqual(taskTime(day, 2, rates, narrow), { seconds: taskStartSeconds + 400.5, bound: 'network' })
  })

  it('starts slower on a part of a vCPU, and pays for TLS', () => {
    const none = { ...day, bytes: 0, objects: 0 }
    assert.equal(taskTime(none, 0.25, rates, fast).seconds, taskStartSeconds + 2)
    const withTls = taskTime(day, 1, rates, { ...fast, tlsBytesPerCpuSecond: 1e9 })
    assert.equal(withTls.seconds - taskTime(day, 1, rates, fast).seconds, 10)
  })

  it('takes the least memory that Fargate has and that is enough', () => {
    assert.equal(neededMebibytes(0.25, rates), 225)
    assert.equal(leastMemory([512, 2048, 512], 225), 512)
    assert.equal(leastMemory([512, 2048, 512], 513), 1024)
    assert.equal(leastMemory([512, 2048, 512], 2049), undefined)
  })

  it('bills a minute at least, less on Spot and arm64, and requests in any case', () => {
    const prices = regionPrices['us-east-1']
    const task = { vcpu: 1, memoryMiB: 2048, arch: 'x86_64', isSpot: false } as const
    const few = { ...day, objects: 0 }
    const hour = 0.04048 + 2 * 0.004445
    assert.equal(exportDollars(few, 3600, task, prices).toFixed(6), hour.toFixed(6))
    assert.equal(exportDollars(few, 1, task, prices).toFixed(6), (hour / 60).toFixed(6))
    assert.equal(exportDollars(few, 3600, { ...task, isSpot: true }, prices).toFixed(6), (0.35 * hour).toFixed(6))
    assert.ok(exportDollars(few, 3600, { ...task, arch: 'arm64' }, prices) < hour)
    assert.equal((exportDollars(day, 3600, task, prices) - hour).toFixed(6), '0.405000')
    assert.equal(athenaDollars(day, prices).toFixed(6), (0.05 + 0.405).toFixed(6))
  })

  it('finds what a byte and an object cost from two days', () => {
    const secondsOf = ({ bytes, objects }: typeof day): number => bytes / 100e6 + objects * 100e-6
    const other = { ...day, bytes: 1e9, objects: 5_000_000 }
    const { secondsPerByte, secondsPerObject } = solve(day, secondsOf(day), other, secondsOf(other))
    assert.equal((1 / secondsPerByte).toPrecision(6), '1.00000e+8')
    assert.equal(secondsPerObject.toPrecision(6), '0.000100000')
  })
})
