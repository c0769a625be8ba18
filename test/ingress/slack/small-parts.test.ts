import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { budgetOf, Deadline, requestBudgetMs } from '../../../ingress/jobs/deadline.ts'

import { decryptText, encryptText } from '../../../ingress/slack/private-metadata-cipher.ts'

import { createManualClock } from '../../support/clocks.ts'

describe('Deadline', () => {
  it('a deadline gives each call the time that is left, and less when a call must follow', async () => {
    const clock = createManualClock()
    const deadline = new Deadline(1_000, clock)
    const silence = new Promise<never>(() => {})
    let aborted: AbortSignal | undefined
    const call = deadline.within(
      'a silent call',
      (signal) => {
        aborted = signal
        return silence
      },
      { reserveMs: 400 }
    )
    clock.advance(599)
    assert.equal(aborted?.aborted, false)
    clock.advance(1)
    await assert.rejects(call, { name: 'OutOfTimeError', message: 'Out of time: a silent call' })
    assert.equal(aborted?.aborted, true)
    const short = deadline.within('another', () => silence, { mostMs: 10 })
    clock.advance(10)
    await assert.rejects(short, { name: 'OutOfTimeError' })
    assert.equal(await deadline.within('a quick one', async () => 7), 7)
  })

  it('a deadline reports each call, its time, and whether it answered', async () => {
    const clock = createManualClock()
    const calls: unknown[] = []
    const deadline = new Deadline(1_000, clock, (...call) => calls.push(call))
    await deadline.within('one', async () => clock.advance(40))
    const failing = deadline.within('two', async () => {
      clock.advance(7)
      throw new Error('no')
    })
    await assert.rejects(failing)
    assert.deepEqual(calls, [
      ['one', 40, true],
      ['two', 7, false]
    ])
  })

  it('a deadline starts no call after its end', async () => {
    const call = mock.fn(async () => 1)
    await assert.rejects(new Deadline(0, createManualClock()).within('too late', call), { name: 'OutOfTimeError' })
    assert.equal(call.mock.callCount(), 0)
  })

  it('a deadline counts the time that a request has waited, and ends with Slack’s time', () => {
    const nowMs = Date.UTC(2023, 9, 2)
    for (const waitedMs of [0, 700, 1_900, 2_400, 2_499]) {
      assert.equal(budgetOf(nowMs - waitedMs, nowMs), requestBudgetMs - waitedMs)
    }
    assert.equal(budgetOf(nowMs - 2_800, nowMs), 0)
  })

  it('a deadline gives all the time when the clocks contradict each other', () => {
    const nowMs = Date.UTC(2023, 9, 2)
    for (const arrivedMs of [undefined, nowMs + 1, nowMs + 1e12, 0, -1e15, nowMs - 3_000, Number.NaN]) {
      assert.equal(budgetOf(arrivedMs, nowMs), requestBudgetMs, String(arrivedMs))
    }
  })
})

describe('seal', () => {
  const keys = ['a new key of many letters', 'an old key of many letters']

  it('sealed metadata are opened by their owner with any key in force', () => {
    assert.equal(decryptText(encryptText('text', 'T/U', keys), 'T/U', keys), 'text')
    assert.equal(decryptText(encryptText('text', 'T/U', [keys[1]!]), 'T/U', keys), 'text')
  })

  it('sealed metadata are not opened by others, or after a change', () => {
    const sealed = encryptText('text', 'T/U', keys)
    assert.equal(decryptText(sealed, 'T/V', keys), undefined)
    assert.equal(decryptText(sealed, 'T/U', ['another key']), undefined)
    for (let at = 0; at < sealed.length; at++) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      const isSame = Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'))
      if (!isSame) assert.equal(decryptText(changed, 'T/U', keys), undefined)
    }
    assert.equal(decryptText('', 'T/U', keys), undefined)
  })
})
