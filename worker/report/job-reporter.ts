import type { Job, JobProgress } from '../contract/job.ts'

/** How fast a scan goes, beside how far it is. */
export interface LiveProgress extends JobProgress {
  /** Decompressed bytes. */
  readonly bytesPerSecond: number
  /** Undefined while it can't be told. */
  readonly secondsLeft: number | undefined
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
  /** The job is over; its state and result say how. Resolves when the last message is out, or given up. */
  over(job: Job): Promise<void>
}
