import type { Config } from './config.ts'
import type { Job } from './job.ts'
import { dayMs } from './window.ts'

/*
 * When a zip expires. S3 deletes it at the first midnight (UTC) after its days, or later
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html). iot-log promises only the days.
 */

/** When the archive of a job expires, in milliseconds since 1970. */
export function archiveEndMs({ requestedAt, endedAt }: Job, { expiryDays }: Config['output']): number {
  return Date.parse(endedAt ?? requestedAt) + expiryDays * dayMs
}

/** When a link that is created now expires. It is not after `nowMs` if the archive may be gone. */
export function linkEndMs(job: Job, output: Config['output'], nowMs: number): number {
  return Math.min(nowMs + output.linkMinutes * 60_000, archiveEndMs(job, output))
}
