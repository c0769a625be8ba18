import { hasBatchJob, isOver, type Job } from '../contract/job.ts'
import type { JobEnd } from './document.ts'

/*
 * Jobs that have no worker any more, though their document does not say so: the process that had to submit them died, or
 * the event of their end was lost. Without this rule their request and their asker would be blocked for good. Pure.
 */

/** A job that Batch was not given by then is not coming: its ingress has died. */
const unsubmittedMs = 60_000
/** Lambda delivers the event of a job that is being replaced twice more, within three minutes. */
const unreplacedMs = 10 * 60_000

/** How a job without a sign of life has ended; undefined for a job that is over or under way. */
export function lossOf(job: Job, nowMs: number, silenceMs: number): JobEnd | undefined {
  if (isOver(job.state)) return undefined
  const { sinceMs, mostMs, userText } = signOf(job, silenceMs)
  if (!(nowMs - sinceMs > mostMs)) return undefined
  if (job.state === 'cancelling') return { state: 'cancelled' }
  const operatorText = `${hasBatchJob(job) ? 'No sign of life' : 'Batch was not given the job'} within ${mostMs / 1000} s`
  return { state: 'failed', failure: { code: 'lost', userText, operatorText } }
}

/** The last sign of life, and how long the next may take. */
function signOf({ batch, attempts, requestedAt }: Job, silenceMs: number) {
  const neverStarted = 'The export was never started. Please try again.'
  if (batch?.replacedAt !== undefined) {
    return { sinceMs: Date.parse(batch.replacedAt), mostMs: unreplacedMs, userText: neverStarted }
  }
  if (batch === null) return { sinceMs: Date.parse(requestedAt), mostMs: unsubmittedMs, userText: neverStarted }
  const last = attempts.at(-1)
  const sinceMs = Date.parse(last?.endedAt ?? last?.startedAt ?? requestedAt)
  return { sinceMs, mostMs: silenceMs, userText: 'The export sent no progress for too long. Please try again.' }
}
