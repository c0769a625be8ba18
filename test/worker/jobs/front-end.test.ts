import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { runJob } from '../../../worker/jobs/run-job.ts'
import type { CreateReporter, Reporters } from '../../../worker/report/job-reporter.ts'
import { silentLog } from '../../../worker/report/log.ts'
import { createJobPlace, type JobPlace } from '../../support/job-place.ts'
import { askedMs, requestOf } from '../../support/jobs.ts'
import { createRecordingReporter } from '../../support/recording-reporter.ts'
import { serveS3 } from '../../support/s3-bucket.ts'

const server = await serveS3()
const logs = new Map([['telemetry/2023/10/01/00/a.gz', gzipSync('THING00001 is here\n')]])
const wanted = {
  request: requestOf('THING00001', 'telemetry', '2023/10/01'),
  asker: { team: 'museum', user: 'ada', channel: 'hall' },
  frontEnd: 'pigeon',
  reply: { loft: 'north', flights: 0 }
}

/** A front end that sends pigeons: its reply counts them. */
function pigeonPost(): { readonly sent: string[]; readonly pigeon: CreateReporter } {
  const sent: string[] = []
  const pigeon: CreateReporter = ({ onReply }) => {
    const send = async (text: string, reply: Readonly<Record<string, unknown>>): Promise<void> => {
      sent.push(`${text} to ${reply.loft}`)
      await onReply({ ...reply, flights: Number(reply.flights) + 1 })
    }
    return {
      running: () => {},
      progress: () => {},
      interrupted: (job) => send('interrupted', job.reply),
      over: async (job) => {
        await send(job.state, job.reply)
        return true
      }
    }
  }
  return { sent, pigeon }
}

function run(place: JobPlace, id: string, reporters: Reporters): Promise<number> {
  return runJob({
    id,
    config: place.config,
    output: place.output,
    attempt: { batchJobId: 'b', queue: 'q', number: 1, most: 3, startedMs: askedMs, timeoutMs: undefined },
    reporters,
    threads: 1,
    inflater: undefined,
    signal: new AbortController().signal,
    nowMs: () => askedMs + 60_000,
    log: silentLog,
    tool: 'iot-log test'
  })
}

describe('a second front end', () => {
  it('a second front end reports its jobs and keeps its own reply, beside Slack', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const { sent, pigeon } = pigeonPost()
    const slack = createRecordingReporter()
    assert.equal(await run(place, id, { slack: () => slack, pigeon }), 0)
    const { state, reply, frontEnd, toldAt } = await place.job(id)
    assert.deepEqual([state, reply, frontEnd], ['complete', { loft: 'north', flights: 1 }, 'pigeon'])
    assert.deepEqual([sent, slack.calls], [['complete to north'], []])
    assert.ok(toldAt)
  })

  it('a job fails without a report when the container lacks its front end', async () => {
    const place = createJobPlace(server, logs)
    const { id } = await place.submit(wanted)
    const slack = createRecordingReporter()
    assert.equal(await run(place, id, { slack: () => slack }), 2)
    const { state, failure, toldAt } = await place.job(id)
    assert.deepEqual([state, failure?.code, toldAt, slack.calls], ['failed', 'wrong-config', undefined, []])
  })
})
