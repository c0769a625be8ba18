import type { JobProgress } from '../contract/job.ts'

/*
 * The percent of a job: 10 once a worker has it, 10 to 99 by how much is read, and 100 only when there is an answer.
 */

/** @param fraction of what is to be read, 0 to 1 */
export function percentAt(fraction: number): number {
  return 10 + Math.floor(89 * Math.min(1, Math.max(0, fraction)))
}

/** Where a job is that a worker has. */
export function shownPercent(progress: JobProgress | null): number {
  return progress?.percent ?? percentAt(0)
}
