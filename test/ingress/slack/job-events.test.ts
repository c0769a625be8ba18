import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Handled, handleBatchEvent } from '../../../ingress/jobs/handle-batch-event.ts'
import { slackReporter } from '../../../ingress/slack/job-events.ts'
import type { Job } from '../../../worker/contract/job.ts'
import { finishedJob } from '../finished-job.ts'
import { batchFaults, type Harness, type HarnessOptions, noonMs, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const noCapacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested'
const startedAt = noonMs - 60_000

interface EventFields {
  readonly status?: string
  readonly batchJob?: string
  readonly queue?: string
  readonly statusReason?: string
  readonly attempts?: readonly object[]
  readonly startedAt?: number
  readonly container?: object
  readonly more?: object
  readonly timeMs?: number
}

/** What EventBridge delivers, as https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html has it. */
function eventOf(job: Job, fields: EventFields): object {
  const { status = 'FAILED', batchJob = 'no-job', queue = 'slack', timeMs = noonMs, more, ...rest } = fields
  return {
    version: '0',
    id: 'c8f9c4b5-76e5-d76a-f980-7011e206042b',
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account: '111111111111',
    time: new Date(timeMs).toISOString(),
    region: 'ap-northeast-1',
    resources: [],
    detail: {
      jobArn: `arn:aws:batch:ap-northeast-1:111111111111:job/${batchJob}`,
      jobName: `iot-log-${job.id}`,
      jobId: batchJob,
      jobQueue: `arn:aws:batch:ap-northeast-1:111111111111:job-queue/${queue}`,
      status,
      attempts: [],
      parameters: { jobId: job.id },
      ...rest,
      ...more
    }
  }
}

async function harnessWithJob(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await startHarness({
    environment: { IOT_LOG_PUBLIC_URL: 'https://abc.lambda-url.example' },
    ...options
  })
  await harness.type(example)
  return harness
}

function settle(harness: Harness, fields: EventFields): Promise<Handled> {
  return handleBatchEvent(
    eventOf(harness.jobs()[0]!, { batchJob: harness.batchJobId(1), ...fields }),
    harness.services,
    reporters(harness)
  )
}

const reporters = (harness: Harness) => async () => ({ slack: await slackReporter(harness.services) })

/** What the channel shows: the newest look of each message. */
const shown = (harness: Harness): string[] =>
  harness.slack.messages('C0SUPPORT').map(({ text, blocks }) => `${text}\n${JSON.stringify(blocks)}`)

describe('a Batch job that ended without a report', () => {
  const ends: readonly (readonly [string, EventFields, string, RegExp])[] = [
    [
      'an image that can not be pulled',
      { statusReason: 'CannotPullContainerError: pull image manifest has been retried 5 time(s)' },
      'failed',
      /could not load its container image/
    ],
    [
      'a registry that does not answer',
      { statusReason: 'CannotPullContainerError: ref pull has been retried 1 time(s): dial tcp: i/o timeout' },
      'failed',
      /could not load its container image/
    ],
    [
      'a network that does not let it start',
      {
        statusReason: 'ResourceInitializationError: unable to pull secrets: context deadline exceeded (Client.Timeout)'
      },
      'failed',
      /could not set up its container/
    ],
    [
      'memory that does not suffice',
      {
        startedAt,
        attempts: [
          {
            startedAt,
            container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
            statusReason: 'Essential container in task exited'
          }
        ]
      },
      'failed',
      /ran out of memory/
    ],
    [
      'a kill without a reason',
      {
        startedAt,
        attempts: [{ startedAt, container: { exitCode: 137 }, statusReason: 'Essential container in task exited' }]
      },
      'failed',
      /was killed, most likely because it ran out of memory/
    ],
    [
      'a time-out',
      { startedAt, statusReason: 'Job attempt duration exceeded timeout' },
      'timed-out',
      /exceeded its time limit/
    ],
    [
      'a queue that never starts it',
      {
        statusReason:
          'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The resource requirements are larger than the compute environment'
      },
      'failed',
      /waited for a machine and got none: its queue is full or set up wrongly/
    ],
    [
      'an operator',
      { startedAt, statusReason: 'Terminated by me', attempts: [{ startedAt, container: { exitCode: 143 } }] },
      'failed',
      /An operator stopped the export in AWS Batch/
    ],
    ['a stop before it began', { statusReason: 'not needed' }, 'failed', /stopped in AWS Batch before it started/],
    [
      'Spot, each time',
      { startedAt, statusReason: 'Your Spot Task was interrupted.' },
      'failed',
      /took back the machine/
    ],
    ['a wrong record', { startedAt, container: { exitCode: 2 } }, 'failed', /could not read its job document/],
    [
      'nothing known',
      { startedAt, container: { exitCode: 1 }, statusReason: 'Essential container in task exited' },
      'failed',
      /ended without a reason/
    ],
    [
      'success without a result',
      { status: 'SUCCEEDED', startedAt, container: { exitCode: 0 } },
      'failed',
      /its result could not be saved/
    ]
  ]

  for (const [name, fields, state, text] of ends) {
    it(`a job is ended and explained: ${name}`, async () => {
      const harness = await harnessWithJob()
      assert.equal(await settle(harness, fields), 'reported')
      const job = harness.jobs()[0]!
      assert.equal(job.state, state)
      assert.match(job.failure!.userText, text)
      const [message, ...others] = shown(harness)
      assert.match(message!, text)
      assert.deepEqual(others, [])
      assert.deepEqual(
        harness.s3.keys('dev-iot-logs').filter((key) => key.includes('/running/')),
        []
      )
      assert.match(await harness.type(example), /Started/)
    })
  }

  it('a job is reported once for any number of deliveries of its event', async () => {
    const harness = await harnessWithJob()
    const fields = { statusReason: 'CannotPullContainerError: no' }
    const settled = await Promise.all(Array.from({ length: 4 }, () => settle(harness, fields)))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'ignored', 'reported'])
    assert.equal(await settle(harness, fields), 'ignored')
    assert.equal(shown(harness).length, 1)
  })

  it('the end of a job is reported in its existing message', async () => {
    const harness = await harnessWithJob()
    const channel = harness.slack.workspace.channels.get('C0SUPPORT')!
    const { ts } = harness.slack.workspace.post(channel, { text: '43 %', blocks: [] })
    const job = harness.jobs()[0]!
    harness.putJob({ ...job, state: 'running', reply: { ...job.reply, channel: 'C0SUPPORT', ts } })
    assert.equal(await settle(harness, { startedAt, container: { exitCode: 137 } }), 'reported')
    assert.equal(shown(harness).length, 1)
    assert.match(shown(harness)[0]!, /Failed/)
  })

  it('a job ends as cancelled when a person had cancelled it', async () => {
    const harness = await harnessWithJob()
    await harness.type('cancel')
    assert.equal(await settle(harness, { statusReason: 'Cancelled on request' }), 'reported')
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.match(shown(harness)[0]!, /Cancelled/)
  })

  it('a job ends while Slack is unreachable, and a later delivery reports it once', async () => {
    const harness = await harnessWithJob()
    const fields = { statusReason: 'CannotPullContainerError' }
    harness.slack.faults.add({ action: { kind: 'error', error: 'channel_not_found' } })
    await assert.rejects(settle(harness, fields), { code: 'unavailable' })
    assert.equal(harness.jobs()[0]?.state, 'failed')
    assert.doesNotMatch(harness.logText(), /xoxb|secret-of/)
    harness.slack.faults.clear()
    // A twin of the first delivery must not report too.
    assert.equal(await settle(harness, fields), 'ignored')
    harness.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(harness, fields)))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'reported'])
    assert.equal(shown(harness).length, 1)
    harness.pass(60_000)
    assert.equal(await settle(harness, fields), 'ignored')
  })

  it('the end of a job is reported when its marker can not be deleted', async () => {
    const harness = await harnessWithJob()
    harness.s3.faults.add({ operation: 'DeleteObject', action: { kind: 'error', code: 'AccessDenied' } })
    assert.equal(await settle(harness, { startedAt, container: { exitCode: 137 } }), 'reported')
    assert.match(shown(harness)[0]!, /Failed/)
  })

  it('a job stays unchanged when the services for its report are missing', async () => {
    const harness = await harnessWithJob()
    const event = eventOf(harness.jobs()[0]!, { batchJob: harness.batchJobId(1) })
    const noReporters = () => Promise.reject(new Error('no secrets'))
    await assert.rejects(handleBatchEvent(event, harness.services, noReporters), /no secrets/)
    assert.equal(harness.jobs()[0]?.state, 'submitted')
    assert.equal(await settle(harness, {}), 'reported')
  })

  it('an event is delivered again when the job document can not be read', async () => {
    const harness = await harnessWithJob()
    const event = eventOf(harness.jobs()[0]!, { batchJob: harness.batchJobId(1) })
    const fault = { action: { kind: 'error', code: 'AccessDenied' } } as const
    harness.s3.faults.add(fault)
    await assert.rejects(handleBatchEvent(event, harness.services, reporters(harness)), { code: 'denied' })
    harness.s3.faults.remove(fault)
    assert.equal(await handleBatchEvent(event, harness.services, reporters(harness)), 'reported')
  })
})

describe('an event that says nothing new', () => {
  it('an event is ignored: other states, children of arrays, other jobs, finished jobs', async () => {
    const harness = await harnessWithJob()
    const job = harness.jobs()[0]!
    const cases: readonly EventFields[] = [
      { status: 'RUNNABLE' },
      { status: 'RUNNING' },
      { more: { arrayProperties: { index: 0, size: 2 } } },
      { more: { parameters: {} } },
      { more: { parameters: { jobId: 'a'.repeat(26) } } },
      { more: { parameters: { jobId: '../../x' } } },
      { batchJob: '00000000-0000-4000-8000-000000000007' }
    ]
    for (const fields of cases) assert.equal(await settle(harness, fields), 'ignored', JSON.stringify(fields))
    for (const event of [null, {}, { source: 'aws.batch' }, { ...eventOf(job, {}), source: 'aws.ecs' }]) {
      assert.equal(await handleBatchEvent(event, harness.services, reporters(harness)), 'ignored')
    }
    assert.equal(harness.jobs()[0]?.state, 'submitted')
    harness.putJob(finishedJob(job))
    assert.equal(await settle(harness, { status: 'SUCCEEDED', startedAt }), 'ignored')
    assert.equal(await settle(harness, {}), 'ignored')
    assert.equal(harness.jobs()[0]?.state, 'complete')
    assert.deepEqual(shown(harness), [])
  })
})

describe('a job for which there is no Spot capacity', () => {
  it('a job without Spot capacity is submitted again on demand, with the same document and message', async () => {
    const harness = await harnessWithJob()
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(harness, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    const [first, second, ...more] = harness.submitted()
    assert.deepEqual(more, [])
    assert.deepEqual(second, { ...first, jobQueue: 'slack-on-demand' })
    const [job, ...others] = harness.jobs()
    assert.deepEqual(others, [])
    assert.deepEqual(
      [job?.state, job?.batch],
      ['submitted', { jobId: harness.batchJobId(2), queue: 'slack-on-demand' }]
    )
    assert.match(shown(harness)[0]!, /Queued/)
    assert.equal(await settle(harness, { statusReason: noCapacity, timeMs: noonMs - 120_000 }), 'ignored')
  })

  it('a job fails when there is no on-demand capacity either', async () => {
    const harness = await harnessWithJob()
    await settle(harness, { statusReason: noCapacity })
    const onDemand = { statusReason: noCapacity, batchJob: harness.batchJobId(2), queue: 'slack-on-demand' }
    assert.equal(await settle(harness, onDemand), 'reported')
    assert.match(harness.jobs()[0]!.failure!.userText, /has no free machine/)
    assert.equal(harness.submitted().length, 2)
    assert.equal(shown(harness).length, 1)
  })

  it('a job fails when Batch does not take its second submission', async () => {
    const harness = await harnessWithJob()
    harness.batch.faults.add(batchFaults.refuses)
    assert.equal(await settle(harness, { statusReason: noCapacity }), 'reported')
    assert.equal(harness.jobs()[0]?.state, 'failed')
    assert.match(shown(harness)[0]!, /has no free machine/)
  })

  it('a job without Spot capacity ends as cancelled when a person had cancelled it', async () => {
    const harness = await harnessWithJob()
    await harness.type('cancel')
    assert.equal(await settle(harness, { statusReason: noCapacity }), 'reported')
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.equal(harness.submitted().length, 1)
  })

  it('a later delivery resumes the submission when the first delivery died', async () => {
    const harness = await harnessWithJob()
    const job = harness.jobs()[0]!
    harness.putJob({ ...job, batch: { ...job.batch!, replacedAt: new Date(noonMs).toISOString() } })
    assert.equal(await settle(harness, { statusReason: noCapacity }), 'ignored')
    harness.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(harness, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    assert.deepEqual(harness.jobs()[0]?.batch, { jobId: harness.batchJobId(2), queue: 'slack-on-demand' })
    assert.equal(harness.submitted().length, 2)
  })

  it('a job is submitted once for any number of late deliveries', async () => {
    const harness = await harnessWithJob()
    harness.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(harness, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    assert.equal(harness.submitted().length, 2)
  })

  it('a job that is cancelled between its Batch jobs is reported as cancelled', async () => {
    const harness = await harnessWithJob()
    const job = harness.jobs()[0]!
    harness.putJob({ ...job, batch: { ...job.batch!, replacedAt: new Date(noonMs).toISOString() } })
    await harness.type('cancel')
    harness.pass(60_000)
    assert.equal(await settle(harness, { statusReason: noCapacity }), 'reported')
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.match(shown(harness)[0]!, /Cancelled/)
    assert.equal(harness.submitted().length, 1)
  })

  it('the second Batch job is terminated when a person cancels meanwhile', async () => {
    const harness = await harnessWithJob()
    const { submit } = harness.services.batch
    const batch = {
      ...harness.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        await harness.type('cancel')
        return submit(...args)
      }
    }
    Object.assign(harness.services, { batch })
    assert.equal(await settle(harness, { statusReason: noCapacity }), 'reported')
    assert.equal(harness.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(
      harness.terminated().map(({ jobId }) => jobId),
      [harness.batchJobId(2)]
    )
    assert.match(shown(harness)[0]!, /Cancelled/)
  })

  it('a job keeps the Batch job that a faster worker wrote', async () => {
    const harness = await harnessWithJob()
    const { submit } = harness.services.batch
    const begun = { jobId: 'the worker knows better', queue: 'slack-on-demand' }
    const batch = {
      ...harness.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const submitted = await submit(...args)
        harness.putJob({ ...harness.jobs()[0]!, state: 'running', batch: begun })
        return submitted
      }
    }
    Object.assign(harness.services, { batch })
    await settle(harness, { statusReason: noCapacity })
    assert.deepEqual(harness.jobs()[0]?.batch, begun)
  })

  it('a job that ran before is submitted on demand only after an interruption', async () => {
    const harness = await harnessWithJob()
    const fields = { startedAt, statusReason: noCapacity, attempts: [{ startedAt, container: { exitCode: 143 } }] }
    const begunAt = new Date(startedAt).toISOString()
    const attempt = { batchJobId: harness.batchJobId(1), queue: 'slack', startedAt: begunAt, endedAt: begunAt }
    const running = { ...harness.jobs()[0]!, state: 'running' as const }
    harness.putJob({ ...running, attempts: [{ ...attempt, outcome: 'interrupted' }] })
    assert.equal(await settle(harness, fields), 'resubmitted')
    assert.equal(harness.submitted().length, 2)
    const open = await harnessWithJob()
    open.putJob({ ...open.jobs()[0]!, state: 'running', attempts: [{ ...attempt, endedAt: null, outcome: null }] })
    assert.equal(await settle(open, fields), 'reported')
    assert.equal(open.submitted().length, 1)
  })
})

describe('a job that its worker ended without a report', () => {
  it('a job is reported when its Batch job ends', async () => {
    const harness = await harnessWithJob()
    const { toldAt: _, ...untold } = finishedJob(harness.jobs()[0]!)
    harness.putJob(untold)
    const settled = await Promise.all(
      Array.from({ length: 3 }, () => settle(harness, { status: 'SUCCEEDED', startedAt }))
    )
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'reported'])
    assert.equal(harness.jobs()[0]?.state, 'complete')
    assert.match(shown(harness)[0]!, /801/)
    assert.equal(shown(harness).length, 1)
  })
})
