import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FunctionUrlEvent } from '../../../ingress/jobs/function-url.ts'
import { finishedJob } from '../finished-job.ts'
import { commandFields, type Harness, noonMs, postEvent, signedHeaders, startHarness, textOf } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'

function commandEvent(harness: Harness, text: string): FunctionUrlEvent {
  const body = new URLSearchParams({ ...commandFields(harness.slack), text }).toString()
  return postEvent('/slack/commands', body, signedHeaders(body, noonMs))
}

describe('a signed request that is sent again', () => {
  it('a repeated status command gives no links', async () => {
    const harness = await startHarness()
    await harness.type(example)
    harness.putJob(finishedJob(harness.jobs()[0]!))
    const event = commandEvent(harness, 'status')
    assert.match(textOf(await harness.handle(event)), /\/download\//)
    harness.pass(200_000)
    const again = await harness.handle(event)
    assert.equal(again.statusCode, 401)
    assert.doesNotMatch(again.body, /download|THING/)
  })

  it('a repeated cancel command stops no newer job', async () => {
    const harness = await startHarness()
    await harness.type(example)
    const event = commandEvent(harness, 'cancel')
    assert.match(textOf(await harness.handle(event)), /is being stopped/)
    harness.putJob(finishedJob(harness.jobs()[0]!))
    await harness.type('THING00002 telemetry 2023/10/01')
    assert.equal((await harness.handle(event)).statusCode, 401)
    assert.deepEqual(
      harness
        .jobs()
        .map(({ state }) => state)
        .sort(),
      ['complete', 'submitted']
    )
    assert.equal(harness.terminated().length, 1)
  })

  it('a repeated command opens no form', async () => {
    const harness = await startHarness()
    const event = commandEvent(harness, '')
    assert.equal((await harness.handle(event)).statusCode, 200)
    assert.equal((await harness.handle(event)).statusCode, 401)
  })

  it('a repeated help command is answered', async () => {
    const harness = await startHarness()
    const event = commandEvent(harness, 'help')
    for (const _ of [1, 2]) assert.match(textOf(await harness.handle(event)), /Logs of a device as a zip/)
    assert.deepEqual(harness.s3.requests, [])
  })
})
