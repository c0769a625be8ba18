import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { CallFaultAction } from '../stand-ins/aws/faults.ts'
import type { ChannelUser } from './channel-user.ts'
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
  system.batch.attemptFaults.clear()
  system.batch.faults.clear()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  assert.deepEqual(system.batch.eventFailures, [])
})

/** Nothing changes when all events of a job come again, the last first. */
async function assertSettled(person: ChannelUser): Promise<void> {
  const [record, looks, jobs] = [person.job(), person.looks(), person.batchJobs().length]
  const ids = person.batchJobs().map(({ id }) => id)
  const events = system.batch.events.filter(({ detail }) => ids.includes(String(detail.jobId)))
  assert.ok(events.length >= 2)
  for (const event of events.toReversed()) await system.deliver(event)
  await Promise.all(events.map((event) => system.deliver(event)))
  assert.deepEqual([person.job(), person.looks(), person.batchJobs().length], [record, looks, jobs])
}

/** Asking for the same again works at once, whatever stood in the way being gone. */
async function assertWorksAgain(person: ChannelUser): Promise<void> {
  await person.start()
  const job = await person.over()
  assert.equal(job.state, 'complete')
  assert.match(person.looks().at(-1)!, /Complete/)
  assert.equal(person.messages().length, 2)
}

describe('an image that can not be pulled', () => {
  it('an attempt is retried when its image can not be pulled once', async () => {
    system.batch.attemptFaults.add({ times: 1, fault: { kind: 'cannot-pull-image' } })
    const person = system.createChannelUser()
    await person.type()
    assert.equal((await person.over()).state, 'complete')
    assert.equal(person.batchJobs()[0]!.attempts.length, 2)
    assert.match(person.shown(), /Complete/)
    await assertSettled(person)
  })

  it('a job is reported when its image can never be pulled, though no worker ran', async () => {
    system.batch.attemptFaults.add({ times: mostAttempts, fault: { kind: 'cannot-pull-image' } })
    const person = system.createChannelUser()
    await person.type()
    const { state, failure } = await person.over()
    assert.deepEqual([state, failure?.code, person.left()], ['failed', 'image-pull', []])
    assert.match(person.shown(), /Failed.*could not load its container image.*Contact the operators/)
    await assertSettled(person)
    await assertWorksAgain(person)
  })
})

describe('a job that gets no machine', () => {
  it('a job without Spot capacity is submitted again on demand, and completes in the same message', async () => {
    system.batch.setCapacity('slack', 0, noCapacity)
    const person = system.createChannelUser()
    await person.start()
    const job = await person.over()
    assert.equal(job.state, 'complete')
    assert.deepEqual(
      person.batchJobs().map(({ queue, status }) => [queue, status]),
      [
        ['slack', 'FAILED'],
        ['slack-on-demand', 'SUCCEEDED']
      ]
    )
    assert.equal(job.batch!.jobId, person.batchJobs()[1]!.id)
    assert.match(person.looks()[0]!, /Queued.*Waiting for another machine/)
    assert.match(person.shown(), /Complete: .*download/)
    await assertSettled(person)
  })

  it('a job fails when there is no on-demand capacity either', async () => {
    for (const queue of ['slack', 'slack-on-demand']) system.batch.setCapacity(queue, 0, noCapacity)
    const person = system.createChannelUser()
    await person.type()
    const { state, failure } = await person.over()
    assert.deepEqual([state, failure?.code, person.batchJobs().length], ['failed', 'no-capacity', 2])
    assert.match(person.shown(), /Failed.*no free machine at the moment. Try again in 15 minutes/)
    await assertSettled(person)
    for (const queue of ['slack', 'slack-on-demand']) system.batch.setCapacity(queue, 2)
    await assertWorksAgain(person)
  })

  it('a job in a misconfigured queue fails, and is not submitted on demand', async () => {
    system.batch.setCapacity('slack', 0, wronglySetUp)
    const person = system.createChannelUser()
    await person.type()
    const { state, failure } = await person.over()
    assert.deepEqual([state, failure?.code, person.batchJobs().length], ['failed', 'stuck', 1])
    assert.match(person.shown(), /Failed.*waited for a machine and got none.*Your request is correct/)
    await assertSettled(person)
  })

  it('a job that is cancelled while it waits is not submitted again', async () => {
    system.batch.setCapacity('slack', 0, noCapacity)
    const person = system.createChannelUser()
    await person.type()
    assert.match(await person.type('cancel'), /is being stopped/)
    const { state } = await person.over()
    assert.deepEqual([state, person.batchJobs().length, person.left()], ['cancelled', 1, []])
    assert.match(person.shown(), /Cancelled/)
    await assertSettled(person)
  })

  for (const [name, action] of [
    ['refuses', { kind: 'error', type: 'ClientException', message: 'JobQueue slack-on-demand is not valid' }],
    ['breaks', { kind: 'error', type: 'ServerException' }]
  ] as readonly (readonly [string, CallFaultAction])[]) {
    it(`a job without Spot capacity fails when Batch ${name} for the second job`, async () => {
      system.batch.setCapacity('slack', 0, noCapacity)
      system.batch.faults.add({ operation: 'SubmitJob', after: 1, action })
      const person = system.createChannelUser()
      await person.type()
      const { state, failure } = await person.over()
      assert.deepEqual([state, failure?.code, person.batchJobs().length], ['failed', 'no-capacity', 1])
      assert.match(person.shown(), /Failed.*no free machine/)
      await assertSettled(person)
    })
  }
})
