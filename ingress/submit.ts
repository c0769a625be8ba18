import { messageOf } from '../worker/contract/errors.ts'
import { digestOf, isOver, isSuccess, type Job, jobKeys, reuseMs } from '../worker/contract/job.ts'
import type { ExportRequest } from '../worker/contract/request.ts'
import type { ClaimedJob, JobEnd } from '../worker/jobs.ts'
import { isVouchedFor, type Person, refusedByRules, standingTexts } from './access.ts'
import { cancelReason } from './batch.ts'
import { type Deadline, OutOfTimeError } from './deadline.ts'
import { errorFields } from './log.ts'
import type { Place } from './places.ts'
import { isFirstTime } from './replay.ts'
import type { Services } from './services.ts'
import { type Room, roomOf, takeSlot } from './slots.ts'

/*
 * From a request to a running job, within the time a person waits for an answer: who asks is looked at, the job is
 * recorded, and Batch is given its id. The record comes first, so that no job runs that nobody knows of; whatever fails
 * after it ends the job and frees its request, so that asking again works.
 */

/** What somebody asks for, and the signed request it came with. */
export interface Ask {
  readonly person: Person
  readonly request: ExportRequest
  readonly responseUrl: string | null
  readonly signature: string
}

/** What came of it. */
export type Submitted =
  | { readonly kind: 'started' | 'running' | 'finished'; readonly job: Job }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'too-many'; readonly jobs: readonly Job[] }
  /** The same signed request was here before. */
  | { readonly kind: 'replayed' }
  | { readonly kind: 'failed'; readonly text: string }

/** Kept for telling the record how a submission went. */
const recordReserveMs = 500
/** Most of the time is for S3 and Batch; Slack's opinion of a person is remembered anyway. */
const mostStandingMs = 900

export async function submitExport(ask: Ask, services: Services, deadline: Deadline): Promise<Submitted> {
  const refusal = refusedBeforehand(ask, services)
  if (refusal !== undefined) return { kind: 'refused', text: refusal }
  try {
    return await submitAllowed(ask, services, deadline)
  } catch (error) {
    services.log('error', 'A request could not be recorded', { user: ask.person.user, ...errorFields(error) })
    const text = 'The request could not be recorded, so nothing was started. Try again in a moment.'
    return { kind: 'failed', text }
  }
}

/** What the configuration alone tells. */
function refusedBeforehand({ person, request }: Ask, { config }: Services): string | undefined {
  if (config.environments.get(request.environment)?.submit === undefined) {
    return `Logs of ${request.environment} can't be asked for here: no queue is set up for it.`
  }
  return refusedByRules(person, config, request.environment)
}

async function submitAllowed(ask: Ask, services: Services, deadline: Deadline): Promise<Submitted> {
  const { person, request } = ask
  const place = services.places.of(request.environment)
  const { prefix } = services.config.output
  const share = { reserveMs: recordReserveMs }
  const [isFirst, doubt, room] = await Promise.all([
    deadline.within('notice', () => isFirstTime(place.records, prefix, ask.signature), share),
    doubtAbout(person, services, deadline),
    deadline.within('running jobs', () => roomOf(person, services), share)
  ])
  if (!isFirst) return { kind: 'replayed' }
  if (doubt !== undefined) return { kind: 'refused', text: doubt }
  if (room.free.length === 0) return answerAtLimit(ask, room, place, services, deadline)
  const { kind, job } = await claim(ask, place, services, deadline)
  if (kind !== 'new') return { kind, job }
  return submitNew(job, room, place, services, deadline)
}

/** Why a person may not ask, who is on no list; undefined when nothing speaks against it. */
export async function doubtAbout(person: Person, services: Services, deadline: Deadline): Promise<string | undefined> {
  const { botToken } = await services.secrets()
  if (isVouchedFor(person, services.config)) return undefined
  try {
    const standing = await deadline.within(
      'users.info',
      (signal) => services.standings.standingOf(person, botToken, signal),
      { mostMs: mostStandingMs }
    )
    return standing === 'member' ? undefined : standingTexts[standing]
  } catch {
    return standingTexts.unknown
  }
}

/** At the limit nothing is started, but what runs or has its result already is answered with. */
async function answerAtLimit(
  ask: Ask,
  { running }: Room,
  place: Place,
  services: Services,
  deadline: Deadline
): Promise<Submitted> {
  const same = await deadline.within('the job of the same request', () => findSame(ask, place, services))
  return same ?? { kind: 'too-many', jobs: running }
}

async function findSame({ person, request }: Ask, place: Place, services: Services): Promise<Submitted | undefined> {
  const key = jobKeys.byRequest(services.config.output.prefix, digestOf(person.team, request))
  const pointer = await place.records.read(key)
  const job = pointer && (await place.jobs.find(pointer.bytes.toString()))
  if (!job) return undefined
  if (!isOver(job.state)) return { kind: 'running', job }
  const isFresh = services.nowMs() - Date.parse(job.endedAt ?? job.requestedAt) <= reuseMs
  return isSuccess(job.state) && isFresh ? { kind: 'finished', job } : undefined
}

async function claim(ask: Ask, place: Place, services: Services, deadline: Deadline): Promise<ClaimedJob> {
  const { team, user, channel, enterprise } = ask.person
  const asker = { team, user, channel, ...(enterprise !== undefined && { enterprise }) }
  const wanted = { request: ask.request, asker, responseUrl: ask.responseUrl }
  let claiming: Promise<ClaimedJob> | undefined
  const begin = (): Promise<ClaimedJob> => {
    claiming = place.jobs.claim(wanted)
    return claiming
  }
  try {
    return await deadline.within('record of the job', begin, { reserveMs: 2 * recordReserveMs })
  } catch (error) {
    if (error instanceof OutOfTimeError) void endLate(claiming, place, services)
    throw error
  }
}

/** A claim that comes when nobody waits any more must not stand in the way of the next. */
async function endLate(claiming: Promise<ClaimedJob> | undefined, { jobs }: Place, { log }: Services): Promise<void> {
  try {
    const claimed = await claiming
    if (claimed?.kind === 'new') await jobs.end(claimed.job.id, notSubmitted('Out of time'))
  } catch (error) {
    log('warn', 'A late record could not be ended', errorFields(error))
  }
}

async function submitNew(
  job: Job,
  room: Room,
  place: Place,
  services: Services,
  deadline: Deadline
): Promise<Submitted> {
  const { log, batch } = services
  const environment = job.request.environment
  const takes = deadline.within('slot', () => takeSlot(room, job, services), { reserveMs: recordReserveMs })
  const isWithinLimit = await takes.catch(async (error: unknown) => {
    await giveUp(job, place, services, deadline, messageOf(error))
    throw error
  })
  if (!isWithinLimit) {
    log('info', 'A job was beyond the limit of its asker', { job: job.id, user: job.asker.user })
    await giveUp(job, place, services, deadline, 'The limit of running jobs per user')
    return { kind: 'too-many', jobs: [] }
  }
  try {
    const { batchJobId, queue } = await deadline.within(
      'SubmitJob',
      (signal) => batch.submit(environment, 'spotQueue', job.id, signal),
      { reserveMs: recordReserveMs }
    )
    log('info', 'A job was submitted', { job: job.id, batchJob: batchJobId, queue, user: job.asker.user, environment })
    const standing = await recordBatchJob(job, { jobId: batchJobId, queue }, place, services, deadline)
    return { kind: 'started', job: standing }
  } catch (error) {
    log('error', 'Batch did not take a job', { job: job.id, environment, ...errorFields(error) })
    await giveUp(job, place, services, deadline, messageOf(error))
    const text =
      'AWS Batch did not take the job, so nothing runs. Try again in a moment; tell the operators if it lasts.'
    return { kind: 'failed', text }
  }
}

/** The request is free again; should even that fail, it is a minute later (see Jobs). */
async function giveUp(job: Job, { jobs }: Place, { log }: Services, deadline: Deadline, why: string): Promise<void> {
  try {
    await deadline.within('end of the record', () => jobs.end(job.id, notSubmitted(why)))
  } catch (error) {
    log('error', 'The record of a job could not be ended', { job: job.id, ...errorFields(error) })
  }
}

function notSubmitted(why: string): JobEnd {
  const userText = 'It could not be started.'
  return { state: 'failed', failure: { code: 'not-submitted', userText, operatorText: why } }
}

/** The job runs by now, so nothing here may fail it; who wants to cancel it finds Batch's id in the record. */
async function recordBatchJob(
  job: Job,
  batchJob: NonNullable<Job['batch']>,
  { jobs }: Place,
  { log, batch }: Services,
  deadline: Deadline
): Promise<Job> {
  try {
    const standing = await deadline.within('id of the Batch job', () =>
      jobs.update(job.id, (found) => ({ ...found, batch: batchJob }))
    )
    if (standing?.state === 'cancelling') {
      const { environment } = job.request
      await deadline.within('TerminateJob', (signal) =>
        batch.terminate(environment, batchJob.jobId, cancelReason, signal)
      )
    }
    return standing ?? job
  } catch (error) {
    log('error', 'The id of a Batch job could not be recorded', {
      job: job.id,
      batchJob: batchJob.jobId,
      ...errorFields(error)
    })
    return job
  }
}
