import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { backoffMs } from '../../../worker/async/backoff.ts'
import { untilAborted, within, withinAfter } from '../../../worker/async/time-limit.ts'
import { Wake } from '../../../worker/async/wake.ts'
import { createManualClock } from '../../support/clocks.ts'

const silence = (): Promise<never> => new Promise(() => {})

describe('a time limit', () => {
  it('a time limit ends the wait for work that is silent, and names it', async () => {
    const clock = createManualClock()
    const waiting = within(2_000, 'Listing', silence, clock)
    clock.advance(2_000)
    await assert.rejects(waiting, { message: 'Listing took longer than 2 s' })
  })

  it('a time limit gives the result or the failure of work that ends in time', async () => {
    assert.equal(await within(60_000, 'Listing', async () => 7), 7)
    const fail = (): Promise<never> => Promise.reject(new Error('denied'))
    await assert.rejects(within(60_000, 'Listing', fail), { message: 'denied' })
  })

  it('a time limit gives the reason of the signal when that aborts, also before the work starts', async () => {
    const { signal, ...controller } = abortable()
    const waiting = untilAborted(silence, signal)
    controller.abort(new Error('enough'))
    await assert.rejects(waiting, { message: 'enough' })
    await assert.rejects(untilAborted(silence, signal), { message: 'enough' })
  })

  it('a time limit leaves no listener with the signal', async () => {
    const { signal } = abortable()
    for (let count = 0; count < 3; count++) await untilAborted(async () => count, signal)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('a time limit can start with the abort of the signal, and never without', async () => {
    const { signal, abort } = abortable()
    const { promise, resolve } = Promise.withResolvers<number>()
    const waiting = withinAfter(signal, 60_000, 'Stopping', () => promise)
    abort(new Error('SIGTERM'))
    resolve(7)
    assert.equal(await waiting, 7)
    await assert.rejects(withinAfter(signal, 1, 'Stopping', silence), { message: 'Stopping took longer than 0.001 s' })
  })
})

describe('back-off', () => {
  it('back-off doubles with each failure up to its bound, and takes a random part of that', () => {
    const bounds = { firstMs: 50, longestMs: 1_000 }
    const longest = [0, 1, 2, 4, 5, 20].map((failures) => backoffMs(failures, bounds, () => 1))
    assert.deepEqual(longest, [50, 100, 200, 800, 1_000, 1_000])
    assert.equal(
      backoffMs(20, bounds, () => 0.25),
      250
    )
  })
})

describe('a wake-up', () => {
  it('a wake-up reaches all that wait, once', async () => {
    const wake = new Wake()
    const seen: string[] = []
    const first = wake.next().then(() => seen.push('first'))
    const second = wake.next().then(() => seen.push('second'))
    wake.call()
    await Promise.all([first, second])
    void wake.next().then(() => seen.push('later'))
    await new Promise(setImmediate)
    assert.deepEqual(seen, ['first', 'second'])
  })
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) }
}
