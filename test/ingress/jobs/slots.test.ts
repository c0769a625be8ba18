import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../../worker/contract/job.ts'
import { prefix, startHarness } from '../harness.ts'

const slot = (position: number): string => `${prefix}jobs/slots/T0IOTLOG/U0MINA/${position}`

describe('the limit of running jobs', () => {
  it('a second command gets the limit and never names a job that got no slot', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.limits.runningJobsPerUser = 1
      }
    })
    const asked = [harness.type('AAA telemetry 2023/10/01'), harness.type('BBB telemetry 2023/10/01')]
    // A job that loses the slot must never have been named by its request.
    const named = new Set<string>()
    harness.s3.faults.add({
      operation: 'PutObject',
      key: (key) => {
        if (key.includes('/by-request/')) named.add(key)
        return false
      },
      action: { kind: 'hang' }
    })
    const texts = await Promise.all(asked)
    assert.equal(texts.filter((text) => text.includes('Started')).length, 1)
    const refused = texts.find((text) => !text.includes('Started'))!
    assert.match(refused, /One export at a time.*or stop one:\n• `(?:AAA|BBB)`/)
    assert.equal(named.size, 1)
    assert.equal(harness.jobs().length, 1)
  })

  it('the limit offers no job to stop when the running jobs can not be read', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.limits.runningJobsPerUser = 1
        document.environments.prod = { ...document.environments.dev, source: 's3://prod-iot-logs' }
      }
    })
    await harness.type('AAA telemetry 2023/10/01 prod')
    harness.s3.faults.add({ bucket: 'prod-iot-logs', action: { kind: 'error', code: 'AccessDenied' } })
    const text = await harness.type('BBB telemetry 2023/10/01')
    assert.match(text, /One export at a time: nothing was started\. Wait for one to end\.$/)
  })

  it('the limit counts correctly after it was lowered', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.limits.runningJobsPerUser = 12
      }
    })
    for (let position = 0; position < 100; position++)
      harness.s3.put('dev-iot-logs', slot(position), 'a job of long ago')
    await harness.type('AAA telemetry 2023/10/01')
    // As a list has them, these are the first.
    for (const position of [0, 1, 10, 11]) harness.s3.put('dev-iot-logs', slot(position), harness.jobs()[0]!.id)
    assert.match(await harness.type('BBB telemetry 2023/10/01'), /Started/)
  })
})

describe('a job that was recorded and not submitted yet', () => {
  it('a job without a Batch job is shown as being started', async () => {
    const harness = await startHarness()
    await harness.type('AAA telemetry 2023/10/01')
    harness.putJob({ ...harness.jobs()[0]!, batch: null } satisfies Job)
    const text = await harness.type('AAA telemetry 2023/10/01')
    assert.match(
      text,
      /Already being started[\s\S]*AWS Batch does not have it yet\. If no message comes within a minute/
    )
  })

  it('a job keeps the Batch job that its worker wrote', async () => {
    const harness = await startHarness()
    const { submit } = harness.services.batch
    const begun = { jobId: 'the worker knows better', queue: 'slack' }
    const batch = {
      ...harness.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const submitted = await submit(...args)
        harness.putJob({ ...harness.jobs()[0]!, state: 'running', batch: begun })
        return submitted
      }
    }
    Object.assign(harness.services, { batch })
    await harness.type('AAA telemetry 2023/10/01')
    assert.deepEqual(harness.jobs()[0]?.batch, begun)
  })
})

describe('a bucket that is slow', () => {
  it('a submission waits for a slow bucket while all of it fits into the budget', async () => {
    const harness = await startHarness()
    const durationMs = async (words: string): Promise<number> => {
      const startMs = performance.now()
      assert.match(await harness.type(words), /Started/)
      return performance.now() - startMs
    }
    const quickMs = await durationMs('AAA telemetry 2023/10/01')
    harness.s3.faults.add({ action: { kind: 'latency', firstByteMs: 200 } })
    // What the machine takes for itself does not count: it may be busy.
    assert.ok((await durationMs('BBB telemetry 2023/10/01')) - quickMs < 2_500)
  })
})
