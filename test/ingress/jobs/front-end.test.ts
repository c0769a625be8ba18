import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cancelJob } from '../../../ingress/jobs/cancel.ts'
import { Deadline } from '../../../ingress/jobs/deadline.ts'
import { RequestRefused } from '../../../ingress/jobs/function-url.ts'
import { handleBatchEvent } from '../../../ingress/jobs/handle-batch-event.ts'
import type { RequestContext } from '../../../ingress/jobs/request-context.ts'
import { submitExport } from '../../../ingress/jobs/submit.ts'
import { realClock } from '../../../worker/async/clock.ts'
import { requestOf } from '../../support/jobs.ts'
import { createRecordingReporter } from '../../support/recording-reporter.ts'
import { type Harness, startHarness } from '../harness.ts'

const crowdMs = 30_000
const request = requestOf('THING00001', 'telemetry', '2023/10/01')
const ask = { request, frontEnd: 'pigeon', reply: { loft: 'north' } }

const contextOf = (user: string, more: Partial<RequestContext> = {}): RequestContext => ({
  asker: { team: 'museum', user, channel: 'hall' },
  deadline: new Deadline(crowdMs, realClock),
  refuseReplay: async () => {},
  refusalOfPerson: async () => undefined,
  ...more
})

const endOf = (harness: Harness) => ({
  source: 'aws.batch',
  'detail-type': 'Batch Job State Change',
  detail: {
    jobId: harness.batchJobId(1),
    jobQueue: 'arn:aws:batch:ap-northeast-1:111111111111:job-queue/slack',
    status: 'FAILED',
    parameters: { jobId: harness.jobs()[0]!.id }
  }
})

describe('a second front end', () => {
  it('a second front end submits a job with its own reply, and reports an end that the worker did not report', async () => {
    const harness = await startHarness()
    const submitted = await submitExport(ask, contextOf('ada'), harness.services)
    assert.equal(submitted.kind, 'started')
    const [job] = harness.jobs()
    assert.deepEqual([job?.frontEnd, job?.reply], ['pigeon', { loft: 'north' }])
    const pigeon = createRecordingReporter()
    const handled = await handleBatchEvent(endOf(harness), harness.services, async () => ({ pigeon: () => pigeon }))
    assert.deepEqual([handled, pigeon.story()], ['reported', ['over failed']])
    assert.deepEqual(harness.slack.requests, [])
  })

  it('a second front end rejects people and replays by its own checks, and starts nothing', async () => {
    const harness = await startHarness()
    const stranger = contextOf('eve', { refusalOfPerson: async () => 'No pigeon knows you.' })
    assert.deepEqual(await submitExport(ask, stranger, harness.services), {
      kind: 'refused',
      text: 'No pigeon knows you.'
    })
    const repeated = contextOf('ada', { refuseReplay: () => Promise.reject(new RequestRefused(401, 'again')) })
    await assert.rejects(submitExport(ask, repeated, harness.services), RequestRefused)
    assert.deepEqual(harness.jobs(), [])
  })

  it('a second front end cancels a job only for the person who requested it', async () => {
    const harness = await startHarness()
    await submitExport(ask, contextOf('ada'), harness.services)
    const found = (await harness.services.locations.find(harness.jobs()[0]!.id))!
    assert.equal(await cancelJob(found, contextOf('eve'), harness.services), 'refused')
    assert.equal(await cancelJob(found, contextOf('ada'), harness.services), 'stopping')
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
  })
})
