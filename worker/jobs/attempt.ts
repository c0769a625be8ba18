import { IotLogError, messageOf, ProblemsError } from '../contract/errors.ts'
import { type FailedPlace, failureText } from '../contract/failure.ts'
import { isSuccess, type Job } from '../contract/job.ts'
import { closeAttempts, endJob, type JobEnd } from './document.ts'
import type { AttemptSettings } from './settings.ts'

/*
 * How a job document changes when an attempt begins, is stopped, or fails. Pure: callers pass in the current document,
 * since others change it too.
 */

/** Exit codes of a job's container. Batch retries 143: an attempt that was interrupted. */
export const jobExitCodes = { answered: 0, failed: 1, wrong: 2, interrupted: 143 } as const

/** Batch counts from the start of the container, a little before this process can. */
const timeoutSlackMs = 5_000

/** The document at the start of an attempt: running, or cancelled if a person has asked for that. */
export function beginAttempt(job: Job, { batchJobId, queue }: AttemptSettings, nowMs: number): Job {
  if (job.state === 'cancelling') return endJob(job, { state: 'cancelled' }, nowMs)
  const startedAt = new Date(nowMs).toISOString()
  const attempt = { batchJobId, queue, startedAt, endedAt: null, outcome: null }
  // What is still open was killed: Batch runs one attempt of a job at a time.
  const attempts = [...closeAttempts(job, 'killed', startedAt), attempt]
  return { ...job, state: 'running', batch: { jobId: batchJobId, queue }, attempts, progress: null }
}

/** The document after a stop from outside. Its state, the clock and the count of attempts give the reason. */
export function stopAttempt(job: Job, attempt: AttemptSettings, nowMs: number): Job {
  const end = endOfStopped(job, attempt, nowMs)
  if (end) return endJob(job, end, nowMs)
  return { ...job, attempts: closeAttempts(job, 'interrupted', new Date(nowMs).toISOString()) }
}

/** Undefined when another attempt will follow. */
function endOfStopped(job: Job, attempt: AttemptSettings, nowMs: number): JobEnd | undefined {
  if (job.state === 'cancelling') return { state: 'cancelled' }
  const { number, most, startedMs, timeoutMs } = attempt
  if (timeoutMs !== undefined && nowMs - startedMs >= timeoutMs - timeoutSlackMs) {
    const minutes = Math.round(timeoutMs / 6_000) / 10
    const userText = `The export exceeded its time limit of ${minutes} min. Nothing is kept.`
    return { state: 'timed-out', failure: { code: 'timed-out', userText, operatorText: userText } }
  }
  if (number < most) return undefined
  const userText = 'AWS took the machine back in every attempt. Please try again.'
  const operatorText = `Interrupted by SIGTERM in attempt ${number}, the last`
  return { state: 'failed', outcome: 'interrupted', failure: { code: 'interrupted', userText, operatorText } }
}

/** What is reported of an error that ended a job. */
export function failureOf(error: unknown, place: FailedPlace): NonNullable<Job['failure']> {
  const code = error instanceof IotLogError ? error.code : 'internal'
  const isOwnMistake = error instanceof ProblemsError && error.code === 'wrong-words'
  const known =
    error instanceof IotLogError ? (error.userText ?? (isOwnMistake ? error.message : undefined)) : undefined
  return { code, userText: known ?? failureText(code, place), operatorText: messageOf(error) }
}

/** The exit code of a job that is over. */
export function exitCodeOfEnd({ state }: Job): number {
  return isSuccess(state) || state === 'cancelled' ? jobExitCodes.answered : jobExitCodes.failed
}
