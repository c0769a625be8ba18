import type { Variables } from '../config/variables.ts'
import type { Config } from '../contract/config.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Job, JobProgress, JobReply } from '../contract/job.ts'
import type { Log } from './log.ts'

/** What is known of a scan under way, beside how far it is. */
export interface LiveProgress extends JobProgress {
  /** Undefined while it can't be estimated. */
  readonly secondsLeft: number | undefined
  /** The category that is read now: its position in the request. */
  readonly category: number
}

/**
 * Reports to the asker how a job goes. No call fails or delays the export. What can't be reported now is reported with
 * the next message, or given up and logged.
 */
export interface JobReporter {
  /** An attempt has begun; the first or a later one, in the same message. */
  running(job: Job): void
  progress(job: Job, progress: LiveProgress): void
  /** This attempt ends before the job is over; another attempt follows. */
  interrupted(job: Job): Promise<void>
  /**
   * The job is over; its state and result say how. Resolves with whether the asker was notified within the budget. A
   * second call cuts the first one short, which then gives false.
   */
  over(job: Job, budgetMs: number): Promise<boolean>
}

/** A link to an archive that needs no ingress. It expires with the credentials that signed it. */
export interface PresignedLink {
  readonly url: string
  readonly expiresMs: number
}

/** What a job gives its reporter. Where to report is the reporter's own knowledge. */
export interface ReporterContext {
  /** Limits, the life of links and archives, and what can be requested instead. */
  readonly config: Config
  /** Stores a changed reply in the job document, for the next attempt. */
  onReply(reply: JobReply): Promise<void>
  /** The jobs that report now, this one included: they share the limits of a front end. */
  countRunning(): Promise<number>
  /** For where no ingress makes links. */
  presign?(job: Job): Promise<PresignedLink>
  readonly nowMs: () => number
  readonly log: Log
}

export type CreateReporter = (context: ReporterContext) => JobReporter

/** How each front end reports, by the name that job documents give it. */
export type Reporters = Readonly<Record<string, CreateReporter>>

/** A front end as the container knows it: reads its settings, then creates reporters. */
export type FrontEnd = (variables: Variables) => CreateReporter
export type FrontEnds = Readonly<Record<string, FrontEnd>>

/** The reporter of a job. @throws IotLogError (`wrong-config`) for a front end that this program lacks */
export function createReporter(job: Job, reporters: Reporters, context: ReporterContext): JobReporter {
  const { frontEnd = 'slack' } = job
  const create = reporters[frontEnd]
  if (create) return create(context)
  throw new IotLogError('wrong-config', `No reporter for the front end "${frontEnd}" of job ${job.id}`, {
    subject: job.id
  })
}
