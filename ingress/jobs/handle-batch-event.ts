import { IotLogError } from '../../worker/contract/errors.ts'
import { hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import { endJob, type JobEnd } from '../../worker/jobs/jobs.ts'
import { createReporter, type JobReporter, type Reporters } from '../../worker/report/job-reporter.ts'
import { errorFields } from '../../worker/report/log.ts'
import { cancelReason, type SubmittedJob } from './batch.ts'
import { diagnose, type EndedBatchJob, lacksCapacity, readBatchEvent } from './batch-event.ts'
import type { FoundJob } from './locations.ts'
import type { Services } from './services.ts'

/*
 * A Batch job has ended. Most have told so themselves; one that was killed, or never began, can't, so its record is
 * ended here and its asker told; and so is the asker of one whose last message was lost. Events may come twice and in
 * any order: the record decides, by conditional changes, and says until when somebody is at it.
 */

/** The reporters of all front ends. What they need, such as secrets, may have to be read first. */
export type OpenReporters = () => Promise<Reporters>

/** What became of an event. */
export type Handled = 'ignored' | 'reported' | 'resubmitted'

/** Lambda's second try comes a minute after the first has failed; until then whoever began may still be at it. */
const takenOverMs = 50_000
/** For the last message; nobody waits, so there is time to ask Slack again. */
const reportMs = 15_000
/** What Batch may take for a call. */
const callMs = 10_000

/** @throws IotLogError when the asker could not be told, or the record not be changed: then it is to be delivered again */
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

/** Ends the record, unless it has ended, and tells the asker, unless they were told. */
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
  services.log.warn('A job ended without telling so', {
    job: job.id,
    batchJob: ended.batchJobId,
    state: job.state,
    code: job.failure?.code,
    why: whyOf(ended)
  })
  if (!(await reporter.over(job, reportMs))) {
    throw new IotLogError('unavailable', `The asker of job ${job.id} could not be told of its end`, { subject: job.id })
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
 * Once more, on a machine that costs more and is there. The record is marked first, with the time, so that it happens
 * once; who finds a mark that is old takes over from one that died. Undefined when Batch does not take it.
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
  // One that is over is told of by its end.
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
    await batch.terminate(job.request.environment, batchJobId, cancelReason, AbortSignal.timeout(callMs))
  } catch (error) {
    log.error('A Batch job could not be stopped', { job: job.id, batchJob: batchJobId, ...errorFields(error) })
  }
}

/** Whether the event is about the Batch job that works for this record now; an earlier one has nothing to say. */
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
