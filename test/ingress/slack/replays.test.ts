import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FunctionUrlEvent } from '../../../ingress/jobs/function-url.ts'
import { finishedJob } from '../finished-job.ts'
import { commandFields, noonMs, postEvent, signedHeaders, startTown, type Town, textOf } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'

function commandEvent(town: Town, text: string): FunctionUrlEvent {
  const body = new URLSearchParams({ ...commandFields(town.slack), text }).toString()
  return postEvent('/slack/commands', body, signedHeaders(body, noonMs))
}

describe('a signed request that is sent again', () => {
  it('gives nobody the links of a status', async () => {
    const town = await startTown()
    await town.type(example)
    town.putJob(finishedJob(town.jobs()[0]!))
    const event = commandEvent(town, 'status')
    assert.match(textOf(await town.handle(event)), /\/download\//)
    town.pass(200_000)
    const again = await town.handle(event)
    assert.equal(again.statusCode, 401)
    assert.doesNotMatch(again.body, /download|THING/)
  })

  it('cancels nothing that began since', async () => {
    const town = await startTown()
    await town.type(example)
    const event = commandEvent(town, 'cancel')
    assert.match(textOf(await town.handle(event)), /is being stopped/)
    town.putJob(finishedJob(town.jobs()[0]!))
    await town.type('THING00002 telemetry 2023/10/01')
    assert.equal((await town.handle(event)).statusCode, 401)
    assert.deepEqual(
      town
        .jobs()
        .map(({ state }) => state)
        .sort(),
      ['complete', 'submitted']
    )
    assert.equal(town.terminated().length, 1)
  })

  it('opens no form', async () => {
    const town = await startTown()
    const event = commandEvent(town, '')
    assert.equal((await town.handle(event)).statusCode, 200)
    assert.equal((await town.handle(event)).statusCode, 401)
  })

  it('may have the help, which touches nothing', async () => {
    const town = await startTown()
    const event = commandEvent(town, 'help')
    for (const _ of [1, 2]) assert.match(textOf(await town.handle(event)), /Logs of a device as a zip/)
    assert.deepEqual(town.s3.requests, [])
  })
})
