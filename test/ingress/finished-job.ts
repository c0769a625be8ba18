import type { Job } from '../../worker/contract/job.ts'
import { endJob } from '../../worker/jobs/jobs.ts'
import { noonMs, prefix } from './harness.ts'

/** The same job after its worker has found lines and reported them. */
export function finishedJob(job: Job): Job {
  const archive = { key: `${prefix}20231002120000/20231001_THING00001.zip`, bytes: 18_231, sha256: 'a'.repeat(64) }
  const entries = [{ name: 'telemetry_20231001.log', lines: 801, bytes: 315_456, sha256: 'b'.repeat(64) }]
  const result = {
    status: 'complete' as const,
    engine: 'scan',
    reason: '3.1 GB in 240 objects: about 8 s on 2 threads, under 20 min',
    archive,
    entries,
    objects: { listed: 240, read: 240, empty: 0, skipped: 0, unreadable: 0, archived: 0, vanished: 0, denied: 0 },
    scanned: { bytes: 3_100_000_000, rawBytes: 15_800_000_000 },
    linesByHour: [],
    seconds: 7.9
  }
  return endJob(job, { state: 'complete', result, isReported: true }, noonMs)
}
