import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { CallFaultAction } from '../stand-ins/aws/faults.ts'
import type { Asker } from './channel-user.ts'
import { mostAttempts, startWholeSystem, type WholeSystem } from './whole-system.ts'

/*
 * Jobs that Batch ends, or never begins. EventBridge delivers at least once and in no order: here each event comes three
 * times at once, and all of a job once more in the end, the last first.
 */

const minutes = 10
const noCapacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'
const wronglySetUp = 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'
const actions = [noCapacity, wronglySetUp].map((reason) => ({ reason, maxTimeSeconds: minutes * 60 }))

let system: WholeSystem
before(async () => {
  const queue = { capacity: 2, jobStateTimeLimitActions: actions }
  system = await startWholeSystem({
    // Ten minutes in the queue take a second.
    batch: { queues: { slack: queue, 'slack-on-demand': queue }, secondMs: 2 },
    relay: (deliver) => Promise.all([deliver(), deliver(), deliver()])
  })
})
afterEach(() => {
  for (const queue of ['slack', 'slack-on-demand']) system.batch.setCapacity(queue, 2)
  system.batch.fates.clear()
  system.batch.faults.clear()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  assert.deepEqual(system.batch.eventFailures, [])
})

/** Nothing changes when all events of a job come again, the last first. */
async function assertSettled(asker: Asker): Promise<void> {
  const [record, looks, jobs] = [asker.job(), asker.looks(), asker.batchJobs().length]
  const ids = asker.batchJobs().map(({ id }) => id)
  const events = system.batch.events.filter(({ detail }) => ids.includes(String(detail.jobId)))
  assert.ok(events.length >= 2)
  for (const event of events.toReversed()) await system.deliver(event)
  await Promise.all(events.map((event) => system.deliver(event)))
  assert.deepEqual([asker.job(), asker.looks(), asker.batchJobs().length], [record, looks, jobs])
}

/** Asking for the same again works at once, whatever stood in the way being gone. */
async function assertWorksAgain(asker: Asker): Promise<void> {
  await asker.start()
  const job = await asker.over()
  assert.equal(job.state, 'complete')
  assert.match(asker.looks().at(-1)!, /Complete/)
  assert.equal(asker.messages().length, 2)
}

describe('an image that can not be pulled', () => {
  it('once is tried again', async () => {
    system.batch.fates.add({ times: 1, fate: { kind: 'cannot-pull-image' } })
    const asker = system.createAsker()
    await asker.type()
    assert.equal((await asker.over()).state, 'complete')
    assert.equal(asker.batchJobs()[0]!.attempts.length, 2)
    assert.match(asker.shown(), /Complete/)
    await assertSettled(asker)
  })

  it('each time is told, though no worker ever ran', async () => {
    system.batch.fates.add({ times: mostAttempts, fate: { kind: 'cannot-pull-image' } })
    const asker = system.createAsker()
    await asker.type()
    const { state, failure } = await asker.over()
    assert.deepEqual([state, failure?.code, asker.left()], ['failed', 'image-pull', []])
    assert.match(asker.shown(), /Failed.*could not load its program.*tell the operators/)
    await assertSettled(asker)
    await assertWorksAgain(asker)
  })
})

describe('a job that gets no machine', () => {
  it('of Spot is submitted once more, on demand, and completes in the same message', async () => {
    system.batch.setCapacity('slack', 0, noCapacity)
    const asker = system.createAsker()
    await asker.start()
    const job = await asker.over()
    assert.equal(job.state, 'complete')
    assert.deepEqual(
      asker.batchJobs().map(({ queue, status }) => [queue, status]),
      [
        ['slack', 'FAILED'],
        ['slack-on-demand', 'SUCCEEDED']
      ]
    )
    assert.equal(job.batch!.jobId, asker.batchJobs()[1]!.id)
    assert.match(asker.looks()[0]!, /Queued.*Waiting for another machine/)
    assert.match(asker.shown(), /Complete: .*download/)
    await assertSettled(asker)
  })

  it('of either kind fails, after one try on demand', async () => {
    for (const queue of ['slack', 'slack-on-demand']) system.batch.setCapacity(queue, 0, noCapacity)
    const asker = system.createAsker()
    await asker.type()
    const { state, failure } = await asker.over()
    assert.deepEqual([state, failure?.code, asker.batchJobs().length], ['failed', 'no-capacity', 2])
    assert.match(asker.shown(), /Failed.*no machine free for it at the moment. Ask again in a quarter of an hour/)
    await assertSettled(asker)
    for (const queue of ['slack', 'slack-on-demand']) system.batch.setCapacity(queue, 2)
    await assertWorksAgain(asker)
  })

  it('since its queue is set up wrongly fails, and is not tried on demand', async () => {
    system.batch.setCapacity('slack', 0, wronglySetUp)
    const asker = system.createAsker()
    await asker.type()
    const { state, failure } = await asker.over()
    assert.deepEqual([state, failure?.code, asker.batchJobs().length], ['failed', 'stuck', 1])
    assert.match(asker.shown(), /Failed.*waited in vain for a machine.*Nothing is wrong with your request/)
    await assertSettled(asker)
  })

  it('is cancelled while it waits, and not submitted again', async () => {
    system.batch.setCapacity('slack', 0, noCapacity)
    const asker = system.createAsker()
    await asker.type()
    assert.match(await asker.type('cancel'), /is being stopped/)
    const { state } = await asker.over()
    assert.deepEqual([state, asker.batchJobs().length, asker.left()], ['cancelled', 1, []])
    assert.match(asker.shown(), /Cancelled/)
    await assertSettled(asker)
  })

  for (const [name, action] of [
    ['refuses', { kind: 'error', type: 'ClientException', message: 'JobQueue slack-on-demand is not valid' }],
    ['breaks', { kind: 'error', type: 'ServerException' }]
  ] as readonly (readonly [string, CallFaultAction])[]) {
    it(`of Spot fails when Batch ${name} for the second job`, async () => {
      system.batch.setCapacity('slack', 0, noCapacity)
      system.batch.faults.add({ operation: 'SubmitJob', after: 1, action })
      const asker = system.createAsker()
      await asker.type()
      const { state, failure } = await asker.over()
      assert.deepEqual([state, failure?.code, asker.batchJobs().length], ['failed', 'no-capacity', 1])
      assert.match(asker.shown(), /Failed.*no machine free/)
      await assertSettled(asker)
    })
  }
})
