import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { test } from 'node:test'
import { TerminateJobCommand } from '@aws-sdk/client-batch'
import { bareEnvironment } from '../../support/bare-environment.ts'
import { listen } from '../s3/connections.ts'
import { clientOf, startBatch, submit } from './clients.ts'
import type { BatchEvent } from './events.ts'
import type { BatchServerOptions } from './server.ts'
import { processExecutor } from './task.ts'

/** A container that says it is up, then does what its command says: `polite` leaves on SIGTERM with 143, `stubborn` never does. */
const program = `
const [mode] = process.argv.slice(1)
if (mode === 'environment') console.log(JSON.stringify(process.env))
else if (/^[0-9]+$/.test(mode)) process.exitCode = Number(mode)
else {
  process.on('SIGTERM', () => mode === 'polite' && process.exit(143))
  setInterval(() => {}, 1000)
}
console.log('up')
`

interface Container extends Partial<BatchServerOptions> {
  readonly mode: string
  readonly definition?: object
}

/** A server that runs the program, and what it prints, by attempt. */
async function startContainers({ mode, definition, ...options }: Container) {
  const printed: string[] = []
  const batch = await startBatch({
    executor: processExecutor({
      environment: () => ({ FROM_HOST: 'yes' }),
      onOutput: ({ attempt }, chunk) => {
        printed[attempt - 1] = (printed[attempt - 1] ?? '') + chunk
        for (const listener of heard) listener()
      }
    }),
    jobDefinitions: {
      'iot-log-export': { command: ['node', '-e', program, 'Ref::mode'], parameters: { mode }, ...definition }
    },
    ...options
  })
  const heard = new Set<() => void>()
  /** Resolves when that attempt has printed that it is up. */
  const up = (attempt: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const listener = (): void => void (printed[attempt - 1]?.includes('up') && resolve())
    heard.add(listener)
    listener()
    return promise
  }
  return { batch, printed, up, [Symbol.asyncDispose]: () => batch.close() }
}

const statusesOf = (events: readonly BatchEvent[]): unknown[] => events.map(({ detail }) => detail.status)

test('a container runs with what Batch and its definition give it, and nothing of ours', async () => {
  process.env.IOT_LOG_TEST_SECRET = 'must not leak'
  await using running = await startContainers({ mode: 'environment', definition: { environment: { STAGE: 'test' } } })
  const { batch, printed } = running
  using client = clientOf(batch)
  const id = await submit(client, { containerOverrides: { environment: [{ name: 'EXTRA', value: '1' }] } })
  await batch.until(() => batch.job(id)!.status === 'SUCCEEDED')
  const environment = JSON.parse(printed[0]!.split('\n')[0]!)
  const ofOurs = JSON.parse(JSON.stringify(bareEnvironment()))
  assert.deepEqual(environment, {
    ...ofOurs,
    FROM_HOST: 'yes',
    STAGE: 'test',
    EXTRA: '1',
    AWS_BATCH_JOB_ID: id,
    AWS_BATCH_JOB_ATTEMPT: '1',
    AWS_BATCH_JQ_NAME: 'slack',
    AWS_BATCH_CE_NAME: 'slack-environment'
  })
  assert.deepEqual(statusesOf(batch.events), ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'])
  assert.equal(batch.job(id)!.attempts[0]!.exitCode, 0)
})

test('a failure is reported with its exit code, and retried as the rules say', async () => {
  const retryStrategy = { attempts: 3, evaluateOnExit: [{ onExitCode: '2', action: 'EXIT' }] }
  await using running = await startContainers({ mode: '1', definition: { retryStrategy } })
  const { batch } = running
  using client = clientOf(batch)
  const id = await submit(client)
  const wrong = await submit(client, { parameters: { mode: '2' } })
  await batch.until(() => batch.job(id)!.status === 'FAILED' && batch.job(wrong)!.status === 'FAILED')
  assert.deepEqual(
    [batch.job(id)!, batch.job(wrong)!].map(({ attempts }) => attempts.map(({ exitCode }) => exitCode)),
    [[1, 1, 1], [2]]
  )
  const last = batch.events.findLast(({ detail }) => detail.jobId === id)!
  const { detail } = last
  assert.deepEqual(
    [last.source, last['detail-type'], detail.status, detail.statusReason],
    ['aws.batch', 'Batch Job State Change', 'FAILED', 'Essential container in task exited']
  )
  assert.equal((detail.container as { exitCode: number }).exitCode, 1)
  assert.equal((detail.attempts as unknown[]).length, 3)
  assert.match(last.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('a terminated job gets SIGTERM, then SIGKILL, and no further attempt', async () => {
  const definition = { retryStrategy: { attempts: 5 } }
  await using polite = await startContainers({ mode: 'polite', definition })
  await using stubborn = await startContainers({ mode: 'stubborn', definition, secondMs: 5 })
  for (const [{ batch, up }, exitCode] of [[polite, 143] as const, [stubborn, 137] as const]) {
    using client = clientOf(batch)
    const id = await submit(client)
    await up(1)
    await client.send(new TerminateJobCommand({ jobId: id, reason: 'Cancelled by U0MINA' }))
    const job = await batch.until(() => batch.job(id)!.status === 'FAILED' && batch.job(id)!)
    assert.deepEqual(
      [job.statusReason, job.isTerminated, job.attempts.map((attempt) => attempt.exitCode)],
      ['Cancelled by U0MINA', true, [exitCode]]
    )
  }
})

test('a job that takes too long is stopped and not tried again', async () => {
  const definition = { retryStrategy: { attempts: 5 }, timeout: { attemptDurationSeconds: 60 } }
  await using running = await startContainers({ mode: 'polite', definition, secondMs: 10 })
  using client = clientOf(running.batch)
  const id = await submit(client)
  const job = await running.batch.until(({ job: find }) => find(id)!.status === 'FAILED' && find(id)!)
  assert.deepEqual([job.statusReason, job.attempts.length], ['Job attempt duration exceeded timeout', 1])
})

test('an interrupted Spot task is tried again in the same job', async () => {
  const rules = [
    { onStatusReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
    { onReason: '*', action: 'EXIT' }
  ]
  await using running = await startContainers({
    mode: 'polite',
    definition: { retryStrategy: { attempts: 2, evaluateOnExit: rules } }
  })
  const { batch, up } = running
  using client = clientOf(batch)
  const id = await submit(client)
  await up(1)
  batch.interrupt(id)
  await up(2)
  batch.kill(id)
  const job = await batch.until(() => batch.job(id)!.status === 'FAILED' && batch.job(id)!)
  assert.deepEqual(
    job.attempts.map(({ exitCode, statusReason }) => [exitCode, statusReason]),
    [
      [143, 'Your Spot Task was interrupted.'],
      [137, 'Essential container in task exited']
    ]
  )
  assert.deepEqual(statusesOf(batch.events), [
    ...['RUNNABLE', 'STARTING', 'RUNNING'],
    ...['RUNNABLE', 'STARTING', 'RUNNING'],
    'FAILED'
  ])
  assert.throws(() => batch.interrupt(id), /does not run/)
})

test('a container out of memory says so, and an image that is not there, too', async () => {
  await using running = await startContainers({
    mode: 'polite',
    attemptFaults: [
      { queue: 'slack', fault: { kind: 'out-of-memory', afterMs: 1 } },
      { queue: 'slack-on-demand', fault: { kind: 'cannot-pull-image' } }
    ]
  })
  const { batch } = running
  using client = clientOf(batch)
  const hungry = await submit(client)
  const missing = await submit(client, { jobQueue: 'slack-on-demand' })
  await batch.until(() => batch.job(hungry)!.status === 'FAILED' && batch.job(missing)!.status === 'FAILED')
  const attempts = [hungry, missing].map((id) => batch.job(id)!.attempts[0]!)
  assert.deepEqual(
    attempts.map(({ exitCode, statusReason, reason }) => [exitCode, statusReason, reason!.slice(0, 24)]),
    [
      [137, 'Essential container in task exited', 'OutOfMemoryError: Contai'],
      [undefined, 'Task failed to start', 'CannotPullContainerError']
    ]
  )
  assert.equal(batch.job(missing)!.startedAt, undefined)
})

test('a job stuck at the head of its queue is cancelled after its time, one after the other', async () => {
  const reason = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'
  await using running = await startContainers({
    mode: '0',
    secondMs: 0.1,
    queues: { slack: { capacity: 0, jobStateTimeLimitActions: [{ reason, maxTimeSeconds: 600 }] } }
  })
  const { batch } = running
  using client = clientOf(batch)
  const ids = [await submit(client), await submit(client)]
  await batch.until(() => ids.every((id) => batch.job(id)!.status === 'FAILED'))
  const job = batch.job(ids[0]!)!
  assert.match(job.statusReason!, /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - /)
  assert.deepEqual([job.isCancelled, job.attempts.length], [true, 0])
  const blocked = batch.events.filter((event) => event['detail-type'] === 'Batch Job Queue Blocked')
  assert.equal(blocked.length, 2)
  batch.setCapacity('slack', 1)
  const third = await submit(client)
  await batch.until(() => batch.job(third)!.status === 'SUCCEEDED')
})

test('a queue runs as many as it may', async () => {
  await using running = await startContainers({ mode: 'polite', queues: { slack: { capacity: 1 } } })
  const { batch, up } = running
  using client = clientOf(batch)
  const [first, second] = [await submit(client), await submit(client)]
  await up(1)
  assert.deepEqual([batch.job(first)!.status, batch.job(second)!.status], ['RUNNING', 'RUNNABLE'])
  await client.send(new TerminateJobCommand({ jobId: first, reason: 'x' }))
  await batch.until(() => batch.job(second)!.status === 'RUNNING')
})

test('events go to a function and to an address, in order; what fails there is kept', async () => {
  const posted: BatchEvent[] = []
  const target = createServer(async (incoming, response) => {
    posted.push(JSON.parse(await textOf(incoming)))
    response.writeHead(posted.length === 1 ? 500 : 200).end()
  })
  const connections = await listen(target, 0)
  const delivered: BatchEvent[] = []
  await using running = await startContainers({
    mode: '0',
    eventTarget: `http://127.0.0.1:${connections.port}/`,
    onEvent: (event) => void delivered.push(event)
  })
  const { batch } = running
  using client = clientOf(batch)
  const id = await submit(client)
  await batch.until(() => batch.job(id)!.status === 'SUCCEEDED')
  await batch.settled()
  assert.deepEqual(delivered, batch.events)
  assert.deepEqual(statusesOf(posted), ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'])
  assert.match(String(batch.eventFailures[0]), /answered 500/)
  await connections.shut()
})

test('what runs is killed when the server closes', async () => {
  const running = await startContainers({ mode: 'stubborn' })
  using client = clientOf(running.batch)
  await submit(client)
  await running.up(1)
  assert.equal(running.batch.runningCount(), 1)
  await running.batch.close()
  assert.equal(running.batch.runningCount(), 0)
})
