import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CancelJobCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand
} from '@aws-sdk/client-batch'
import { clientOf, failureOf, startBatch, submit } from './clients.ts'

test('a job without an executor is recorded, described, listed and cancelled', async () => {
  await using batch = await startBatch()
  using client = clientOf(batch)
  const id = await submit(client, { parameters: { id: 'job-1' }, tags: { user: 'U0MINA' } })
  await batch.until(() => batch.job(id)!.status === 'RUNNABLE')
  const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [id, 'no-such-job'] }))
  const [job] = jobs!
  assert.equal(jobs!.length, 1)
  assert.deepEqual(
    [job!.jobId, job!.status, job!.jobQueue, job!.jobDefinition, job!.parameters, job!.container!.command],
    [
      id,
      'RUNNABLE',
      'arn:aws:batch:ap-northeast-1:111111111111:job-queue/slack',
      'arn:aws:batch:ap-northeast-1:111111111111:job-definition/iot-log-export:1',
      { id: 'job-1' },
      ['node', '-e', '0', 'job-1']
    ]
  )
  const list = async (jobStatus?: 'RUNNABLE'): Promise<number> => {
    const { jobSummaryList } = await client.send(new ListJobsCommand({ jobQueue: 'slack', jobStatus }))
    return jobSummaryList!.length
  }
  assert.deepEqual([await list('RUNNABLE'), await list()], [1, 0])
  await client.send(new CancelJobCommand({ jobId: id, reason: 'not wanted' }))
  const { status, statusReason, isCancelled } = batch.job(id)!
  assert.deepEqual([status, statusReason, isCancelled], ['FAILED', 'not wanted', true])
})

test('the client finds the server by the environment', async () => {
  await using batch = await startBatch()
  const before = { ...process.env }
  Object.assign(process.env, batch.environment())
  const { BatchClient } = await import('@aws-sdk/client-batch')
  const client = new BatchClient({})
  try {
    assert.match(await submit(client), /^[0-9a-f-]{36}$/)
  } finally {
    client.destroy()
    process.env = before
  }
})

const rule = { onReason: '*', action: 'EXIT' } as const
const refused: readonly (readonly [string, Partial<SubmitJobCommandInput>, RegExp])[] = [
  ['a name with a space', { jobName: 'my job' }, /^400 ClientException: Job name should match/],
  ['a name of 129', { jobName: 'x'.repeat(129) }, /^400 ClientException: Job name should match/],
  ['an unknown queue', { jobQueue: 'other' }, /^400 ClientException: JobQueue other does not exist/],
  [
    'a queue of elsewhere',
    { jobQueue: 'arn:aws:batch:us-east-1:1:job-queue/slack' },
    /^400 ClientException: Not an ARN/
  ],
  ['a closed queue', { jobQueue: 'closed' }, /^400 ClientException: JobQueue closed is not in ENABLED state/],
  ['an unknown definition', { jobDefinition: 'other' }, /^400 ClientException: Unable to find active job definition/],
  ['an unknown revision', { jobDefinition: 'iot-log-export:2' }, /^400 ClientException: Unable to find/],
  ['31 KiB', { parameters: { id: 'x'.repeat(31 * 1024) } }, /^400 ClientException: .*30 KiB/],
  ['an empty word', { containerOverrides: { command: ['a', ''] } }, /^400 ClientException: .*empty strings/],
  [
    'a variable of Batch',
    { containerOverrides: { environment: [{ name: 'AWS_BATCH_X', value: '1' }] } },
    /^400 ClientException: Environment variables must not start/
  ],
  ['a short time-out', { timeout: { attemptDurationSeconds: 59 } }, /^400 ClientException: .*at least 60/],
  ['eleven attempts', { retryStrategy: { attempts: 11 } }, /^400 ClientException: .*between 1 and 10/],
  [
    'rules without attempts',
    { retryStrategy: { evaluateOnExit: [rule] } },
    /^400 ClientException: .*must be specified/
  ],
  [
    'six rules',
    { retryStrategy: { attempts: 2, evaluateOnExit: Array(6).fill(rule) } },
    /^400 ClientException: .*at most 5/
  ],
  [
    'an asterisk amid a pattern',
    { retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: 'a*b', action: 'EXIT' }] } },
    /^400 ClientException: .*not a valid pattern/
  ],
  [
    'an exit code in words',
    { retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: 'two', action: 'EXIT' }] } },
    /^400 ClientException: .*not a valid pattern/
  ],
  ['an array', { arrayProperties: { size: 2 } }, /^400 ClientException: The stand-in does not know arrayProperties/]
]

for (const [name, input, expected] of refused) {
  test(`a job with ${name} is refused`, async () => {
    await using batch = await startBatch()
    using client = clientOf(batch)
    assert.match(await failureOf(submit(client, input)), expected)
    assert.equal(batch.jobs().length, 0)
  })
}

test('a job is stopped by its id and with a reason, and must be there', async () => {
  await using batch = await startBatch()
  using client = clientOf(batch)
  const stop = (jobId: string, reason: string) => client.send(new TerminateJobCommand({ jobId, reason }))
  assert.match(await failureOf(stop('none', 'x')), /^400 ClientException: Job none does not exist/)
  const id = await submit(client)
  assert.match(await failureOf(stop(id, 'x'.repeat(1025))), /^400 ClientException: .*1024/)
  await stop(id, 'x')
  assert.equal(batch.job(id)!.status, 'FAILED')
  await stop(id, 'again')
  assert.equal(batch.job(id)!.statusReason, 'x', 'what is over stays as it is')
})

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const wrong: readonly (readonly [string, Parameters<typeof clientOf>[1], RegExp])[] = [
  ['another secret', { credentials: { ...credentials, secretAccessKey: 'x' } }, /^403 InvalidSignatureException/],
  ['another key', { credentials: { ...credentials, accessKeyId: 'AKIAX' } }, /^403 UnrecognizedClientException/],
  ['a token', { credentials: { ...credentials, sessionToken: 'x' } }, /^403 UnrecognizedClientException/],
  ['another region', { region: 'us-east-1' }, /^403 InvalidSignatureException: .*region/]
]

for (const [name, config, expected] of wrong) {
  test(`a request signed with ${name} is refused`, async () => {
    await using batch = await startBatch()
    using client = clientOf(batch, config)
    assert.match(await failureOf(submit(client)), expected)
  })
}

test('a request that is unsigned, stale or not JSON is refused', async () => {
  await using batch = await startBatch({ nowMs: () => Date.now() + 6 * 60_000 })
  const answer = await fetch(`${batch.url}/v1/submitjob`, { method: 'POST', body: '{}' })
  assert.deepEqual(
    [answer.status, answer.headers.get('x-amzn-errortype')],
    [403, 'MissingAuthenticationTokenException']
  )
  using client = clientOf(batch)
  assert.match(await failureOf(submit(client)), /^403 InvalidSignatureException: Signature expired/)
})

test('faults meet the calls that they name', async () => {
  await using batch = await startBatch({
    faults: [
      { operation: 'SubmitJob', times: 1, action: { kind: 'error', type: 'ClientException', message: 'Too busy' } },
      { operation: 'DescribeJobs', action: { kind: 'error', type: 'ServerException' } }
    ]
  })
  using client = clientOf(batch, { requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true } })
  assert.match(await failureOf(submit(client)), /^400 ClientException: Too busy/)
  const id = await submit(client)
  assert.match(await failureOf(client.send(new DescribeJobsCommand({ jobs: [id] }))), /^500 ServerException/)
  batch.faults.clear()
  batch.faults.add({ times: 1, action: { kind: 'lost-answer' } })
  assert.match(await failureOf(submit(client)), /^- .*/)
  assert.equal(batch.jobs().length, 2, 'the job is there, though its answer was lost')
  batch.faults.add({ times: 1, action: { kind: 'hang' } })
  assert.match(await failureOf(submit(client)), /^- TimeoutError/)
  batch.faults.add({ times: 1, action: { kind: 'reset' } })
  assert.match(await failureOf(submit(client)), /^- /)
  await batch.setOffline(true)
  assert.match(await failureOf(submit(client)), /ECONNREFUSED/)
  await batch.setOffline(false)
  await submit(client)
  assert.equal(batch.jobs().length, 3)
})
