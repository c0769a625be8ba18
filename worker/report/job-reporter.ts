import type { Job, JobProgress } from '../contract/job.ts'

/** What is known of a scan under way, beside how far it is. */
export interface LiveProgress extends JobProgress {
  /** Undefined while it can't be told. */
  readonly secondsLeft: number | undefined
  /** Which category is read now: its place in the request. */
  readonly category: number
}

/**
 * Tells the asker how a job goes. No call fails or holds the export up: what can't be told is told with the next message,
 * or given up and logged.
 */
export interface JobReporter {
  /** An attempt has begun; the first or a later one, in the same message. */
  running(job: Job): void
  progress(job: Job, progress: LiveProgress): void
  /** This attempt ends without the job being over; another will follow. */
  interrupted(job: Job): Promise<void>
  /**
   * The job is over; its state and result say how. Resolves when the asker was told, or with false when the budget was
   * used up in vain. Who calls it again cuts the earlier call short: that one then gives false.
   */
  over(job: Job, budgetMs: number): Promise<boolean>
}
