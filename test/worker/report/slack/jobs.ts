import type { Job, JobResult } from '../../../../worker/contract/job.ts'
import type { LiveProgress } from '../../../../worker/report/job-reporter.ts'
import { createSlackReply } from '../../../../worker/report/slack/reply.ts'
import { defaultOptions } from '../../../support/jobs.ts'

/** 2023-10-02 01:00 UTC. */
export const nowMs = Date.UTC(2023, 9, 2, 1)

/** The mission's example, just asked for. */
export function sampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: '01jabcdefghjkmnpqrstvwxyz0',
    digest: '0'.repeat(64),
    request: {
      identifiers: ['THING00001'],
      categories: ['telemetry', 'command'],
      from: '2023-10-01T00:00:00Z',
      to: '2023-10-02T00:00:00Z',
      environment: 'dev',
      ...defaultOptions
    },
    asker: { team: 'T0IOTLOG', user: 'U0MINA', channel: 'C0SUPPORT' },
    reply: createSlackReply(null, nowMs),
    state: 'submitted',
    requestedAt: '2023-10-02T01:00:00.000Z',
    endedAt: null,
    batch: null,
    attempts: [],
    progress: null,
    result: null,
    failure: null,
    ...changes
  }
}

export function runningJob(changes: Partial<Job> = {}): Job {
  return sampleJob({ state: 'running', attempts: [attempt], ...changes })
}

export const attempt: Job['attempts'][number] = {
  batchJobId: 'b-1',
  queue: 'slack',
  startedAt: '2023-10-02T01:00:40.000Z',
  endedAt: null,
  outcome: null
}

export const progressAt = (fraction: number, changes: Partial<LiveProgress> = {}): LiveProgress => ({
  percent: 10 + Math.floor(89 * fraction),
  objects: Math.round(240 * fraction),
  totalObjects: 240,
  storedBytes: 3.1e9 * fraction,
  totalBytes: 3.1e9,
  lines: Math.round(801 * fraction),
  category: 0,
  secondsLeft: fraction === 0 ? undefined : 42 * (1 - fraction),
  ...changes
})

export const completeResult: JobResult = {
  status: 'complete',
  engine: 'scan',
  reason: '3.1 GB in 240 objects: about 8 s on 2 threads, under 20 min',
  archive: { key: 'slack/iot-logs/20231002010000/20231001_THING00001.zip', bytes: 18_231, sha256: '00' },
  entries: [
    { name: 'telemetry_20231001.log', lines: 742, bytes: 298_456, sha256: '00' },
    { name: 'command_20231001.log', lines: 59, bytes: 17_000, sha256: '00' }
  ],
  objects: {
    listed: 240,
    read: 239,
    queried: 0,
    empty: 1,
    skipped: 0,
    unreadable: 0,
    archived: 0,
    vanished: 0,
    denied: 0
  },
  scanned: { bytes: 3.1e9, rawBytes: 15.8e9 },
  linesByHour: [0, 0, 0, 0, 4, 20, 31, 40, 52, 312, 80, 61, 40, 31, 30, 28, 25, 20, 12, 8, 4, 2, 1, 0],
  seconds: 7.9
}

export function completeJob(changes: Partial<Job> = {}): Job {
  return runningJob({ state: 'complete', endedAt: '2023-10-02T01:01:00.000Z', result: completeResult, ...changes })
}

export function partialJob(): Job {
  const objects = { ...completeResult.objects, read: 236, unreadable: 2, archived: 1 }
  return completeJob({ state: 'partial', result: { ...completeResult, status: 'partial', objects } })
}

export function emptyJob(changes: Partial<JobResult> = {}): Job {
  const entries = completeResult.entries.map((entry) => ({ ...entry, lines: 0, bytes: 0 }))
  const result = { ...completeResult, status: 'empty' as const, archive: null, entries, linesByHour: [] }
  return completeJob({ state: 'empty', result: { ...result, ...changes } })
}

export function failedJob(state: 'failed' | 'timed-out' = 'failed'): Job {
  const userText =
    state === 'failed'
      ? 'The logs of dev could not be read: access was denied.'
      : 'The export exceeded its time limit of 120 min. Nothing is kept.'
  return runningJob({ state, failure: { code: 'denied', userText, operatorText: 'AccessDenied s3:ListBucket' } })
}
