import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Locations } from '../../../ingress/jobs/locations.ts'
import { finishedJob } from '../finished-job.ts'
import { type HarnessOptions, noonMs, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const silent = { bucket: 'prod-iot-logs', action: { kind: 'hang' } } as const
const denied = { bucket: 'prod-iot-logs', action: { kind: 'error', code: 'AccessDenied' } } as const

const twoPlaces: HarnessOptions = {
  isSilent: true,
  change: (document) => {
    document.environments.prod = { ...document.environments.dev, source: 's3://prod-iot-logs' }
  }
}

describe('a store that does not answer', () => {
  for (const fault of [silent, denied]) {
    it(`jobs of other environments stay reachable when one store does not answer: ${fault.action.kind}`, async () => {
      const harness = await startHarness(twoPlaces)
      await harness.type(example)
      harness.s3.faults.add(fault)
      assert.match(await harness.type('THING00002 telemetry 2023/10/01'), /Started/)
      const status = await harness.type('status')
      assert.match(status, /THING00001[\s\S]*⚠️ iot-log could not read all jobs/)
      const wanted = harness.jobs()[0]!.id.slice(-6)
      assert.match(await harness.type(`cancel ${wanted}`), /is being stopped/)
    })
  }

  it('finding a job does not wait for the store of another environment', async () => {
    const harness = await startHarness(twoPlaces)
    await harness.type(example)
    harness.s3.faults.add(silent)
    const patienceMs = 20_000
    await using locations = new Locations({ config: harness.services.config, nowMs: () => noonMs, patienceMs })
    const startMs = performance.now()
    const { id } = harness.jobs()[0]!
    assert.equal((await locations.find(id))?.job.id, id)
    assert.ok(performance.now() - startMs < patienceMs / 4)
  })

  it('status reports an error when the only store does not answer', async () => {
    const harness = await startHarness()
    harness.s3.faults.add({ action: { kind: 'error', code: 'AccessDenied' } })
    assert.match(await harness.type('status'), /Something went wrong in iot-log/)
  })
})

describe('a store with requester pays', () => {
  it('the ingress sends the requester-pays header', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.environments.dev.source = 's3://paid-iot-logs'
        document.environments.dev.requesterPays = true
      }
    })
    harness.s3.createBucket('paid-iot-logs', { requesterPays: true })
    assert.match(await harness.type(example), /Started/)
  })
})

describe('status', () => {
  it('status shows no link to a person without access to the environment', async () => {
    const harness = await startHarness()
    await harness.type(example)
    harness.putJob(finishedJob(harness.jobs()[0]!))
    assert.match(await harness.type('status'), /\/download\//)
    const dev = harness.services.config.environments.get('dev')!
    Object.assign(dev, { access: { users: ['U0OPS'] } })
    const text = await harness.type('status')
    assert.match(text, /THING00001.*complete: 801 lines/)
    assert.doesNotMatch(text, /download/)
  })
})
