import type { Config } from './config.ts'
import type { Job } from './job.ts'
import { dayMs } from './window.ts'

/*
 * Until when a zip can be had. S3 takes it away at the first midnight (UTC) after its days are over, and not at once
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html): what is promised is the days.
 */

/** Until when the archive of a job is there, in milliseconds since 1970. */
export function archiveEndMs({ requestedAt, endedAt }: Job, { expiryDays }: Config['output']): number {
  return Date.parse(endedAt ?? requestedAt) + expiryDays * dayMs
}

/** Until when a link that is made now leads to it. Not after now when the archive may be gone. */
export function linkEndMs(job: Job, output: Config['output'], nowMs: number): number {
  return Math.min(nowMs + output.linkMinutes * 60_000, archiveEndMs(job, output))
}
