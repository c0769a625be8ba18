import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { budgetOf, Deadline, requestBudgetMs } from '../../ingress/deadline.ts'
import { createLog, errorFields } from '../../ingress/log.ts'
import { seal, unseal } from '../../ingress/seal.ts'

describe('Deadline', () => {
  it('gives each call what is left, and less where something has to follow', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    context.mock.method(performance, 'now', () => 0)
    const deadline = new Deadline(1_000)
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
    context.mock.timers.tick(599)
    assert.equal(aborted?.aborted, false)
    context.mock.timers.tick(1)
    await assert.rejects(call, { name: 'OutOfTimeError', message: 'Out of time: a silent call' })
    assert.equal(aborted?.aborted, true)
    const short = deadline.within('another', () => silence, { mostMs: 10 })
    context.mock.timers.tick(10)
    await assert.rejects(short, { name: 'OutOfTimeError' })
    assert.equal(await deadline.within('a quick one', async () => 7), 7)
  })

  it('begins no call when the time is over', async () => {
    const call = mock.fn(async () => 1)
    await assert.rejects(new Deadline(0).within('too late', call), { name: 'OutOfTimeError' })
    assert.equal(call.mock.callCount(), 0)
  })

  it('counts what a request has waited for, and ends with the time that Slack gives', () => {
    const nowMs = Date.UTC(2023, 9, 2)
    for (const waitedMs of [0, 700, 1_900, 2_400, 2_499]) {
      assert.equal(budgetOf(nowMs - waitedMs, nowMs), requestBudgetMs - waitedMs)
    }
    assert.equal(budgetOf(nowMs - 2_800, nowMs), 0)
  })

  it('gives all the time where the clocks make no sense', () => {
    const nowMs = Date.UTC(2023, 9, 2)
    for (const arrivedMs of [undefined, nowMs + 1, nowMs + 1e12, 0, -1e15, nowMs - 3_000, Number.NaN]) {
      assert.equal(budgetOf(arrivedMs, nowMs), requestBudgetMs, String(arrivedMs))
    }
  })
})

describe('the log', () => {
  const logged = (message: string, fields: Record<string, string>): string => {
    const lines: string[] = []
    createLog(
      (line) => void lines.push(line),
      () => 0
    )('info', message, fields)
    return lines.join('\n')
  }

  it('writes one line of JSON, whatever stands in a text', () => {
    const line = logged('two\nlines', { text: 'a\u001b[31mred\u0007\r\n{"forged":1}\u2028\u202e' })
    assert.ok(!line.includes('\n'))
    assert.deepEqual(JSON.parse(line), {
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'two lines',
      text: 'a [31mred {"forged":1} '
    })
  })

  it('blots out what looks like a secret', () => {
    const texts = [
      'token xoxb-123-abc',
      'https://hooks.slack.com/commands/T1/2/abcDEF',
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'https://bucket/key?X-Amz-Signature=abcDEF&x=1',
      'GET /download/x?e=1&s=abcDEF'
    ]
    for (const text of texts) assert.doesNotMatch(logged('x', { text }), /abcDEF|xoxb|a2114d/, text)
  })

  it('tells code and cause of an error', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'denied' })
    assert.deepEqual(errorFields(error), { error: 'Error: outer', code: 'denied', cause: 'TypeError: inner' })
    assert.deepEqual(errorFields('text'), { error: 'text' })
  })
})

describe('seal', () => {
  const keys = ['a new key of many letters', 'an old key of many letters']

  it('is opened by its owner, under any key in force', () => {
    assert.equal(unseal(seal('text', 'T/U', keys), 'T/U', keys), 'text')
    assert.equal(unseal(seal('text', 'T/U', [keys[1]!]), 'T/U', keys), 'text')
  })

  it('is never opened by others, or when it was changed', () => {
    const sealed = seal('text', 'T/U', keys)
    assert.equal(unseal(sealed, 'T/V', keys), undefined)
    assert.equal(unseal(sealed, 'T/U', ['another key']), undefined)
    for (let at = 0; at < sealed.length; at++) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      const isSame = Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'))
      if (!isSame) assert.equal(unseal(changed, 'T/U', keys), undefined)
    }
    assert.equal(unseal('', 'T/U', keys), undefined)
  })
})
