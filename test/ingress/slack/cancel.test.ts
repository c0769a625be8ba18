import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../../worker/contract/job.ts'
import { noonMs, startTown, type Town, type TownOptions } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const other = 'THING00002 telemetry 2023/10/01'
const minuteMs = 60_000
const oneAtATime: TownOptions = {
  change: (document) => {
    document.limits.runningJobsPerUser = 1
  }
}

/** A town with the example's job, its record changed. */
async function townWith(change: (job: Job) => Job, options = oneAtATime): Promise<Town> {
  const town = await startTown(options)
  await town.type(example)
  town.putJob(change(town.jobs()[0]!))
  return town
}

describe('cancelling a job that Batch does not have', () => {
  it('ends it at once, and the next may begin', async () => {
    const town = await townWith((job) => ({ ...job, batch: null }))
    assert.match(await town.type('cancel'), /`THING00001` is cancelled: no machine had it yet/)
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(town.terminated(), [])
    assert.match(await town.type(other), /Started/)
  })

  it('ends one between its machines, whose Batch job is over', async () => {
    const replacedAt = new Date(noonMs).toISOString()
    const town = await townWith((job) => ({ ...job, batch: { ...job.batch!, replacedAt } }))
    await town.type('cancel')
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(town.terminated(), [])
  })

  it('ends one that an older ingress has left as cancelling', async () => {
    const town = await townWith((job) => ({ ...job, state: 'cancelling', batch: null }))
    town.pass(minuteMs + 1)
    assert.match(await town.type(other), /Started/)
    assert.equal(town.jobs()[0]?.state, 'cancelled')
  })

  it('takes it back from Batch, which was about to get it', async () => {
    const town = await startTown()
    const { submit } = town.services.batch
    const batch = {
      ...town.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const submitted = await submit(...args)
        assert.match(await town.type('cancel'), /is cancelled/)
        return submitted
      }
    }
    Object.assign(town.services, { batch })
    assert.match(await town.type(example), /was cancelled while it was being started, so nothing runs/)
    assert.deepEqual(town.terminated(), [{ jobId: town.batchJobId(1), reason: 'Cancelled on request' }])
    assert.equal(town.jobs()[0]?.state, 'cancelled')
  })
})

describe('cancelling a job', () => {
  it('works where its environment takes no new ones any more', async () => {
    const town = await startTown({
      change: (document) => {
        document.environments.prod = document.environments.dev
      }
    })
    await town.type(`${example} prod`)
    const prod = town.services.config.environments.get('prod')!
    Object.assign(prod, { submit: undefined })
    const places = town.services.locations as unknown as { of(environment: string): unknown }
    const of = places.of.bind(places)
    places.of = (environment) => (environment === 'prod' ? assert.fail('no job can run there') : of(environment))
    assert.match(await town.type('cancel'), /is being stopped/)
    assert.equal(town.jobs()[0]?.state, 'cancelling')
  })
})

describe('a job that was lost', () => {
  it('is told of by status, and by asking again', async () => {
    const town = await townWith((job) => job)
    town.pass(2 * 60 * minuteMs)
    assert.match(await town.type('status'), /\*Running\*\n• `THING00001`/)
    assert.match(await town.type(other), /One export at a time/)
    town.pass(60 * minuteMs + 1)
    assert.match(await town.type(other), /Started/)
    assert.match(await town.type('status'), /`THING00001`.*failed: Nothing was heard of the job for too long/)
    assert.equal(town.jobs()[0]?.failure?.code, 'lost')
  })

  it('may be silent for longer where attempts may take longer', async () => {
    const town = await townWith((job) => job, {
      change: (document) => {
        document.limits.jobMinutes = 600
      }
    })
    town.pass(10 * 60 * minuteMs)
    assert.match(await town.type('status'), /\*Running\*/)
  })
})

describe('a record that can not be read', () => {
  it('locks nobody out', async () => {
    const town = await startTown(oneAtATime)
    await town.type(example)
    const [job] = town.jobs()
    town.putJob({ id: job!.id, state: 'of another kind' } as unknown as Job)
    assert.match(await town.type(other), /Started/)
    assert.match(await town.type(example, { user_id: 'U0OPS' }), /Started/)
    assert.match(await town.type('status', { user_id: 'U0OPS' }), /THING00001/)
  })

  it('is read where a newer part has only added to it', async () => {
    const town = await townWith((job) => ({ ...job, state: 'running', newer: 1 }) as Job)
    assert.match(await town.type(example), /Already running/)
    assert.match(await town.type(other), /at a time/)
  })
})
