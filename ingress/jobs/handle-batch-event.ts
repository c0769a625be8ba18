import { IotLogError } from '../../worker/contract/errors.ts'
import { hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import { endJob, type JobEnd } from '../../worker/jobs/jobs.ts'
import { createReporter, type JobReporter, type Reporters } from '../../worker/report/job-reporter.ts'
import { errorFields } from '../../worker/report/log.ts'
import type { SubmittedJob } from './batch.ts'
import { diagnose, type EndedBatchJob, lacksCapacity, readBatchEvent } from './batch-event.ts'
import type { FoundJob } from './locations.ts'
import type { Services } from './services.ts'

/*
 * A Batch job has ended. Most workers have reported that themselves. A worker that was killed, or never started, can't:
 * then its job is ended and reported here. So is a job whose last message was lost. Events may come twice and in any
 * order. Conditional changes of the job document decide who acts, and until when.
 */

/** The reporters of all front ends. What they need, such as secrets, may have to be read first. */
export type OpenReporters = () => Promise<Reporters>

/** What became of an event. */
export type Handled = 'ignored' | 'reported' | 'resubmitted'

/** Lambda retries a minute after a failure; until then the first handler may still be at work. */
const takenOverMs = 50_000
/** For the last message. No person waits, so there is time for retries. */
const reportMs = 15_000
/** What Batch may take for a call. */
const callMs = 10_000

/** @throws IotLogError when the end could not be reported or written: then the event must be delivered again */
export async function handleBatchEvent(
  event: unknown,
  services: Services,
  openReporters: OpenReporters
): Promise<Handled> {
  const ended = readBatchEvent(event)
  const found = ended && (await services.locations.find(ended.jobId))
  if (!ended || !found || !isCurrent(ended, found.job)) return 'ignored'
  const mayGoOn = lacksCapacity(ended) && !isOnDemand(ended, found.job, services) && isWaiting(found.job)
  const handled = mayGoOn ? await resubmit(ended, found, services, openReporters) : undefined
  return handled ?? end(ended, found, services, openReporters)
}

/** Ends the job unless it is over, and reports that unless it is reported. */
async function end(
  ended: EndedBatchJob,
  found: FoundJob,
  services: Services,
  openReporters: OpenReporters
): Promise<Handled> {
  const { jobs } = found.location
  // What a reporter needs may be missing for a moment: then nothing has changed yet.
  const reporter = await reporterOf(found, services, openReporters)
  let isOurs = false
  const job = await jobs.update(ended.jobId, (current) => {
    const nowMs = services.nowMs()
    const isReporting = isRecent(current.tellingAt, nowMs)
    isOurs = isCurrent(ended, current) && current.toldAt === undefined && !isReporting
    if (!isOurs) return undefined
    const over = isOver(current.state) ? current : endJob(current, endOf(ended, current), nowMs)
    return { ...over, tellingAt: new Date(nowMs).toISOString() }
  })
  if (!job || !isOurs) return 'ignored'
  services.log.warn('A job ended without a report', {
    job: job.id,
    batchJob: ended.batchJobId,
    state: job.state,
    code: job.failure?.code,
    why: whyOf(ended)
  })
  if (!(await reporter.over(job, reportMs))) {
    throw new IotLogError('unavailable', `The asker of job ${job.id} could not be notified of its end`, {
      subject: job.id
    })
  }
  await jobs.noteReported(job.id)
  return 'reported'
}

async function reporterOf(
  { job, location }: FoundJob,
  { config, nowMs, log }: Services,
  openReporters: OpenReporters
): Promise<JobReporter> {
  const { jobs } = location
  return createReporter(job, await openReporters(), {
    config,
    onReply: async (reply) => void (await jobs.update(job.id, (current) => ({ ...current, reply }))),
    countRunning: () => jobs.countRunning(),
    nowMs,
    log
  })
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

/**
 * Retries on an on-demand machine. The document is marked first, with the time, so that this happens once. A handler that
 * finds an old mark takes over from one that died. Undefined when Batch does not take the job.
 */
async function resubmit(
  ended: EndedBatchJob,
  { job: found, location }: FoundJob,
  services: Services,
  openReporters: OpenReporters
): Promise<Handled | undefined> {
  const { environment } = found.request
  let isOurs = false
  const marked = await location.jobs.update(ended.jobId, (current) => {
    const nowMs = services.nowMs()
    const { batch } = current
    isOurs = isCurrent(ended, current) && isWaiting(current) && !isRecent(batch?.replacedAt, nowMs)
    const { queue } = batch ?? { queue: ended.queueArn }
    const replaced = { jobId: ended.batchJobId, queue, replacedAt: new Date(nowMs).toISOString() }
    return isOurs ? { ...current, batch: replaced } : undefined
  })
  if (!marked || !isOurs) return 'ignored'
  const submitted = await submitOnDemand(ended.jobId, environment, services)
  if (!submitted) return undefined
  const batch = { jobId: submitted.batchJobId, queue: submitted.queue }
  const job = await location.jobs.update(ended.jobId, (current) =>
    isOver(current.state) || hasBatchJob(current) ? undefined : { ...current, batch }
  )
  services.log.info('No Spot capacity: submitted on demand', { job: ended.jobId, batchJob: batch.jobId })
  if (!job) return 'ignored'
  const isCancelled = job.state === 'cancelling' || isOver(job.state)
  if (isCancelled) await terminate(job, batch.jobId, services)
  // The end of a job that is over is reported elsewhere.
  if (isOver(job.state)) return undefined
  await (await reporterOf({ job, location }, services, openReporters)).interrupted(job)
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
    log.error('A job could not be submitted on demand', { job: id, ...errorFields(error) })
    return undefined
  }
}

/** Somebody has cancelled it in between. Should this fail, the job finds so when it begins. */
async function terminate(job: Job, batchJobId: string, { batch, log }: Services): Promise<void> {
  try {
    await batch.terminate(job.request.environment, batchJobId, AbortSignal.timeout(callMs))
  } catch (error) {
    log.error('A Batch job could not be stopped', { job: job.id, batchJob: batchJobId, ...errorFields(error) })
  }
}

/** Whether the event is about the current Batch job of the document; events of earlier ones are ignored. */
const isCurrent = ({ batchJobId }: EndedBatchJob, { batch }: Job): boolean =>
  batch === null || batch.jobId === batchJobId

/** Whether no machine has the job: it is queued, or was interrupted. */
const isWaiting = ({ state, attempts }: Job): boolean =>
  state === 'submitted' || (state === 'running' && attempts.every(({ endedAt }) => endedAt !== null))

const isRecent = (time: string | undefined, nowMs: number): boolean =>
  time !== undefined && nowMs - Date.parse(time) <= takenOverMs

/** Events name a queue by its ARN, configurations mostly by its name. */
function isOnDemand({ queueArn }: EndedBatchJob, { request }: Job, { config }: Services): boolean {
  const queue = config.environments.get(request.environment)?.submit?.onDemandQueue
  return queue === undefined || queueArn === queue || queueArn.endsWith(`/${queue}`)
}
