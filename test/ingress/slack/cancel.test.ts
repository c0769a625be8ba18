import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../../worker/contract/job.ts'
import { type Harness, type HarnessOptions, noonMs, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const other = 'THING00002 telemetry 2023/10/01'
const minuteMs = 60_000
const oneAtATime: HarnessOptions = {
  change: (document) => {
    document.limits.runningJobsPerUser = 1
  }
}

/** A harness with the example's job, its record changed. */
async function harnessWith(change: (job: Job) => Job, options = oneAtATime): Promise<Harness> {
  const harness = await startHarness(options)
  await harness.type(example)
  harness.putJob(change(harness.jobs()[0]!))
  return harness
}

describe('cancelling a job that Batch does not have', () => {
  it('cancel ends a job that Batch does not have at once, and frees its slot', async () => {
    const harness = await harnessWith((job) => ({ ...job, batch: null }))
    assert.match(await harness.type('cancel'), /`THING00001` is cancelled\. It had not started on a machine/)
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(harness.terminated(), [])
    assert.match(await harness.type(other), /Started/)
  })

  it('cancel ends a job between its two Batch jobs', async () => {
    const replacedAt = new Date(noonMs).toISOString()
    const harness = await harnessWith((job) => ({ ...job, batch: { ...job.batch!, replacedAt } }))
    await harness.type('cancel')
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(harness.terminated(), [])
  })

  it('a job that an older ingress left as cancelling is ended after a minute', async () => {
    const harness = await harnessWith((job) => ({ ...job, state: 'cancelling', batch: null }))
    harness.pass(minuteMs + 1)
    assert.match(await harness.type(other), /Started/)
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
  })

  it('cancel terminates the Batch job that is submitted meanwhile', async () => {
    const harness = await startHarness()
    const { submit } = harness.services.batch
    const batch = {
      ...harness.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const submitted = await submit(...args)
        assert.match(await harness.type('cancel'), /is cancelled/)
        return submitted
      }
    }
    Object.assign(harness.services, { batch })
    assert.match(await harness.type(example), /was cancelled before it started/)
    assert.deepEqual(harness.terminated(), [{ jobId: harness.batchJobId(1), reason: 'Cancelled on request' }])
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
  })
})

describe('cancelling a job', () => {
  it('cancel works when the environment takes no new jobs any more', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.environments.prod = document.environments.dev
      }
    })
    await harness.type(`${example} prod`)
    const prod = harness.services.config.environments.get('prod')!
    Object.assign(prod, { submit: undefined })
    const places = harness.services.locations as unknown as { of(environment: string): unknown }
    const of = places.of.bind(places)
    places.of = (environment) => (environment === 'prod' ? assert.fail('no job can run there') : of(environment))
    assert.match(await harness.type('cancel'), /is being stopped/)
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
  })
})

describe('a job that was lost', () => {
  it('a job without a heartbeat is marked lost by the next command, and status shows it', async () => {
    const harness = await harnessWith((job) => job)
    harness.pass(2 * 60 * minuteMs)
    assert.match(await harness.type('status'), /\*Running\*\n• `THING00001`/)
    assert.match(await harness.type(other), /One export at a time/)
    harness.pass(60 * minuteMs + 1)
    assert.match(await harness.type(other), /Started/)
    assert.match(await harness.type('status'), /`THING00001`.*failed: The export sent no progress for too long/)
    assert.equal(harness.jobs()[0]?.failure?.code, 'lost')
  })

  it('a job may be silent for longer when the configuration allows longer attempts', async () => {
    const harness = await harnessWith((job) => job, {
      change: (document) => {
        document.limits.jobMinutes = 600
      }
    })
    harness.pass(10 * 60 * minuteMs)
    assert.match(await harness.type('status'), /\*Running\*/)
  })
})

describe('a job document that can not be read', () => {
  it('a job document that can not be read blocks no other request', async () => {
    const harness = await startHarness(oneAtATime)
    await harness.type(example)
    const [job] = harness.jobs()
    harness.putJob({ id: job!.id, state: 'of another kind' } as unknown as Job)
    assert.match(await harness.type(other), /Started/)
    assert.match(await harness.type(example, { user_id: 'U0OPS' }), /Started/)
    assert.match(await harness.type('status', { user_id: 'U0OPS' }), /THING00001/)
  })

  it('a job document with unknown fields of a newer version is read', async () => {
    const harness = await harnessWith((job) => ({ ...job, state: 'running', newer: 1 }) as Job)
    assert.match(await harness.type(example), /Already running/)
    assert.match(await harness.type(other), /at a time/)
  })
})
