import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Job, jobKeys } from '../../../worker/contract/job.ts'
import { createJobId } from '../../../worker/jobs/id.ts'
import { type RunJobOptions, runJob } from '../../../worker/jobs/run-job.ts'
import type { JobReporter } from '../../../worker/report/job-reporter.ts'
import { manifestOf, readArchive } from '../../support/archives.ts'
import { createJobPlace, type JobPlace } from '../../support/job-place.ts'
import { askedMs, secretUrl, wantedJob } from '../../support/jobs.ts'
import { recordLog } from '../../support/recorded-log.ts'
import { createRecordingReporter, type RecordingReporter } from '../../support/recording-reporter.ts'
import { serveS3 } from '../../support/s3-bucket.ts'
import { onRequest, type RequestHook } from '../../support/s3-request-hooks.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const server = await serveS3()
const concurrency = 6
const secretTs = '1696235400.000100'
const prefix = 'slack/iot-logs/'
const wanted = wantedJob(['THING00001', 'telemetry,command', '2023/10/01'])
const line = 'THING00001 says something confidential\n'
const logs = new Map([
  ['telemetry/2023/10/01/00/a.gz', gzipSync(line)],
  ['telemetry/2023/10/01/00/b.gz', gzipSync(`${line}other\n${line}`)],
  ['telemetry/2023/10/01/05/a', Buffer.from(line)],
  ['telemetry/2023/10/01/23/a.gz', gzipSync('nothing\n')],
  ['commands/2023/10/01/05/a.gz', gzipSync(line)],
  ['commands/2023/10/01/06/empty', Buffer.alloc(0)]
])
const truncated = new Map(logs).set('telemetry/2023/10/01/06/broken.gz', gzipSync(line).subarray(0, 30))

describe('running a job', { concurrency }, () => {
  it('a job exports, stores the result and reports it', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const { exitCode, reporter, events } = await run(place, id)
    assert.equal(exitCode, 0)
    const job = await place.job(id)
    assert.equal(job.state, 'complete')
    assert.equal(job.endedAt, '2023-10-02T08:31:00.000Z')
    assert.deepEqual(job.batch, { jobId: 'batch-1', queue: 'slack' })
    const at = '2023-10-02T08:31:00.000Z'
    assert.deepEqual(job.attempts, [
      { batchJobId: 'batch-1', queue: 'slack', startedAt: at, endedAt: at, outcome: 'complete' }
    ])
    const result = job.result!
    assert.equal(result.archive?.key, `${prefix}20231002083000-${id.slice(-6)}/20231001_THING00001.zip`)
    assert.deepEqual(
      result.entries.map(({ name, lines }) => [name, lines]),
      [
        ['telemetry_20231001.log', 4],
        ['command_20231001.log', 1]
      ]
    )
    assert.equal(result.objects.read, 5)
    assert.deepEqual(result.linesByHour, hours({ 0: 3, 5: 2 }))
    assert.equal(result.archive?.bytes, place.archive(job).length)
    assert.deepEqual(place.archives(), [result.archive?.key])
    assert.deepEqual(reporter.story(), ['running running', 'over complete'])
    const { toldAt, ...unreported } = job
    assert.deepEqual([reporter.calls.at(-1)!.job, toldAt], [unreported, at])
    const files = await archiveOf(place, job)
    assert.equal(files.get('telemetry_20231001.log')!.toString(), line.repeat(4))
    assert.equal(await place.jobs.countRunning(), 0)
    assert.deepEqual(
      events.map(({ event }) => event).filter((event) => event !== 'progress'),
      ['started', 'planned', 'over']
    )
    assert.deepEqual(events[0], { job: id, attempt: 1, event: 'started', state: 'running' })
    assertDiscreet(events)
  })

  it('a job reports a partial result, with its manifest', async () => {
    const place = createJobPlace(server, truncated)
    const { id } = await place.submit(wanted)
    const { exitCode, reporter } = await run(place, id)
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.result?.status], [0, 'partial', 'partial'])
    assert.deepEqual([job.result?.objects.unreadable, job.result?.unreadable], [1, { truncated: 1 }])
    assert.deepEqual(
      job.result?.entries.map(({ missing }) => missing),
      [1, 0]
    )
    assert.deepEqual(reporter.story(), ['running running', 'over partial'])
    assert.equal(manifestOf(await archiveOf(place, job)).notRead.length, 1)
  })

  it('a job reports that nothing matched, without an archive', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wantedJob(['THING00009', 'all', '2023/10/01']))
    const { exitCode, reporter } = await run(place, id)
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.result?.archive], [0, 'empty', null])
    assert.deepEqual(job.result?.linesByHour, hours({}))
    assert.deepEqual(reporter.story(), ['running running', 'over empty'])
    assert.deepEqual(place.archives(), [])
  })

  it('a job leaves the hours empty when the keys have none', async () => {
    const daily = new Map([...logs].map(([key, bytes]) => [key.replace('/2023/10/01/', '/2023/10/01-'), bytes]))
    const place = createJobPlace(server, daily)
    const { id } = await place.submit(wanted)
    const dev = place.config.environments.get('dev')!
    const template = 'telemetry/{yyyy}/{MM}/{dd}'
    const telemetry = { ...dev.categories.get('telemetry')!, layout: { template, hasHours: false } }
    const categories = new Map(dev.categories).set('telemetry', telemetry)
    const environments = new Map(place.config.environments).set('dev', { ...dev, categories })
    await run(place, id, { config: { ...place.config, environments } })
    const { result } = await place.job(id)
    assert.deepEqual([result?.entries[0]?.lines, result?.linesByHour], [4, []])
  })

  it('a failed job reports the reason to the person and to the operator', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const denied = { kind: 'error', code: 'AccessDenied' } as const
    using _ = place.trouble({ operation: 'ListObjectsV2', bucket: place.source, action: denied })
    const { exitCode, reporter, events } = await run(place, id)
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.failure?.code, job.result], [1, 'failed', 'denied', null])
    assert.match(job.failure!.operatorText, /s3:ListBucket/)
    assert.match(job.failure!.userText, /^iot-log has no permission to read the logs of dev\. Your request is correct/)
    assert.doesNotMatch(job.failure!.userText, /s3:|bucket/i)
    assert.equal(job.attempts[0]?.outcome, 'failed')
    assert.deepEqual(reporter.story(), ['running running', 'over failed'])
    assert.equal(events.find(({ event }) => event === 'failed')?.code, 'denied')
    assert.equal(await place.jobs.countRunning(), 0)
    assertDiscreet(events)
  })

  it('a job fails for good when its configuration lacks what it needs', async () => {
    for (const request of [
      { ...wanted.request, environment: 'prod' },
      { ...wanted.request, categories: ['telemetry', 'waf'] }
    ]) {
      const place = createJobPlace(server, logs)
      const { id } = await place.submit({ ...wanted, request })
      const { exitCode, reporter } = await run(place, id)
      assert.equal(exitCode, 2)
      assert.deepEqual(reporter.story(), ['running running', 'over failed'])
      const { operatorText, userText } = (await place.job(id)).failure!
      assert.match(operatorText, /"(prod|waf)", which the worker's configuration does not have/)
      assert.match(userText, /is not configured to read these logs of (prod|dev)\. Your request is correct/)
    }
  })

  it('a job stores its progress, and reports it from 10 to 99 %', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    let nowMs = askedMs
    const { reporter } = await run(place, id, { nowMs: () => (nowMs += 5_000) })
    const percents = reporter.calls.flatMap(({ live }) => (live ? [live.percent] : []))
    assert.equal(percents[0], 10)
    assert.equal(percents.at(-1), 99)
    assert.deepEqual(
      percents,
      [...percents].sort((a, b) => a - b)
    )
    const { progress } = await place.job(id)
    assert.equal(progress?.totalObjects, logs.size)
  })

  it('a job stores the reply that its reporter changed', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const { reply } = await place.job(id)
    const posted = { ...reply, channel: 'C1', ts: secretTs }
    const { events, reporter } = await run(place, id, {
      reporters: {
        slack: ({ onReply }) => {
          const recording = createRecordingReporter(() => onReply(posted))
          return { ...recording, running: (job) => void onReply(posted).then(() => recording.running(job)) }
        }
      }
    })
    assert.deepEqual((await place.job(id)).reply, posted)
    assert.equal((await place.job(id)).state, 'complete')
    assert.deepEqual(reporter.calls, [])
    assertDiscreet(events)
  })

  it('a job gives its reporter a link to the archive, and the number of running jobs', async () => {
    const place = createJobPlace(server, logs)
    await place.submit(wantedJob(['THING00002', 'telemetry', '2023/10/01']))
    const { id } = await place.submit(wanted)
    const seen: unknown[] = []
    await run(place, id, {
      nowMs: Date.now,
      reporters: {
        slack: ({ presign, countRunning }) => ({
          ...createRecordingReporter(),
          over: async (job) => {
            const link = await presign!(job)
            const answer = await fetch(link.url)
            seen.push(await countRunning(), answer.status, (await answer.arrayBuffer()).byteLength)
            seen.push(answer.headers.get('content-disposition'))
            return true
          }
        })
      }
    })
    const { result } = await place.job(id)
    assert.deepEqual(seen, [1, 200, result!.archive!.bytes, 'attachment; filename="20231001_THING00001.zip"'])
  })
})

describe('the end of a job', { concurrency }, () => {
  it('an end is stored as reported only when it was', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const deaf: JobReporter = { ...createRecordingReporter(), over: async () => false }
    const { exitCode } = await run(place, id, { reporters: { slack: () => deaf } })
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.toldAt], [0, 'complete', undefined])
  })

  it('an end is reported again, in less time, when its report was stopped', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const stopped = new AbortController()
    const budgets: number[] = []
    const reporter = createRecordingReporter()
    const cutShort = Promise.withResolvers<boolean>()
    const slow: JobReporter = {
      ...reporter,
      over: (job, budgetMs) => {
        budgets.push(budgetMs)
        if (budgets.length > 1) {
          cutShort.resolve(false)
          return reporter.over(job, budgetMs)
        }
        stopped.abort(new Error('SIGTERM'))
        return cutShort.promise
      }
    }
    const { exitCode } = await run(place, id, { signal: stopped.signal, reporters: { slack: () => slow } })
    assert.deepEqual([exitCode, budgets, reporter.story()], [0, [40_000, 6_000], ['running running', 'over complete']])
    assert.ok((await place.job(id)).toldAt)
  })

  it('an end stays when its report can not be stored', async () => {
    const place = createJobPlace(server, logs, 500)
    const { id } = await place.submit(wanted)
    const reporter = createRecordingReporter()
    const silent = {
      operation: 'PutObject',
      bucket: place.results,
      action: { kind: 'error', code: 'SlowDown' }
    } as const
    const late: JobReporter = {
      ...reporter,
      over: (job, budgetMs) => {
        place.trouble(silent)
        return reporter.over(job, budgetMs)
      }
    }
    const { exitCode } = await run(place, id, { reporters: { slack: () => late } })
    assert.deepEqual([exitCode, (await place.job(id)).state], [0, 'complete'])
  })
})

describe('a job that is not to be run', { concurrency }, () => {
  it('a job without a document exits with 2', async () => {
    const place = createJobPlace(server, logs)
    const { exitCode, reporter, events } = await run(place, createJobId(askedMs))
    assert.equal(exitCode, 2)
    assert.deepEqual([reporter.calls, events.map(({ event }) => event)], [[], ['no-record']])
  })

  it('a job with a malformed document exits with 2, without its content in the log', async () => {
    for (const text of ['', `{"responseUrl":"${secretUrl}"`, `{"reply":{"responseUrl":"${secretUrl}"}}`]) {
      const place = createJobPlace(server, logs)
      const { id } = await place.submit(wanted)
      server.put(place.results, jobKeys.record(prefix, id), text)
      const { exitCode, reporter, events } = await run(place, id)
      assert.deepEqual([exitCode, reporter.calls], [2, []])
      assertDiscreet(events)
    }
  })

  it('a job whose document has no bucket reports a wrong configuration', async () => {
    const place = createJobPlace(server, logs)
    await assert.rejects(run(place, createJobId(askedMs), { output: { url: 'file:///tmp' } }), { code: 'wrong-config' })
  })

  for (const state of ['complete', 'empty', 'failed', 'cancelled', 'timed-out'] as const) {
    it(`a job that is ${state} already exits with 0 without work`, async () => {
      const place = createJobPlace(server, logs)
      const { id } = await place.submit(wanted)
      const ended = await place.jobs.end(id, { state })
      const { exitCode, reporter } = await run(place, id)
      assert.deepEqual([exitCode, reporter.calls], [0, []])
      assert.deepEqual(await place.job(id), ended)
      assert.equal(requestsTo(place.source), 0)
    })
  }

  it('a job that ended without a report is reported, and exits with 0 without work', async () => {
    const place = createJobPlace(server, logs)
    const open = { batchJobId: 'batch-1', queue: 'slack', startedAt: 'then', endedAt: null, outcome: null }
    const { id } = await place.submitAs(wanted, { state: 'running', attempts: [open] })
    await place.jobs.end(id, { state: 'failed' })
    const again = { attempt: attemptOf({ number: 2 }) }
    const { exitCode, reporter } = await run(place, id, again)
    assert.deepEqual([exitCode, reporter.story(), requestsTo(place.source)], [0, ['over failed'], 0])
    assert.ok((await place.job(id)).toldAt)
    assert.deepEqual((await run(place, id, again)).reporter.calls, [])
  })

  it('a job that was cancelled before its start says so, and exits with 0 without work', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submitAs(wanted, { state: 'cancelling' })
    const { exitCode, reporter } = await run(place, id)
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.attempts], [0, 'cancelled', []])
    assert.deepEqual(reporter.story(), ['over cancelled'])
    assert.equal(requestsTo(place.source), 0)
    assert.equal(await place.jobs.countRunning(), 0)
  })

  for (const [code, status] of [
    ['AccessDenied', 403],
    ['SlowDown', 503]
  ] as const) {
    it(`a job whose document can not be read (${status}) exits with 1 without a report`, async () => {
      const place = createJobPlace(server, logs, 500)
      const { id } = await place.submit(wanted)
      using _ = place.trouble({ operation: 'GetObject', bucket: place.results, action: { kind: 'error', code } })
      const { exitCode, reporter, events } = await run(place, id)
      assert.deepEqual([exitCode, reporter.calls, events.map(({ event }) => event)], [1, [], ['failed']])
      assertDiscreet(events)
    })

    it(`a job whose document can not be written (${status}) exits with 1 and reports it`, async () => {
      const place = createJobPlace(server, logs, 500)
      const { id } = await place.submit(wanted)
      using _ = place.trouble({ operation: 'PutObject', bucket: place.results, action: { kind: 'error', code } })
      const { exitCode, reporter } = await run(place, id)
      assert.equal(exitCode, 1)
      assert.deepEqual(reporter.story(), ['over failed'])
      assert.equal((await place.job(id)).state, 'submitted')
      assert.equal(requestsTo(place.source), 0)
    })
  }

  it('a job runs when S3 rejects its document for a time', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const key = jobKeys.record(prefix, id)
    using _ = place.trouble(
      { operation: 'GetObject', key, times: 3, action: { kind: 'error', code: 'SlowDown' } },
      { operation: 'PutObject', key, times: 2, action: { kind: 'lost-answer' } }
    )
    const { exitCode, reporter } = await run(place, id)
    assert.deepEqual([exitCode, reporter.story()], [0, ['running running', 'over complete']])
    assert.equal((await place.job(id)).attempts.length, 1)
  })
})

describe('a job that is stopped', { concurrency }, () => {
  it('an interrupted job has another attempt with the same archive and message', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const { exitCode, reporter, events } = await stop(place, id, { operation: 'GetObject' })
    assert.equal(exitCode, 143)
    assert.deepEqual(reporter.story(), ['running running', 'interrupted running'])
    const between = await place.job(id)
    assert.deepEqual([between.state, between.attempts.map(({ outcome }) => outcome)], ['running', ['interrupted']])
    assert.equal(await place.jobs.countRunning(), 1)
    assertDiscreet(events)
    const second = await run(place, id, { attempt: attemptOf({ number: 2 }) })
    assert.deepEqual([second.exitCode, second.reporter.story()], [0, ['running running', 'over complete']])
    const job = await place.job(id)
    assert.deepEqual(
      job.attempts.map(({ outcome }) => outcome),
      ['interrupted', 'complete']
    )
    const other = createJobPlace(server, logs)
    const { id: otherId } = await other.submit(wanted)
    await run(other, otherId)
    assert.ok(other.archive(await other.job(otherId)).equals(place.archive(job)))
  })

  it('a killed attempt is reported as that', async () => {
    const place = createJobPlace(server, logs)
    const open = { batchJobId: 'batch-1', queue: 'slack', startedAt: 'then', endedAt: null, outcome: null }
    const { id } = await place.submitAs(wanted, { state: 'running', attempts: [open] })
    await run(place, id, { attempt: attemptOf({ number: 2 }) })
    assert.deepEqual(
      (await place.job(id)).attempts.map(({ outcome }) => outcome),
      ['killed', 'complete']
    )
  })

  it('a second attempt starts over, at any progress of the first', async () => {
    const place = createJobPlace(server, logs)
    const progress = { percent: 72, objects: 4, totalObjects: 6, storedBytes: 70, totalBytes: 100, lines: 3 }
    const { id } = await place.submitAs(wanted, { state: 'running', progress })
    const { reporter } = await run(place, id, { attempt: attemptOf({ number: 2 }) })
    assert.equal(reporter.calls[0]!.job.progress, null)
  })

  it('a job that its person cancels is cancelled and exits with 0', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const cancel = async (): Promise<void> =>
      void (await place.jobs.update(id, (job) => ({ ...job, state: 'cancelling' })))
    const { exitCode, reporter } = await stop(place, id, { operation: 'GetObject' }, {}, cancel)
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.attempts[0]?.outcome], [0, 'cancelled', 'cancelled'])
    assert.deepEqual(reporter.story(), ['running running', 'over cancelled'])
    assert.deepEqual([place.archives(), await place.jobs.countRunning()], [[], 0])
  })

  it('a job that is stopped after its time is timed out and exits with 1', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const attempt = attemptOf({ timeoutMs: 60_000, most: 1 })
    const { exitCode, reporter } = await stop(place, id, { operation: 'GetObject' }, { attempt })
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.failure?.code], [1, 'timed-out', 'timed-out'])
    assert.match(job.failure!.userText, /exceeded its time limit of 1 min/)
    assert.deepEqual(reporter.story(), ['running running', 'over timed-out'])
  })

  it('a job that is stopped before its time in the last attempt fails and exits with 1', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const attempt = attemptOf({ number: 3, most: 3, timeoutMs: 120_000 })
    const { exitCode, reporter } = await stop(place, id, { operation: 'GetObject' }, { attempt })
    const job = await place.job(id)
    assert.deepEqual([exitCode, job.state, job.failure?.code], [1, 'failed', 'interrupted'])
    assert.equal(job.attempts[0]?.outcome, 'interrupted')
    assert.deepEqual(reporter.story(), ['running running', 'over failed'])
  })

  it('a job that another process has ended stays as it is, and is reported so', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const end = async (): Promise<void> => void (await place.jobs.end(id, { state: 'timed-out' }))
    const { exitCode, reporter } = await stop(place, id, { operation: 'GetObject' }, {}, end)
    assert.deepEqual([exitCode, (await place.job(id)).state], [1, 'timed-out'])
    assert.deepEqual(reporter.story(), ['running running', 'over timed-out'])
  })

  it('a job that is cancelled only in its document sees that at its next progress', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const key = jobKeys.record(prefix, id)
    const cancel = (): void => {
      const job = JSON.parse(server.get(place.results, key)!.toString())
      server.put(place.results, key, JSON.stringify({ ...job, state: 'cancelling' }))
    }
    // Read at the start, then to note the attempt, then to note how far it is.
    using _ = onRequest(server, { operation: 'GetObject', bucket: place.results, number: 3 }, cancel)
    using _held = holdAt(place, { operation: 'GetObject' })
    const { exitCode, reporter } = await run(place, id)
    assert.deepEqual([exitCode, (await place.job(id)).state], [0, 'cancelled'])
    assert.deepEqual(reporter.story(), ['running running', 'over cancelled'])
    assert.deepEqual(place.archives(), [])
  })

  it('a job that is stopped before it read its document exits with 143 within 20 s while S3 is silent', async () => {
    const place = createJobPlace(server, logs, 60_000)
    const { id } = await place.submit(wanted)
    using _ = place.trouble({ bucket: place.results, action: { kind: 'hang' } })
    const { exitCode, reporter, tookMs } = await stop(place, id, { operation: 'GetObject', bucket: place.results })
    assert.deepEqual([exitCode, reporter.calls], [143, []])
    assert.ok(tookMs < 20_000, `${tookMs} ms`)
  })

  it('a stopped job ends within 20 s while S3 and Slack are silent', async () => {
    const place = createJobPlace(server, logs, 60_000)
    const { id } = await place.submit(wanted)
    const reporter = createRecordingReporter(() => new Promise<void>(() => {}))
    const silence = { action: { kind: 'hang' } } as const
    using held = holdAt(place, { operation: 'GetObject' })
    const stopped = new AbortController()
    const running = run(place, id, { signal: stopped.signal, reporters: { slack: () => reporter } })
    await held.reached
    using _ = place.trouble({ ...silence, bucket: place.results }, { ...silence, bucket: place.source })
    const startedMs = performance.now()
    stopped.abort(new Error('SIGTERM'))
    const { exitCode, events } = await running
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < 20_000, `${tookMs} ms`)
    assert.equal(exitCode, 143)
    assert.deepEqual(reporter.story(), ['running running', 'interrupted running'])
    const failures = events.map(({ event }) => event).filter((event) => String(event).endsWith('-failed'))
    assert.deepEqual(failures, ['settling-failed', 'reporting-failed'])
  })
})

interface Ran {
  readonly exitCode: number
  readonly reporter: RecordingReporter
  readonly events: readonly Record<string, unknown>[]
}

async function run(place: JobPlace, id: string, options: Partial<RunJobOptions> = {}): Promise<Ran> {
  const reporter = createRecordingReporter()
  const { log, lines: events } = recordLog({ messageKey: 'event', fields: { job: id, attempt: 1 } })
  const exitCode = await runJob({
    id,
    config: place.config,
    output: place.output,
    attempt: attemptOf({}),
    threads: 1,
    inflater: undefined,
    signal: new AbortController().signal,
    nowMs: () => askedMs + 60_000,
    reporters: { slack: () => reporter },
    log,
    tool: 'iot-log test',
    ...options
  })
  return { exitCode, reporter, events }
}

function attemptOf(changes: Partial<RunJobOptions['attempt']>): RunJobOptions['attempt'] {
  const unreported = {
    batchJobId: 'batch-1',
    queue: 'slack',
    number: 1,
    most: 3,
    startedMs: askedMs,
    timeoutMs: undefined
  }
  return { ...unreported, ...changes }
}

/** Stops a run at a moment, once `before` is done; the request of that moment is answered by nothing. */
async function stop(
  place: JobPlace,
  id: string,
  { bucket = place.source, ...hook }: Omit<RequestHook, 'bucket'> & { readonly bucket?: string },
  options: Partial<RunJobOptions> = {},
  before: () => Promise<void> = async () => {}
): Promise<Ran & { readonly tookMs: number }> {
  const stopped = new AbortController()
  using held = holdAt(place, { ...hook, bucket })
  const running = run(place, id, { ...options, signal: stopped.signal })
  await held.reached
  await before()
  const stoppedMs = performance.now()
  stopped.abort(new Error('SIGTERM'))
  const ran = await running
  return { ...ran, tookMs: performance.now() - stoppedMs }
}

/** Answers no request of a kind from now on. */
function holdAt(
  place: JobPlace,
  { bucket = place.source, operation }: Omit<RequestHook, 'bucket'> & { bucket?: string }
) {
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const hang = { operation, bucket, action: { kind: 'hang' } } as const
  const watch = onRequest(server, { operation, bucket }, resolve)
  const trouble = place.trouble(hang)
  return {
    reached,
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]()
      trouble[Symbol.dispose]()
    }
  }
}

async function archiveOf(place: JobPlace, job: Job): Promise<Map<string, Buffer>> {
  using here = temporaryDirectory()
  const path = join(here.path, 'archive.zip')
  writeFileSync(path, place.archive(job))
  return readArchive(path)
}

function requestsTo(bucket: string): number {
  return server.requests.filter((request) => request.bucket === bucket).length
}

const hours = (lines: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 24 }, (_, hour) => lines[hour] ?? 0)

/** A log is read by many: nothing in it opens a door or is the customer's. */
function assertDiscreet(events: readonly object[]): void {
  const text = JSON.stringify(events)
  for (const secret of [secretUrl, 'hooks', secretTs, 'says something']) assert.ok(!text.includes(secret), secret)
}
