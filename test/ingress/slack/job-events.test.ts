import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Handled, handleBatchEvent } from '../../../ingress/jobs/handle-batch-event.ts'
import { slackReporter } from '../../../ingress/slack/job-events.ts'
import type { Job } from '../../../worker/contract/job.ts'
import { finishedJob } from '../finished-job.ts'
import { batchFaults, noonMs, startTown, type Town, type TownOptions } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const noCapacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested'
const startedAt = noonMs - 60_000

interface Told {
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
function eventOf(job: Job, told: Told): object {
  const { status = 'FAILED', batchJob = 'no-job', queue = 'slack', timeMs = noonMs, more, ...rest } = told
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

async function townWithJob(options: TownOptions = {}): Promise<Town> {
  const town = await startTown({ environment: { IOT_LOG_PUBLIC_URL: 'https://abc.lambda-url.example' }, ...options })
  await town.type(example)
  return town
}

function settle(town: Town, told: Told): Promise<Handled> {
  return handleBatchEvent(
    eventOf(town.jobs()[0]!, { batchJob: town.batchJobId(1), ...told }),
    town.services,
    reporters(town)
  )
}

const reporters = (town: Town) => async () => ({ slack: await slackReporter(town.services) })

/** What everybody in the channel reads, the newest look of each message. */
const shown = (town: Town): string[] =>
  town.slack.messages('C0SUPPORT').map(({ text, blocks }) => `${text}\n${JSON.stringify(blocks)}`)

describe('a Batch job that ended without telling so', () => {
  const ends: readonly (readonly [string, Told, string, RegExp])[] = [
    [
      'an image that can not be pulled',
      { statusReason: 'CannotPullContainerError: pull image manifest has been retried 5 time(s)' },
      'failed',
      /could not load its program \(the container image\)/
    ],
    [
      'a registry that does not answer',
      { statusReason: 'CannotPullContainerError: ref pull has been retried 1 time(s): dial tcp: i/o timeout' },
      'failed',
      /could not load its program/
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
      /was killed, most likely because its memory/
    ],
    [
      'a time-out',
      { startedAt, statusReason: 'Job attempt duration exceeded timeout' },
      'timed-out',
      /took longer than a job may/
    ],
    [
      'a queue that never starts it',
      {
        statusReason:
          'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The resource requirements are larger than the compute environment'
      },
      'failed',
      /waited in vain for a machine: the queue is set up wrongly/
    ],
    [
      'an operator',
      { startedAt, statusReason: 'Terminated by me', attempts: [{ startedAt, container: { exitCode: 143 } }] },
      'failed',
      /stopped in AWS Batch by an operator/
    ],
    ['a stop before it began', { statusReason: 'not needed' }, 'failed', /stopped in AWS Batch before it began/],
    [
      'Spot, each time',
      { startedAt, statusReason: 'Your Spot Task was interrupted.' },
      'failed',
      /took back the machine/
    ],
    ['a wrong record', { startedAt, container: { exitCode: 2 } }, 'failed', /could not read what was asked for/],
    [
      'nothing known',
      { startedAt, container: { exitCode: 1 }, statusReason: 'Essential container in task exited' },
      'failed',
      /ended without a word/
    ],
    [
      'success without a result',
      { status: 'SUCCEEDED', startedAt, container: { exitCode: 0 } },
      'failed',
      /its result could not be recorded/
    ]
  ]

  for (const [name, told, state, text] of ends) {
    it(`is ended and explained: ${name}`, async () => {
      const town = await townWithJob()
      assert.equal(await settle(town, told), 'reported')
      const job = town.jobs()[0]!
      assert.equal(job.state, state)
      assert.match(job.failure!.userText, text)
      const [message, ...others] = shown(town)
      assert.match(message!, text)
      assert.deepEqual(others, [])
      assert.deepEqual(
        town.s3.keys('dev-iot-logs').filter((key) => key.includes('/running/')),
        []
      )
      assert.match(await town.type(example), /Started/)
    })
  }

  it('is told once, however often and wherever its event is delivered', async () => {
    const town = await townWithJob()
    const told = { statusReason: 'CannotPullContainerError: no' }
    const settled = await Promise.all(Array.from({ length: 4 }, () => settle(town, told)))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'ignored', 'reported'])
    assert.equal(await settle(town, told), 'ignored')
    assert.equal(shown(town).length, 1)
  })

  it('is told in the message that there is', async () => {
    const town = await townWithJob()
    const channel = town.slack.workspace.channels.get('C0SUPPORT')!
    const { ts } = town.slack.workspace.post(channel, { text: '43 %', blocks: [] })
    const job = town.jobs()[0]!
    town.putJob({ ...job, state: 'running', reply: { ...job.reply, channel: 'C0SUPPORT', ts } })
    assert.equal(await settle(town, { startedAt, container: { exitCode: 137 } }), 'reported')
    assert.equal(shown(town).length, 1)
    assert.match(shown(town)[0]!, /Failed/)
  })

  it('was cancelled, when somebody had asked for that', async () => {
    const town = await townWithJob()
    await town.type('cancel')
    assert.equal(await settle(town, { statusReason: 'Cancelled on request' }), 'reported')
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.match(shown(town)[0]!, /Cancelled/)
  })

  it('ends though Slack is lost, and is told by a later delivery, once', async () => {
    const town = await townWithJob()
    const told = { statusReason: 'CannotPullContainerError' }
    town.slack.faults.add({ action: { kind: 'error', error: 'channel_not_found' } })
    await assert.rejects(settle(town, told), { code: 'unavailable' })
    assert.equal(town.jobs()[0]?.state, 'failed')
    assert.doesNotMatch(town.logText(), /xoxb|secret-of/)
    town.slack.faults.clear()
    // A twin of the first delivery must not tell beside it.
    assert.equal(await settle(town, told), 'ignored')
    town.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(town, told)))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'reported'])
    assert.equal(shown(town).length, 1)
    town.pass(60_000)
    assert.equal(await settle(town, told), 'ignored')
  })

  it('is told though its marker can not be taken away', async () => {
    const town = await townWithJob()
    town.s3.faults.add({ operation: 'DeleteObject', action: { kind: 'error', code: 'AccessDenied' } })
    assert.equal(await settle(town, { startedAt, container: { exitCode: 137 } }), 'reported')
    assert.match(shown(town)[0]!, /Failed/)
  })

  it('has not changed when what it takes to tell is not there', async () => {
    const town = await townWithJob()
    const event = eventOf(town.jobs()[0]!, { batchJob: town.batchJobId(1) })
    const noReporters = () => Promise.reject(new Error('no secrets'))
    await assert.rejects(handleBatchEvent(event, town.services, noReporters), /no secrets/)
    assert.equal(town.jobs()[0]?.state, 'submitted')
    assert.equal(await settle(town, {}), 'reported')
  })

  it('is delivered again when the record can not be read', async () => {
    const town = await townWithJob()
    const event = eventOf(town.jobs()[0]!, { batchJob: town.batchJobId(1) })
    const fault = { action: { kind: 'error', code: 'AccessDenied' } } as const
    town.s3.faults.add(fault)
    await assert.rejects(handleBatchEvent(event, town.services, reporters(town)), { code: 'denied' })
    town.s3.faults.remove(fault)
    assert.equal(await handleBatchEvent(event, town.services, reporters(town)), 'reported')
  })
})

describe('an event that says nothing new', () => {
  it('is ignored: other states, children of arrays, other jobs, jobs that are over', async () => {
    const town = await townWithJob()
    const job = town.jobs()[0]!
    const cases: readonly Told[] = [
      { status: 'RUNNABLE' },
      { status: 'RUNNING' },
      { more: { arrayProperties: { index: 0, size: 2 } } },
      { more: { parameters: {} } },
      { more: { parameters: { jobId: 'a'.repeat(26) } } },
      { more: { parameters: { jobId: '../../x' } } },
      { batchJob: '00000000-0000-4000-8000-000000000007' }
    ]
    for (const told of cases) assert.equal(await settle(town, told), 'ignored', JSON.stringify(told))
    for (const event of [null, {}, { source: 'aws.batch' }, { ...eventOf(job, {}), source: 'aws.ecs' }]) {
      assert.equal(await handleBatchEvent(event, town.services, reporters(town)), 'ignored')
    }
    assert.equal(town.jobs()[0]?.state, 'submitted')
    town.putJob(finishedJob(job))
    assert.equal(await settle(town, { status: 'SUCCEEDED', startedAt }), 'ignored')
    assert.equal(await settle(town, {}), 'ignored')
    assert.equal(town.jobs()[0]?.state, 'complete')
    assert.deepEqual(shown(town), [])
  })
})

describe('a job for which there is no Spot capacity', () => {
  it('is submitted once more, on demand: the same record and message', async () => {
    const town = await townWithJob()
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(town, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    const [first, second, ...more] = town.submitted()
    assert.deepEqual(more, [])
    assert.deepEqual(second, { ...first, jobQueue: 'slack-on-demand' })
    const [job, ...others] = town.jobs()
    assert.deepEqual(others, [])
    assert.deepEqual([job?.state, job?.batch], ['submitted', { jobId: town.batchJobId(2), queue: 'slack-on-demand' }])
    assert.match(shown(town)[0]!, /Queued/)
    assert.equal(await settle(town, { statusReason: noCapacity, timeMs: noonMs - 120_000 }), 'ignored')
  })

  it('ends when there is none on demand either', async () => {
    const town = await townWithJob()
    await settle(town, { statusReason: noCapacity })
    const onDemand = { statusReason: noCapacity, batchJob: town.batchJobId(2), queue: 'slack-on-demand' }
    assert.equal(await settle(town, onDemand), 'reported')
    assert.match(town.jobs()[0]!.failure!.userText, /has no machine free/)
    assert.equal(town.submitted().length, 2)
    assert.equal(shown(town).length, 1)
  })

  it('ends when Batch does not take it', async () => {
    const town = await townWithJob()
    town.batch.faults.add(batchFaults.refuses)
    assert.equal(await settle(town, { statusReason: noCapacity }), 'reported')
    assert.equal(town.jobs()[0]?.state, 'failed')
    assert.match(shown(town)[0]!, /has no machine free/)
  })

  it('is cancelled, when somebody had asked for that', async () => {
    const town = await townWithJob()
    await town.type('cancel')
    assert.equal(await settle(town, { statusReason: noCapacity }), 'reported')
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.equal(town.submitted().length, 1)
  })

  it('is taken up again by one of the later deliveries when the first died on the way', async () => {
    const town = await townWithJob()
    const job = town.jobs()[0]!
    town.putJob({ ...job, batch: { ...job.batch!, replacedAt: new Date(noonMs).toISOString() } })
    assert.equal(await settle(town, { statusReason: noCapacity }), 'ignored')
    town.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(town, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    assert.deepEqual(town.jobs()[0]?.batch, { jobId: town.batchJobId(2), queue: 'slack-on-demand' })
    assert.equal(town.submitted().length, 2)
  })

  it('is submitted once, however often an event that comes late is delivered', async () => {
    const town = await townWithJob()
    town.pass(60_000)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(town, { statusReason: noCapacity })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'resubmitted'])
    assert.equal(town.submitted().length, 2)
  })

  it('is told as cancelled when somebody cancelled it between its machines', async () => {
    const town = await townWithJob()
    const job = town.jobs()[0]!
    town.putJob({ ...job, batch: { ...job.batch!, replacedAt: new Date(noonMs).toISOString() } })
    await town.type('cancel')
    town.pass(60_000)
    assert.equal(await settle(town, { statusReason: noCapacity }), 'reported')
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.match(shown(town)[0]!, /Cancelled/)
    assert.equal(town.submitted().length, 1)
  })

  it('is taken back when somebody cancels it while Batch gets it', async () => {
    const town = await townWithJob()
    const { submit } = town.services.batch
    const batch = {
      ...town.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        await town.type('cancel')
        return submit(...args)
      }
    }
    Object.assign(town.services, { batch })
    assert.equal(await settle(town, { statusReason: noCapacity }), 'reported')
    assert.equal(town.jobs()[0]?.state, 'cancelled')
    assert.deepEqual(
      town.terminated().map(({ jobId }) => jobId),
      [town.batchJobId(2)]
    )
    assert.match(shown(town)[0]!, /Cancelled/)
  })

  it('keeps what its worker wrote of the Batch job, when that is faster', async () => {
    const town = await townWithJob()
    const { submit } = town.services.batch
    const begun = { jobId: 'the worker knows better', queue: 'slack-on-demand' }
    const batch = {
      ...town.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const submitted = await submit(...args)
        town.putJob({ ...town.jobs()[0]!, state: 'running', batch: begun })
        return submitted
      }
    }
    Object.assign(town.services, { batch })
    await settle(town, { statusReason: noCapacity })
    assert.deepEqual(town.jobs()[0]?.batch, begun)
  })

  it('may have run before: after an interruption there may be none either', async () => {
    const town = await townWithJob()
    const told = { startedAt, statusReason: noCapacity, attempts: [{ startedAt, container: { exitCode: 143 } }] }
    const begunAt = new Date(startedAt).toISOString()
    const attempt = { batchJobId: town.batchJobId(1), queue: 'slack', startedAt: begunAt, endedAt: begunAt }
    const running = { ...town.jobs()[0]!, state: 'running' as const }
    town.putJob({ ...running, attempts: [{ ...attempt, outcome: 'interrupted' }] })
    assert.equal(await settle(town, told), 'resubmitted')
    assert.equal(town.submitted().length, 2)
    const open = await townWithJob()
    open.putJob({ ...open.jobs()[0]!, state: 'running', attempts: [{ ...attempt, endedAt: null, outcome: null }] })
    assert.equal(await settle(open, told), 'reported')
    assert.equal(open.submitted().length, 1)
  })
})

describe('a job whose worker ended it, and could not tell', () => {
  it('is told of when its Batch job ends', async () => {
    const town = await townWithJob()
    const { toldAt: _, ...untold } = finishedJob(town.jobs()[0]!)
    town.putJob(untold)
    const settled = await Promise.all(Array.from({ length: 3 }, () => settle(town, { status: 'SUCCEEDED', startedAt })))
    assert.deepEqual(settled.sort(), ['ignored', 'ignored', 'reported'])
    assert.equal(town.jobs()[0]?.state, 'complete')
    assert.match(shown(town)[0]!, /801/)
    assert.equal(shown(town).length, 1)
  })
})
