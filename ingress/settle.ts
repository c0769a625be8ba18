import { isOver, type Job } from '../worker/contract/job.ts'
import { endJob, type JobEnd } from '../worker/jobs.ts'
import type { JobReporter } from '../worker/report/job-reporter.ts'
import { cancelReason, type SubmittedJob } from './batch.ts'
import { diagnose, type EndedBatchJob, lacksCapacity, readBatchEvent } from './batch-event.ts'
import { errorFields } from './log.ts'
import type { FoundJob } from './places.ts'
import type { Services } from './services.ts'

/*
 * A Batch job has ended. Most have told so themselves; one that was killed, or never began, can't, so its record is
 * ended here and its asker told. Events may come twice and in any order: the record decides, by conditional changes.
 */

/** Makes the reporter of one job, which keeps where its message is in the record. */
export type CreateReporter = (found: FoundJob) => Promise<JobReporter>

/** What became of an event. */
export type Settled = 'ignored' | 'ended' | 'resubmitted'

/** A delivery so long after the event is Lambda's second try (after a minute), not a twin of the first. */
const retriedMs = 50_000
/** What Batch may take for a call; nobody waits. */
const callMs = 10_000

export async function settleBatchEvent(
  event: unknown,
  services: Services,
  createReporter: CreateReporter
): Promise<Settled> {
  const ended = readBatchEvent(event)
  if (!ended) return 'ignored'
  const found = await services.places.find(ended.jobId)
  if (!found || isOver(found.job.state)) return 'ignored'
  if (found.job.state !== 'cancelling' && lacksCapacity(ended) && !isOnDemand(ended, found.job, services)) {
    return resubmit(ended, found, services, createReporter)
  }
  return end(ended, found, services, createReporter)
}

async function end(
  ended: EndedBatchJob,
  { place }: FoundJob,
  services: Services,
  createReporter: CreateReporter
): Promise<Settled> {
  let isOurs = false
  const job = await place.jobs.update(ended.jobId, (standing) => {
    isOurs = !isOver(standing.state) && isCurrent(ended, standing)
    return isOurs ? endJob(standing, endOf(ended, standing), services.nowMs()) : undefined
  })
  if (!job || !isOurs) return 'ignored'
  services.log('warn', 'A job ended without telling so', {
    job: job.id,
    batchJob: ended.batchJobId,
    state: job.state,
    code: job.failure?.code,
    why: whyOf(ended)
  })
  await (await createReporter({ job, place })).over(job)
  return 'ended'
}

function endOf(ended: EndedBatchJob, job: Job): JobEnd {
  if (job.state === 'cancelling') return { state: 'cancelled' }
  const { state, code, userText } = diagnose(ended)
  return { state, outcome: code, failure: { code, userText, operatorText: whyOf(ended) } }
}

/** What Batch said, for operators. */
function whyOf({ statusReason, containerReason, exitCode }: EndedBatchJob): string {
  const exit = exitCode === undefined ? '' : `exit code ${exitCode}`
  return [statusReason, containerReason, exit].filter((text) => text !== '').join('; ') || 'Batch gave no reason'
}

/** Once more, on a machine that costs more and is there. The record is marked first, so that it happens once. */
async function resubmit(
  ended: EndedBatchJob,
  found: FoundJob,
  services: Services,
  createReporter: CreateReporter
): Promise<Settled> {
  const { place } = found
  const { environment } = found.job.request
  const queue = services.config.environments.get(environment)!.submit!.onDemandQueue
  const mark = `after ${ended.batchJobId}`
  const isRetry = ended.timeMs !== undefined && services.nowMs() - ended.timeMs > retriedMs
  let isOurs = false
  const marked = await place.jobs.update(ended.jobId, (standing) => {
    const isMarked = standing.batch?.jobId === mark
    isOurs = standing.state === 'submitted' && (isMarked ? isRetry : isCurrent(ended, standing))
    return isOurs && !isMarked ? { ...standing, batch: { jobId: mark, queue } } : undefined
  })
  if (!marked || !isOurs) return 'ignored'
  const submitted = await submitOnDemand(ended.jobId, environment, services)
  if (!submitted) return end({ ...ended, batchJobId: mark }, found, services, createReporter)
  const batchJob = { jobId: submitted.batchJobId, queue }
  const job = await place.jobs.update(ended.jobId, (standing) => ({ ...standing, batch: batchJob }))
  services.log('info', 'No Spot capacity: submitted on demand', { job: ended.jobId, batchJob: batchJob.jobId })
  if (!job) return 'ignored'
  if (job.state === 'cancelling') await terminate(job, batchJob.jobId, services)
  await (await createReporter({ job, place })).interrupted(job)
  return 'resubmitted'
}

/** Undefined when Batch does not take it. */
async function submitOnDemand(
  id: string,
  environment: string,
  { batch, log }: Services
): Promise<SubmittedJob | undefined> {
  try {
    return await batch.submit(environment, 'onDemandQueue', id, AbortSignal.timeout(callMs))
  } catch (error) {
    log('error', 'A job could not be submitted on demand', { job: id, ...errorFields(error) })
    return undefined
  }
}

/** Somebody has cancelled it in between. Should this fail, the job finds so when it begins. */
async function terminate(job: Job, batchJobId: string, { batch, log }: Services): Promise<void> {
  try {
    await batch.terminate(job.request.environment, batchJobId, cancelReason, AbortSignal.timeout(callMs))
  } catch (error) {
    log('error', 'A Batch job could not be stopped', { job: job.id, batchJob: batchJobId, ...errorFields(error) })
  }
}

/** Whether the event is about the Batch job that works for this record now; an earlier one has nothing to say. */
const isCurrent = ({ batchJobId }: EndedBatchJob, { batch }: Job): boolean =>
  batch === null || batch.jobId === batchJobId

/** Events name a queue by its ARN, configurations mostly by its name. */
function isOnDemand({ queueArn }: EndedBatchJob, { request }: Job, { config }: Services): boolean {
  const queue = config.environments.get(request.environment)?.submit?.onDemandQueue
  return queue === undefined || queueArn === queue || queueArn.endsWith(`/${queue}`)
}
