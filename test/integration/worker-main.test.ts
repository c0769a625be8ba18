import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Job } from '../../worker/contract/job.ts'
import { createJobId } from '../../worker/jobs/id.ts'
import { createSlackReply } from '../../worker/report/slack/reply.ts'
import { memoryStorage } from '../stand-ins/s3/storage-memory.ts'
import { startSlackServer } from '../stand-ins/slack/server.ts'
import { createJobPlace, type JobPlace } from '../support/job-place.ts'
import { askedMs, wantedJob } from '../support/jobs.ts'
import { frequentIdentifier, largeKeys, mixedDay } from '../support/mixed-day.ts'
import type { FinishedCommand } from '../support/run-cli.ts'
import { serveS3 } from '../support/s3-bucket.ts'
import { onRequest, type RequestHook } from '../support/s3-request-hooks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * The container's entry as a process, as Batch runs, stops and kills it; against the embedded S3 and a Slack stand-in.
 */

const server = await serveS3()
const concurrency = 3
const storage = memoryStorage()
server.createBucket('large-logs', { storage })
const day = mixedDay(41)
for (const key of Object.values(largeKeys)) server.put('large-logs', key, day.get(key)!)
/** An archive of three parts. */
const large = wantedJob([frequentIdentifier, 'telemetry', '2023/10/01T05..2023/10/01T07'])
const small = wantedJob(['THING00001', 'telemetry', '2023/10/01'])
const smallLogs = new Map([['telemetry/2023/10/01/05/a.gz', gzipSync('THING00001 is here\n')]])
/** The middle of the upload: one part is there, one is on its way. */
const middle = { operation: 'UploadPart', number: 2 } as const
const largeArchive = await archiveOfUndisturbed()

describe('the entry of the container', { concurrency }, () => {
  it('the container runs a job and reports it in Slack, and its log is JSON lines without secrets', async () => {
    await using slack = await startSlackServer()
    const place = createJobPlace(server, smallLogs)
    const [channel, user] = [[...slack.workspace.channels.keys()][0]!, [...slack.workspace.users.keys()][0]!]
    const asker = { team: slack.workspace.team.id, user, channel }
    const job = await place.submit({ ...small, asker, reply: createSlackReply(null, askedMs) })
    const { code, stdout, stderr } = await run(place, job.id, {
      SLACK_BOT_TOKEN: slack.token,
      SLACK_API_URL: slack.apiUrl,
      IOT_LOG_PUBLIC_URL: 'https://ingress.example',
      IOT_LOG_LINK_KEY: 'a key that signs links'
    })
    assert.deepEqual([code, stderr], [0, ''], stdout)
    const ended = await place.job(job.id)
    assert.equal(ended.state, 'complete')
    const [message] = slack.messages(channel)
    assert.equal(slack.messages(channel).length, 1)
    assert.equal(ended.reply.ts, message!.ts)
    assert.match(JSON.stringify(message), /https:\/\/ingress\.example\/download\//)
    const events = eventsOf(stdout)
    // A message that Slack takes late is a warning.
    for (const line of events)
      assert.deepEqual([/^(info|warn)$/.test(String(line.level)), line.job, line.attempt], [true, job.id, 1])
    assert.deepEqual(
      events.map(({ event }) => event).filter((event) => ['started', 'planned', 'over'].includes(String(event))),
      ['started', 'planned', 'over']
    )
    for (const secret of [slack.token, message!.ts, 'a key that signs', 'THING00001 is here']) {
      assert.ok(!stdout.includes(secret), secret)
    }
  })

  it('the container reports all wrong settings at once with exit code 2, without secrets', async () => {
    const place = createJobPlace(server, smallLogs)
    const { code, stdout, stderr } = await run(place, 'no-id', {
      IOT_LOG_ENVIRONMENT: 'prod',
      IOT_LOG_JOB_TIMEOUT_SECONDS: 'soon',
      IOT_LOG_JOB_ATTEMPTS: '11',
      SLACK_API_URL: 'slack.com',
      SLACK_BOT_TOKEN: 'xoxb-secret'
    })
    assert.deepEqual([code, stderr], [2, ''])
    const [event] = eventsOf(stdout)
    assert.equal(
      event!.message,
      [
        'The command takes one word, the id of a job',
        'IOT_LOG_JOB_TIMEOUT_SECONDS=soon: a whole number from 1 to 9007199254740991',
        'IOT_LOG_JOB_ATTEMPTS=11: a whole number from 1 to 10',
        'SLACK_API_URL=slack.com: a URL that begins with https://',
        'IOT_LOG_ENVIRONMENT=prod: one of dev'
      ].join(' ')
    )
  })

  it('the container stops at a SIGTERM that comes while it is loading', async () => {
    const place = createJobPlace(server, smallLogs)
    const { id } = await place.submit(small)
    using here = temporaryDirectory()
    const preload = join(here.path, 'stop-while-loading.mjs')
    writeFileSync(
      preload,
      `import { registerHooks } from 'node:module'
      const resolve = (specifier, context, next) => {
        if (specifier.endsWith('/run-job.ts')) process.kill(process.pid, 'SIGTERM')
        return next(specifier, context)
      }
      registerHooks({ resolve })`
    )
    const { code, signal } = await run(place, id, { NODE_OPTIONS: `--import=${pathToFileURL(preload)}` })
    assert.deepEqual([code, signal], [143, null])
    assert.deepEqual([(await place.job(id)).state, place.archives()], ['submitted', []])
  })

  it('the container exits with 2 without a job document or a configuration', async () => {
    const place = createJobPlace(server, smallLogs)
    assert.equal((await run(place, createJobId(askedMs))).code, 2)
    assert.equal((await run(place, createJobId(askedMs), { IOT_LOG_CONFIG: '/nowhere.json' })).code, 2)
  })
})

describe('the process of a job in the middle of its upload', { concurrency }, () => {
  it('a process ends soon after SIGTERM and leaves nothing, and the second attempt makes the same archive', async () => {
    const place = largePlace()
    const { id } = await place.submit(large)
    const first = await signalAt(place, id, middle, 'SIGTERM')
    assert.equal(first.code, 143)
    assert.ok(first.tookMs < 10_000, `${first.tookMs} ms`)
    assert.deepEqual(place.archives(), [])
    assert.deepEqual(outcomesOf(await place.job(id)), ['interrupted'])
    assert.equal((await place.job(id)).state, 'running')
    assert.equal((await run(place, id, { AWS_BATCH_JOB_ATTEMPT: '2' })).code, 0)
    await assertArchive(place, id)
    assert.deepEqual(outcomesOf(await place.job(id)), ['interrupted', 'complete'])
  })

  it('a killed process leaves parts, and the second attempt removes them and makes the same archive', async () => {
    const place = largePlace()
    const { id } = await place.submit(large)
    const first = await signalAt(place, id, middle, 'SIGKILL')
    assert.equal(first.signal, 'SIGKILL')
    const key = `slack/iot-logs/20231002083000-${id.slice(-6)}/20231001T05-20231001T07_THING00099.zip`
    assert.deepEqual(place.archives(), [`unfinished ${key}`])
    const second = await run(place, id, { AWS_BATCH_JOB_ATTEMPT: '2' })
    assert.equal(second.code, 0, second.stdout)
    await assertArchive(place, id)
    assert.deepEqual(outcomesOf(await place.job(id)), ['killed', 'complete'])
  })

  it('a process that is killed before its result is stored has its archive replaced by the same one', async () => {
    const place = largePlace()
    const { id } = await place.submit(large)
    const first = await signalAt(place, id, { operation: 'HeadObject' }, 'SIGKILL')
    assert.equal(first.signal, 'SIGKILL')
    assert.equal(place.archives().length, 1)
    assert.equal((await run(place, id)).code, 0)
    await assertArchive(place, id)
  })

  it('a cancelled process (document, then SIGTERM) exits with 0 and leaves nothing behind', async () => {
    const place = largePlace()
    const { id } = await place.submit(large)
    const cancel = async (): Promise<void> =>
      void (await place.jobs.update(id, (job) => ({ ...job, state: 'cancelling' })))
    const { code } = await signalAt(place, id, middle, 'SIGTERM', {}, cancel)
    assert.deepEqual([code, (await place.job(id)).state, place.archives()], [0, 'cancelled', []])
    assert.equal((await run(place, id, { AWS_BATCH_JOB_ATTEMPT: '2' })).code, 0)
    assert.deepEqual(outcomesOf(await place.job(id)), ['cancelled'])
  })

  for (const [state, variables] of [
    ['timed-out', { IOT_LOG_JOB_TIMEOUT_SECONDS: '5' }],
    ['failed', { AWS_BATCH_JOB_ATTEMPT: '3', IOT_LOG_JOB_ATTEMPTS: '3' }]
  ] as const) {
    it(`a process that is stopped for good is ${state}, exits with 1 and leaves nothing behind`, async () => {
      const place = largePlace()
      const { id } = await place.submit(large)
      const { code } = await signalAt(place, id, middle, 'SIGTERM', variables)
      assert.deepEqual([code, (await place.job(id)).state, place.archives()], [1, state, []])
    })
  }

  it('a process handles a second signal like the first', async () => {
    const place = largePlace()
    const { id } = await place.submit(large)
    const { code } = await signalAt(place, id, middle, 'SIGTERM', {}, async (kill) => kill('SIGINT'))
    assert.deepEqual([code, outcomesOf(await place.job(id)), place.archives()], [143, ['interrupted'], []])
  })

  it('a process ends within 20 s of SIGTERM when S3 and Slack do not answer', async () => {
    await using slack = await startSlackServer({ faults: [{ action: { kind: 'hang' } }] })
    const place = largePlace()
    const { id } = await place.submit(large)
    const variables = { SLACK_BOT_TOKEN: slack.token, SLACK_API_URL: slack.apiUrl }
    const silence = async (): Promise<void> =>
      server.faults.add(
        { bucket: place.results, action: { kind: 'hang' } },
        { bucket: place.source, action: { kind: 'hang' } }
      )
    const { code, tookMs, stdout } = await signalAt(place, id, middle, 'SIGTERM', variables, silence)
    assert.equal(code, 143, stdout)
    assert.ok(tookMs < 20_000, `${tookMs} ms`)
  })
})

function largePlace(): JobPlace {
  return createJobPlace(server, { storage })
}

async function run(
  place: JobPlace,
  id: string,
  variables?: Readonly<Record<string, string>>
): Promise<FinishedCommand> {
  using here = temporaryDirectory()
  return await place.start(id, here, variables).finished
}

/** Starts a job and signals its process at a request, which gets no answer. */
async function signalAt(
  place: JobPlace,
  id: string,
  { operation, number = 1 }: Omit<RequestHook, 'bucket'>,
  signal: NodeJS.Signals,
  variables: Readonly<Record<string, string>> = {},
  before: (kill: (signal: NodeJS.Signals) => void) => Promise<void> = async () => {}
): Promise<FinishedCommand & { readonly tookMs: number }> {
  using here = temporaryDirectory()
  const { promise: reached, resolve, reject } = Promise.withResolvers<void>()
  const bucket = place.results
  using _watch = onRequest(server, { operation, number, bucket }, resolve)
  using _hang = place.trouble({ operation, bucket, after: number - 1, times: 1, action: { kind: 'hang' } })
  const { child, finished } = place.start(id, here, variables)
  finished.then(({ stdout }) => reject(new Error(`it ended before: ${stdout}`)), reject)
  await reached
  await before((name) => child.kill(name))
  const signalledMs = performance.now()
  child.kill(signal)
  const ended = await finished
  return { ...ended, tookMs: performance.now() - signalledMs }
}

async function archiveOfUndisturbed(): Promise<Buffer> {
  const place = largePlace()
  const { id } = await place.submit(large)
  assert.equal((await run(place, id)).code, 0)
  return place.archive(await place.job(id))
}

async function assertArchive(place: JobPlace, id: string): Promise<void> {
  const job = await place.job(id)
  assert.equal(job.state, 'complete')
  assert.deepEqual(place.archives(), [job.result!.archive!.key])
  assert.ok(place.archive(job).equals(largeArchive), 'the archive differs')
  assert.equal(await place.jobs.countRunning(), 0)
}

const outcomesOf = (job: Job): readonly (string | null)[] => job.attempts.map(({ outcome }) => outcome)

function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
