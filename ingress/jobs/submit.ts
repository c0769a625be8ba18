import { messageOf } from '../../worker/contract/errors.ts'
import { digestOf, hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import type { ClaimedJob, JobEnd, Standing, StoredJob, WantedJob } from '../../worker/jobs/jobs.ts'
import { errorFields } from '../../worker/report/log.ts'
import { refusedByRules } from './access.ts'
import { type Deadline, OutOfTimeError } from './deadline.ts'
import { RequestRefused } from './function-url.ts'
import type { Location } from './locations.ts'
import type { RequestContext } from './request-context.ts'
import type { Services } from './services.ts'
import { type Room, roomOf, takeSlot } from './slots.ts'

/*
 * From a request to a running job, within the time a person waits: the ingress checks the asker, writes the job document,
 * and submits its id to Batch. The document comes first, so that every running job has one. A later failure ends the job
 * and frees its request, so that the person can retry.
 */

/** What a person asks for, and where their front end answers. */
export type Ask = Omit<WantedJob, 'asker'>

/** What came of it. */
export type Submitted =
  | { readonly kind: 'started' | 'running' | 'finished'; readonly job: Job }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'too-many'; readonly jobs: readonly Job[] }
  | { readonly kind: 'failed'; readonly text: string }

/** Kept for writing into the job document how a submission went. */
const recordReserveMs = 500

/** @throws RequestRefused when the request was here before */
export async function submitExport(ask: Ask, context: RequestContext, services: Services): Promise<Submitted> {
  const refusal = refusedBeforehand(ask, context, services)
  if (refusal !== undefined) return { kind: 'refused', text: refusal }
  try {
    const submitted = await submitAllowed(ask, context, services)
    const { environment } = ask.request
    const job = 'job' in submitted ? submitted.job.id : undefined
    services.log.detailed('A submission', { result: submitted.kind, job, environment, user: context.asker.user })
    return submitted
  } catch (error) {
    if (error instanceof RequestRefused) throw error
    services.log.error('A request could not be recorded', { user: context.asker.user, ...errorFields(error) })
    const text = 'iot-log could not save the request, so nothing was started. Try again in a moment.'
    return { kind: 'failed', text }
  }
}

/** The reason that needs the configuration alone. */
function refusedBeforehand({ request }: Ask, { asker }: RequestContext, { config }: Services): string | undefined {
  if (config.environments.get(request.environment)?.submit === undefined) {
    return `Logs of ${request.environment} can't be exported here: no queue is set up for it.`
  }
  return refusedByRules(asker, config, request.environment)
}

async function submitAllowed(ask: Ask, context: RequestContext, services: Services): Promise<Submitted> {
  const { asker, deadline } = context
  const location = services.locations.of(ask.request.environment)
  const share = { reserveMs: recordReserveMs }
  const digest = digestOf(asker.team, ask.request)
  const [, refusal, room, standing] = await Promise.all([
    context.refuseReplay(),
    context.refusalOfPerson(),
    deadline.within('running jobs', () => roomOf(asker, services), share),
    deadline.within('the same request', () => location.jobs.standingFor(digest), share)
  ])
  if (refusal !== undefined) return { kind: 'refused', text: refusal }
  // At the limit nothing is started, but what runs or has its result already is answered with.
  if (standing.kind !== 'none') return standing
  if (room.free.length === 0) return atLimit(room, digest)
  const claimed = await claim({ ask, standing, room, location }, context, services)
  switch (claimed.kind) {
    case 'new':
      return submitNew(claimed, location, services, deadline)
    case 'no-room':
      return noRoom(claimed.job, context, services)
    default:
      return claimed
  }
}

interface Claim {
  readonly ask: Ask
  readonly standing: Standing
  readonly room: Room
  readonly location: Location
}

async function claim(
  { ask, standing, room, location }: Claim,
  context: RequestContext,
  services: Services
): Promise<ClaimedJob> {
  const wanted = { ...ask, asker: context.asker }
  const id = location.jobs.createId()
  const reserve = (job: Job): Promise<boolean> => takeSlot(room, job, services)
  let claiming: Promise<ClaimedJob> | undefined
  const begin = (): Promise<ClaimedJob> => {
    claiming = location.jobs.claim(wanted, { id, seen: standing, reserve })
    return claiming
  }
  try {
    return await context.deadline.within('job document', begin, { reserveMs: 2 * recordReserveMs })
  } catch (error) {
    if (error instanceof OutOfTimeError) {
      void endLate(claiming, location, services)
      // Its request may name it already: a retry must not get the answer that it runs.
      await giveUp(id, location, services, context.deadline, 'Out of time')
    }
    throw error
  }
}

/** A claim that succeeds too late must not block the next one. */
async function endLate(
  claiming: Promise<ClaimedJob> | undefined,
  { jobs }: Location,
  { log }: Services
): Promise<void> {
  try {
    const claimed = await claiming
    if (claimed?.kind === 'new') await jobs.end(claimed.job.id, notSubmitted('Out of time'))
  } catch (error) {
    log.warn('A late job could not be ended', errorFields(error))
  }
}

/** Other requests took the last slot. */
async function noRoom(
  { id, digest }: Job,
  { asker, deadline }: RequestContext,
  services: Services
): Promise<Submitted> {
  services.log.info('A job was beyond the limit of its asker', { job: id, user: asker.user })
  return atLimit(await deadline.within('running jobs', () => roomOf(asker, services)), digest)
}

/** Where the same request is just being started by the same person, that is the answer. */
function atLimit({ running }: Room, wanted: string): Submitted {
  const same = running.find(({ digest }) => digest === wanted)
  return same ? { kind: 'running', job: same } : { kind: 'too-many', jobs: running }
}

async function submitNew(
  recorded: StoredJob,
  location: Location,
  services: Services,
  deadline: Deadline
): Promise<Submitted> {
  const { log, batch } = services
  const { job } = recorded
  const environment = job.request.environment
  try {
    const { batchJobId, queue } = await deadline.within(
      'SubmitJob',
      (signal) => batch.submit(environment, 'spotQueue', job.id, signal),
      { reserveMs: recordReserveMs }
    )
    log.info('A job was submitted', { job: job.id, batchJob: batchJobId, queue, user: job.asker.user, environment })
    const standing = await recordBatchJob(recorded, { jobId: batchJobId, queue }, location, services, deadline)
    if (standing.state !== 'cancelled') return { kind: 'started', job: standing }
    return { kind: 'refused', text: 'This export was cancelled before it started.' }
  } catch (error) {
    log.error('Batch did not take a job', { job: job.id, environment, ...errorFields(error) })
    await giveUp(job.id, location, services, deadline, messageOf(error))
    const text =
      'AWS Batch did not accept the job, so nothing was started. Try again in a moment. If it fails again, contact the operators.'
    return { kind: 'failed', text }
  }
}

/** Frees the request. If that fails too, it is free a minute later (see lost-job.ts). */
async function giveUp(
  id: string,
  { jobs }: Location,
  { log }: Services,
  deadline: Deadline,
  why: string
): Promise<void> {
  try {
    await deadline.within('end of the job', () => jobs.end(id, notSubmitted(why)))
  } catch (error) {
    log.error('A job could not be ended', { job: id, ...errorFields(error) })
  }
}

function notSubmitted(why: string): JobEnd {
  const userText = 'The export could not be started.'
  return { state: 'failed', failure: { code: 'not-submitted', userText, operatorText: why }, isReported: true }
}

/**
 * The job runs by now, so nothing here may fail it. Cancelling needs Batch's id in the document. Its worker may have
 * started and written that itself, or a person may have cancelled the job.
 */
async function recordBatchJob(
  recorded: StoredJob,
  batchJob: NonNullable<Job['batch']>,
  { jobs }: Location,
  { log, batch }: Services,
  deadline: Deadline
): Promise<Job> {
  const { id, request } = recorded.job
  try {
    const note = (job: Job): Job | undefined =>
      isOver(job.state) || hasBatchJob(job) ? undefined : { ...job, batch: batchJob }
    const standing =
      (await deadline.within('id of the Batch job', () => jobs.update(id, note, recorded))) ?? recorded.job
    if (standing.state === 'cancelling' || isOver(standing.state)) {
      await deadline.within('TerminateJob', (signal) => batch.terminate(request.environment, batchJob.jobId, signal))
    }
    return standing
  } catch (error) {
    const fields = { job: id, batchJob: batchJob.jobId, ...errorFields(error) }
    log.error('The id of a Batch job could not be recorded', fields)
    return recorded.job
  }
}
