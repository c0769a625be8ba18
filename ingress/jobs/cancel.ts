import { hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import { endJob } from '../../worker/jobs/jobs.ts'
import { errorFields } from '../../worker/report/log.ts'
import { isAdmin } from './access.ts'
import type { FoundJob } from './locations.ts'
import type { RequestContext } from './request-context.ts'
import type { Services } from './services.ts'

/*
 * Stopping a job. Its document says so first, so that the worker, which gets SIGTERM a moment later, learns why. A job
 * that Batch does not have ends at once: a request that is about to submit it sees that, and takes it back.
 */

/** Kept for stopping the Batch job after the document was changed. */
export const terminateReserveMs = 700
/** Kept for answering the person, which for a button is one more call. */
export const answerReserveMs = 500

/**
 * - `refused`: the person is neither the asker nor an admin.
 * - `over`: the job had ended before.
 * - `cancelled`: it ended at once, since no machine had it.
 * - `stopping`: Batch stops it.
 * - `unanswered`: its document says so, but Batch did not answer.
 */
export type Cancellation = 'refused' | 'over' | 'cancelled' | 'stopping' | 'unanswered'

/** Stops a job for its asker or an admin of its workspace. */
export async function cancelJob(
  { job, location }: FoundJob,
  { asker, deadline }: RequestContext,
  services: Services
): Promise<Cancellation> {
  const { log } = services
  const isOwn = job.asker.user === asker.user || isAdmin(asker, services.config)
  if (!isOwn || job.asker.team !== asker.team) {
    log.warn('A person may not cancel a job', { job: job.id, user: asker.user })
    return 'refused'
  }
  let wasOver = false
  const change = (current: Job): Job | undefined => {
    wasOver = isOver(current.state)
    return wasOver ? undefined : cancelled(current, services.nowMs())
  }
  const changed = await deadline.within('job document', () => location.jobs.update(job.id, change), {
    reserveMs: terminateReserveMs + answerReserveMs
  })
  if (!changed || wasOver) return 'over'
  log.info('A job is cancelled', { job: job.id, user: asker.user })
  if (isOver(changed.state)) return 'cancelled'
  const batchJob = changed.batch!.jobId
  const terminate = (signal: AbortSignal): Promise<void> =>
    services.batch.terminate(job.request.environment, batchJob, signal)
  try {
    await deadline.within('TerminateJob', terminate, { reserveMs: answerReserveMs })
    return 'stopping'
  } catch (error) {
    log.error('A Batch job could not be stopped', { job: job.id, batchJob, ...errorFields(error) })
    return 'unanswered'
  }
}

/** Undefined where the document says so already. */
function cancelled(job: Job, nowMs: number): Job | undefined {
  if (!hasBatchJob(job)) return endJob(job, { state: 'cancelled' }, nowMs)
  return job.state === 'cancelling' ? undefined : { ...job, state: 'cancelling' }
}
