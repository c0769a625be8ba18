import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digestOf, type Job, jobKeys, reuseMs } from '../../../worker/contract/job.ts'
import { createJobId, isJobId } from '../../../worker/jobs/id.ts'
import { type ClaimedJob, GarbledJobError, type JobEnd, Jobs } from '../../../worker/jobs/jobs.ts'
import { openDocuments } from '../../../worker/stores/open-store.ts'
import type { Fault } from '../../stand-ins/s3/faults.ts'
import { askedMs, requestOf, secretUrl, wantedJob } from '../../support/jobs.ts'
import { serveS3 } from '../../support/s3-bucket.ts'

const server = await serveS3()
const concurrency = 8
const wanted = wantedJob(['THING00001', 'telemetry', '2023/10/01'])
const prefix = 'slack/iot-logs/'
const minuteMs = 60_000
const complete: JobEnd = {
  state: 'complete',
  result: {
    status: 'complete',
    engine: 'scan',
    reason: 'little',
    archive: { key: 'a.zip', bytes: 1, sha256: 'a' },
    entries: [{ name: 'telemetry_20231001.log', lines: 1, bytes: 2, sha256: 'b' }],
    objects: { listed: 1, read: 1 },
    scanned: { bytes: 1, rawBytes: 2 },
    linesByHour: [1],
    seconds: 0.1
  }
}
const batch = { jobId: 'b', queue: 'q' }
const failed: JobEnd = { state: 'failed', failure: { code: 'io', userText: 'It broke', operatorText: 'Disk' } }

describe('claiming a job', { concurrency }, () => {
  it('a claim stores the request, and gives the same job while it runs', async () => {
    const place = openPlace()
    const first = await place.jobs.claim(wanted)
    assert.equal(first.kind, 'new')
    assert.deepEqual(first.job, {
      id: first.job.id,
      digest: first.job.digest,
      request: requestOf('THING00001', 'telemetry', '2023/10/01'),
      asker: { team: 'T1', user: 'U1', channel: 'C1' },
      reply: {
        responseUrl: secretUrl,
        responseUrlUses: 0,
        responseUrlFromMs: askedMs,
        channel: null,
        ts: null
      },
      state: 'submitted',
      requestedAt: '2023-10-02T08:30:00.000Z',
      endedAt: null,
      batch: null,
      attempts: [],
      progress: null,
      result: null,
      failure: null
    } satisfies Job)
    assert.deepEqual(place.keys(), [
      `jobs/${first.job.id}.json`,
      `jobs/by-asker/T1/U1/${first.job.id}`,
      `jobs/by-request/${first.job.digest}`,
      `jobs/running/T1/U1/${first.job.id}`
    ])
    for (const state of ['submitted', 'running', 'cancelling'] as const) {
      await place.jobs.update(first.job.id, (job) => ({ ...job, state, batch: { jobId: 'b', queue: 'q' } }))
      place.nowMs += reuseMs
      const again = await place.jobs.claim(wantedJob(['THING00001', 'telemetry', '2023-10-01'], 'U2'))
      assert.deepEqual([again.kind, again.job.id], ['running', first.job.id])
    }
    assert.equal(place.keys().length, 4)
  })

  it('a claim makes one job for each request and workspace', async () => {
    const { jobs } = openPlace()
    const claims = [
      await jobs.claim(wanted),
      await jobs.claim(wantedJob(['THING00001', 'telemetry', '2023/10/01'], 'U1', 'T2')),
      await jobs.claim(wantedJob(['THING00001', 'command', '2023/10/01'])),
      await jobs.claim(wantedJob(['THING00001', 'telemetry', '2023/10/01', 'match=word']))
    ]
    assert.deepEqual(kindsOf(claims), ['new', 'new', 'new', 'new'])
    assert.equal(new Set(claims.map(({ job }) => job.id)).size, 4)
  })

  for (const state of ['complete', 'partial', 'empty'] as const) {
    it(`a claim gives the result for ten minutes after a job is ${state}`, async () => {
      const place = openPlace()
      const { job } = await place.jobs.claim(wanted)
      place.nowMs += minuteMs
      await place.jobs.end(job.id, { ...complete, state })
      place.nowMs += reuseMs
      const again = await place.jobs.claim(wanted)
      assert.deepEqual([again.kind, again.job.id, again.job.state], ['finished', job.id, state])
      place.nowMs += 1
      const later = await place.jobs.claim(wanted)
      assert.equal(later.kind, 'new')
      assert.notEqual(later.job.id, job.id)
      assert.deepEqual((await place.jobs.claim(wanted)).job.id, later.job.id)
    })
  }

  for (const state of ['failed', 'cancelled', 'timed-out'] as const) {
    it(`a claim makes a new job at once after one that is ${state}`, async () => {
      const { jobs } = openPlace()
      const { job } = await jobs.claim(wanted)
      await jobs.end(job.id, { state })
      assert.equal((await jobs.claim(wanted)).kind, 'new')
    })
  }

  it('a claim makes a new job when the document is missing or malformed', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    place.remove(jobKeys.record(prefix, job.id))
    const second = await place.jobs.claim(wanted)
    assert.equal(second.kind, 'new')
    place.put(jobKeys.record(prefix, second.job.id), '{}')
    assert.equal((await place.jobs.claim(wanted)).kind, 'new')
    place.put(jobKeys.byRequest(prefix, job.digest), '../../secrets')
    assert.equal((await place.jobs.claim(wanted)).kind, 'new')
  })

  it('a claim replaces a job that was not submitted within a minute, and that job is over', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    place.nowMs += minuteMs
    assert.equal((await place.jobs.claim(wanted)).kind, 'running')
    place.nowMs += 1
    assert.equal((await place.jobs.claim(wanted)).kind, 'new')
    const old = await place.jobs.find(job.id)
    assert.deepEqual(
      [old?.state, old?.failure?.userText],
      ['failed', 'The export was never started. Please try again.']
    )
  })

  it('a claim does not read again what it has read or written', async () => {
    const place = openPlace()
    const seen = await place.jobs.standingFor(digestOf('T1', wanted.request))
    assert.deepEqual(seen, { kind: 'none', pointer: undefined })
    {
      using _ = place.trouble({ operation: 'GetObject', action: { kind: 'error', code: 'AccessDenied' } })
      const claimed = await place.jobs.claim(wanted, { seen })
      assert.ok(claimed.kind === 'new')
      const noted = await place.jobs.update(claimed.job.id, (job) => ({ ...job, batch }), claimed)
      assert.deepEqual(noted?.batch, batch)
    }
    const standing = await place.jobs.standingFor(digestOf('T1', wanted.request))
    assert.equal(standing.kind, 'running')
    // What was seen is out of date by now.
    assert.equal((await place.jobs.claim(wanted, { seen })).kind, 'running')
    assert.equal(place.keys().length, 4)
  })

  it('a claim without a free slot leaves nothing, and its request names no job', async () => {
    const place = openPlace()
    const claimed = await place.jobs.claim(wanted, {
      reserve: async (job) => {
        assert.deepEqual(await place.jobs.find(job.id), job)
        assert.equal((await place.jobs.standingFor(job.digest)).kind, 'none')
        return false
      }
    })
    assert.equal(claimed.kind, 'no-room')
    assert.deepEqual(place.keys(), [])
  })

  it('a claim gives one job for any order of identifiers and categories', async () => {
    const { jobs } = openPlace()
    const { job } = await jobs.claim(wantedJob(['b,a,THING1', 'telemetry,command', '2023/10/01'].map(longer)))
    const again = await jobs.claim(wantedJob(['a,THING1,b', 'command,telemetry', '2023/10/01'].map(longer)))
    assert.deepEqual([again.kind, again.job.id], ['running', job.id])
    assert.deepEqual(job.request.identifiers, ['bbb', 'aaa', 'THING1'])
  })

  it('a claim recognises its own job when the answer to its pointer was lost', async () => {
    const place = openPlace()
    const id = createJobId(askedMs)
    const pointer = jobKeys.byRequest(prefix, digestOf('T1', wanted.request))
    const conflict = { kind: 'error', code: 'ConditionalRequestConflict', status: 409 } as const
    let reads = 0
    using _ = place.trouble(
      { operation: 'PutObject', key: pointer, times: 1, action: conflict },
      {
        operation: 'GetObject',
        key: (key) => {
          if (key === pointer && ++reads === 2) place.put(pointer, id)
          return false
        },
        action: conflict
      }
    )
    const claimed = await place.open(() => id).claim(wanted)
    assert.deepEqual([claimed.kind, claimed.job.id], ['new', id])
    assert.deepEqual(await place.jobs.find(id), claimed.job)
    assert.equal(await place.jobs.countRunning(), 1)
  })

  it('a claim fails in time when the store rejects it, and blocks no other claim', async () => {
    const place = openPlace(3_000)
    const byRequest = /by-request\/.*/
    const refused = { operation: 'PutObject', key: byRequest, action: { kind: 'error', code: 'AccessDenied' } } as const
    {
      using _ = place.trouble(refused)
      await assert.rejects(place.jobs.claim(wanted), { code: 'denied' })
      assert.deepEqual(place.keys(), [])
    }
    {
      using _ = place.trouble({ ...refused, key: /running\/.*/ })
      await assert.rejects(place.jobs.claim(wanted), { code: 'denied' })
    }
    assert.equal((await place.jobs.claim(wanted)).kind, 'new')
  })
})

describe('ten claims at once give one new job', { concurrency: 6 }, () => {
  const troubles: readonly (readonly [string, readonly Omit<Fault, 'bucket'>[]])[] = [
    ['', []],
    [
      'while S3 says SlowDown',
      [{ operation: ['PutObject', 'GetObject'], probability: 0.15, action: { kind: 'error', code: 'SlowDown' } }]
    ],
    ['while answers are lost', [{ operation: 'PutObject', probability: 0.3, action: { kind: 'lost-answer' } }]],
    [
      'while the answers to the pointer are lost',
      [{ operation: 'PutObject', key: /by-request/, times: 10, action: { kind: 'lost-answer' } }]
    ],
    [
      'while S3 sees two writes at once (409)',
      [
        {
          operation: 'PutObject',
          key: /by-request/,
          probability: 0.3,
          action: { kind: 'error', code: 'ConditionalRequestConflict', status: 409 }
        }
      ]
    ],
    [
      'while connections break and answers are slow',
      [
        { operation: 'PutObject', probability: 0.2, action: { kind: 'reset' } },
        { probability: 0.5, action: { kind: 'latency', firstByteMs: 40 } }
      ]
    ]
  ]
  for (const [name, faults] of troubles) {
    for (const seed of [1, 2]) {
      it(`${name} (${seed})`, async () => {
        const place = openPlace(60_000)
        using _ = place.trouble(...faults.map((fault) => ({ ...fault, seed })))
        const all = Array.from({ length: 10 }, () => place.open())
        await assertOneNew(all, 'running')
        const [running] = await all[0]!.jobsOf('T1', 'U1')
        // A pointer to what is over is swapped by one of many, too.
        await all[0]!.end(running!.id, failed)
        const second = await assertOneNew(all, 'running')
        assert.notEqual(second.id, running!.id)
        await all[0]!.end(second.id, complete)
        const finished = await Promise.all(all.map((jobs) => jobs.claim(wanted)))
        assert.deepEqual(
          new Set(finished.map(({ kind, job }) => `${kind} ${job.id}`)),
          new Set([`finished ${second.id}`])
        )
        // Nothing is left of those that lost.
        const documents = place.keys().filter((key) => key.endsWith('.json'))
        assert.deepEqual(documents, [`jobs/${running!.id}.json`, `jobs/${second.id}.json`].sort())
      })
    }
  }

  async function assertOneNew(all: readonly Jobs[], other: ClaimedJob['kind']): Promise<Job> {
    const claims = await Promise.all(all.map((jobs) => jobs.claim(wanted)))
    assert.deepEqual(kindsOf(claims).sort(), ['new', ...Array.from({ length: 9 }, () => other)])
    assert.equal(new Set(claims.map(({ job }) => job.id)).size, 1)
    return claims.find(({ kind }) => kind === 'new')!.job
  }
})

describe('changing a job', { concurrency }, () => {
  it('a change of many at once is never lost', async () => {
    const place = openPlace(60_000)
    const { job } = await place.jobs.claim(wanted)
    const all = Array.from({ length: 8 }, () => place.open())
    const use = (standing: Job): Job => ({
      ...standing,
      reply: { ...standing.reply, responseUrlUses: Number(standing.reply.responseUrlUses) + 1 }
    })
    await Promise.all(all.map((jobs) => jobs.update(job.id, use)))
    assert.equal((await place.jobs.find(job.id))?.reply.responseUrlUses, 8)
  })

  it('a change that changes nothing writes nothing, and a missing job is not found', async () => {
    const { jobs } = openPlace()
    const { job } = await jobs.claim(wanted)
    assert.deepEqual(await jobs.update(job.id, () => undefined), job)
    for (const id of [createJobId(askedMs), 'x', '', '../a', `${job.id}\n`]) {
      assert.equal(await jobs.update(id, () => assert.fail('there is none')), undefined)
      assert.equal(await jobs.find(id), undefined)
      assert.equal(await jobs.end(id, failed), undefined)
    }
  })

  it('a job ends once: the first end wins, closes the attempt and deletes the marker', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    const startedAt = '2023-10-02T08:30:10.000Z'
    const attempt = { batchJobId: 'b', queue: 'q', startedAt, endedAt: null, outcome: null }
    await place.jobs.update(job.id, (standing) => ({ ...standing, state: 'running', attempts: [attempt] }))
    place.nowMs += minuteMs
    const ended = await place.jobs.end(job.id, { ...failed, outcome: 'killed' })
    const endedAt = '2023-10-02T08:31:00.000Z'
    assert.deepEqual([ended?.state, ended?.endedAt, ended?.failure], ['failed', endedAt, failed.failure])
    assert.deepEqual(ended?.attempts, [{ ...attempt, endedAt, outcome: 'killed' }])
    assert.deepEqual(await place.jobs.end(job.id, complete), ended)
    assert.deepEqual(await place.jobs.find(job.id), ended)
    assert.ok(!place.keys().some((key) => key.startsWith('jobs/running/')))
  })

  it('of many ends at once one wins, and all get the same state', async () => {
    const place = openPlace(60_000)
    const { job } = await place.jobs.claim(wanted)
    const ends: readonly JobEnd[] = [complete, failed, { state: 'cancelled' }, { state: 'timed-out' }]
    const ended = await Promise.all(ends.map((end) => place.open().end(job.id, end)))
    assert.equal(new Set(ended.map((one) => one?.state)).size, 1)
  })

  it('a job ends when its marker can not be deleted, and the next end deletes it', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    {
      using _ = place.trouble({ operation: 'DeleteObject', action: { kind: 'error', code: 'AccessDenied' } })
      assert.equal((await place.jobs.end(job.id, complete))?.state, 'complete')
    }
    assert.equal(await place.jobs.countRunning(), 1)
    assert.equal((await place.jobs.end(job.id, failed))?.state, 'complete')
    assert.equal(await place.jobs.countRunning(), 0)
  })

  it('an error of a document names the place, and no content', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    const key = jobKeys.record(prefix, job.id)
    const cases: readonly (readonly [string, string])[] = [
      [JSON.stringify({ ...job, state: 'odd' }), 'wrong at state'],
      [JSON.stringify({ ...job, reply: secretUrl, asker: {} }), 'wrong at asker.team, '],
      [`{"responseUrl":"${secretUrl}`, 'not JSON'],
      ['', 'not JSON'],
      ['null', 'wrong at all of it']
    ]
    for (const [text, what] of cases) {
      place.put(key, text)
      await assert.rejects(place.jobs.find(job.id), (error) => {
        assert.ok(error instanceof GarbledJobError)
        assert.ok(error.message.startsWith(`The document of job ${job.id} is ${what}`), error.message)
        assert.doesNotMatch(error.message, /hooks/)
        return true
      })
    }
  })
})

describe('a job document of another version', { concurrency }, () => {
  it('a document keeps unknown fields', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    const key = jobKeys.record(prefix, job.id)
    place.put(key, JSON.stringify({ ...job, newer: [1], reply: { ...job.reply, thread: '1.2' } }))
    assert.equal((await place.jobs.claim(wanted)).kind, 'running')
    await place.jobs.update(job.id, (standing) => ({ ...standing, batch }))
    const kept = (await place.jobs.find(job.id)) as Job & { newer?: unknown }
    assert.deepEqual([kept.newer, kept.reply], [[1], { ...job.reply, thread: '1.2' }])
  })

  it('a document with an unknown request is rejected', async () => {
    const place = openPlace()
    const { job } = await place.jobs.claim(wanted)
    const request = { ...job.request, engine: 'newer' }
    place.put(jobKeys.record(prefix, job.id), JSON.stringify({ ...job, request }))
    await assert.rejects(place.jobs.find(job.id), /is wrong at request/)
    assert.equal(await place.jobs.look(job.id), undefined)
    assert.deepEqual(await place.jobs.jobsOf('T1', 'U1'), [])
    assert.equal((await place.jobs.claim(wanted)).kind, 'new')
  })
})

describe('a job without a heartbeat', { concurrency }, () => {
  const startedAt = new Date(askedMs + minuteMs).toISOString()
  const attempt = { batchJobId: 'b', queue: 'q', startedAt, endedAt: null, outcome: null }
  const silences: readonly (readonly [string, Partial<Job>, number, string])[] = [
    ['that Batch was never given', { batch: null }, minuteMs, 'failed'],
    ['that was cancelled before', { batch: null, state: 'cancelling' }, minuteMs, 'cancelled'],
    ['that was not submitted again', { batch: { ...batch, replacedAt: startedAt } }, 11 * minuteMs, 'failed'],
    ['that waits for a machine', { batch }, 180 * minuteMs, 'failed'],
    ['that runs', { batch, state: 'running', attempts: [attempt] }, 181 * minuteMs, 'failed'],
    ['that is being cancelled', { batch, state: 'cancelling', attempts: [attempt] }, 181 * minuteMs, 'cancelled'],
    [
      'that was interrupted',
      { batch, state: 'running', attempts: [{ ...attempt, endedAt: new Date(askedMs + 5 * minuteMs).toISOString() }] },
      185 * minuteMs,
      'failed'
    ]
  ]
  for (const [name, change, mostMs, state] of silences) {
    it(`a lost job has ended and blocks no other: one ${name}`, async () => {
      const place = openPlace()
      const { job } = await place.jobs.claim(wanted)
      await place.jobs.update(job.id, (standing) => ({ ...standing, ...change }))
      place.nowMs += mostMs
      assert.equal((await place.jobs.claim(wanted)).kind, 'running')
      assert.equal((await place.jobs.look(job.id))?.state, change.state ?? 'submitted')
      place.nowMs += 1
      const [listed] = await place.jobs.jobsOf('T1', 'U1')
      assert.equal(listed?.state, state)
      assert.deepEqual(await place.jobs.find(job.id), listed)
      assert.match(listed!.failure?.userText ?? 'try again', /try again/)
      assert.equal(await place.jobs.countRunning(), 0)
      assert.equal((await place.jobs.claim(wanted)).kind, 'new')
    })
  }
})

describe('the jobs of a person', { concurrency }, () => {
  it('the jobs of a person are those of today, for any number of older ones', async () => {
    const place = openPlace()
    for (let number = 0; number < 1_001; number++) {
      place.put(`${prefix}jobs/by-asker/T1/U1/${createJobId(askedMs - 25 * 60 * minuteMs)}`, 'x')
    }
    const { job } = await place.jobs.claim(wanted)
    await place.jobs.end(job.id, failed)
    assert.deepEqual(
      (await place.jobs.jobsOf('T1', 'U1')).map(({ id }) => id),
      [job.id]
    )
  })

  it('the jobs of a person are those of the last day, running and finished, the newest first', async () => {
    const place = openPlace()
    const ids: string[] = []
    for (let hour = 0; hour < 4; hour++) {
      const { job } = await place.jobs.claim(wantedJob([`THING0000${hour}`, 'telemetry', '2023/10/01']))
      await place.jobs.update(job.id, (standing) => ({ ...standing, batch }))
      ids.unshift(job.id)
      place.nowMs += 30 * minuteMs
    }
    await place.jobs.claim(wantedJob(['THING00009', 'telemetry', '2023/10/01'], 'U10'))
    await place.jobs.claim(wantedJob(['THING00009', 'telemetry', '2023/10/01'], 'U1', 'T2'))
    await place.jobs.end(ids[1]!, complete)
    const found = await place.jobs.jobsOf('T1', 'U1')
    assert.deepEqual(
      found.map(({ id, state }) => [id, state]),
      [
        [ids[0], 'submitted'],
        [ids[1], 'complete'],
        [ids[2], 'submitted'],
        [ids[3], 'submitted']
      ]
    )
    assert.deepEqual(await place.jobs.jobsOf('T1', 'U'), [])
    assert.equal(await place.jobs.countRunning(), 5)
    place.nowMs = askedMs + 24 * 60 * minuteMs + 1
    assert.deepEqual(
      (await place.jobs.jobsOf('T1', 'U1')).map(({ id }) => id),
      ids.slice(0, 3)
    )
  })

  it('the jobs of a person are the newest 50 and all that run, without unreadable ones', async () => {
    const place = openPlace()
    const { job: oldest } = await place.jobs.claim(wantedJob(['oldest', 'telemetry', '2023/10/01']))
    const ids: string[] = []
    for (let number = 100; number < 155; number++) {
      place.nowMs += 1
      const { job } = await place.jobs.claim(wantedJob([`thing ${number}`, 'telemetry', '2023/10/01'].map(quoted)))
      await place.jobs.end(job.id, failed)
      ids.unshift(job.id)
    }
    place.put(jobKeys.record(prefix, ids[0]!), '{}')
    place.remove(jobKeys.record(prefix, ids[1]!))
    const found = await place.jobs.jobsOf('T1', 'U1')
    assert.deepEqual(
      found.map(({ id }) => id),
      [...ids.slice(2, 50), oldest.id]
    )
  })
})

describe('ids of jobs', () => {
  it('ids of jobs have 26 letters and digits, differ, and sort by time', () => {
    const times = [0, 1, 31, 32, 1_000_000, askedMs, askedMs + 1, Date.UTC(2100, 0)]
    const ids = times.map(createJobId)
    assert.ok(ids.every(isJobId))
    assert.deepEqual([...ids].sort(), ids)
    const many = Array.from({ length: 1_000 }, () => createJobId(askedMs))
    assert.equal(new Set(many).size, 1_000)
    assert.ok(many.every((id) => id.startsWith(ids[5]!.slice(0, 10))))
    for (const text of ['', 'A'.repeat(26), 'a'.repeat(25), 'a'.repeat(27), `${'a'.repeat(26)}\n`]) {
      assert.ok(!isJobId(text), JSON.stringify(text))
    }
  })
})

interface Place {
  nowMs: number
  readonly jobs: Jobs
  /** The same documents as another process sees them. */
  open(createId?: () => string): Jobs
  /** Below the output prefix. */
  keys(): string[]
  put(key: string, text: string): void
  remove(key: string): void
  trouble(...faults: readonly Omit<Fault, 'bucket'>[]): Disposable
}

let buckets = 0

function openPlace(patienceMs = 20_000): Place {
  const bucket = `jobs-${buckets++}`
  server.createBucket(bucket)
  const open: Place['open'] = (createId) => {
    const documents = openDocuments({ url: `s3://${bucket}`, patienceMs })
    return new Jobs({ documents, prefix, nowMs: () => place.nowMs, ...(createId && { createId }) })
  }
  const place: Place = {
    nowMs: askedMs,
    jobs: undefined as unknown as Jobs,
    open,
    keys: () => server.keys(bucket).map((key) => key.slice(prefix.length)),
    put: (key, text) => server.put(bucket, key, text),
    remove: (key) => server.delete(bucket, key),
    trouble: (...faults) => {
      const own = faults.map((fault) => ({ ...fault, bucket }))
      server.faults.add(...own)
      return { [Symbol.dispose]: () => server.faults.remove(...own) }
    }
  }
  return Object.assign(place, { jobs: open() })
}

const kindsOf = (claims: readonly ClaimedJob[]): string[] => claims.map(({ kind }) => kind)
const longer = (words: string): string => words.replace(/\b[ab]\b/g, (letter) => letter.repeat(3))
const quoted = (word: string): string => (word.includes(' ') ? `"${word}"` : word)
