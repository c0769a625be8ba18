import { hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import { endJob } from '../../worker/jobs/jobs.ts'
import { errorFields } from '../../worker/report/log.ts'
import { namedIdentifiers } from '../../worker/report/slack/request-text.ts'
import { codeText } from '../../worker/report/slack/text.ts'
import type { Ephemeral } from '../slack/answer.ts'
import { lineOf, shortId } from '../slack/job-text.ts'
import type { Visit } from '../slack/request-context.ts'
import type { Services } from '../slack/services.ts'
import { unreadLines } from '../slack/status.ts'
import { isAdmin } from './access.ts'
import { cancelReason } from './batch.ts'
import type { FoundJob } from './locations.ts'

/*
 * Stopping a job: its record says so first, so that the worker, which is told to stop a moment later, learns why. One
 * that Batch does not have ends at once: whoever is about to submit it finds so, and takes it back.
 */

/** Kept for stopping the Batch job after the record was changed. */
const terminateReserveMs = 700
/** Kept for telling the person, which for a button is one more call. */
const answerReserveMs = 500
/** The shortest end of an id that is taken for the whole. */
const leastIdLength = 4

/** `cancel [id]`: one of my jobs that run; the only one unless told which. */
export async function cancelByCommand(
  wanted: string | undefined,
  visit: Visit,
  services: Services
): Promise<Ephemeral> {
  const { person, deadline, command } = visit
  const [list] = await Promise.all([
    services.places.jobsOf(person, deadline, { reserveMs: terminateReserveMs + 2 * answerReserveMs }),
    visit.refuseReplay()
  ])
  const running = list.found.filter(({ job }) => !isOver(job.state))
  const isMeant = ({ job }: FoundJob): boolean =>
    wanted === undefined || job.id === wanted || (wanted.length >= leastIdLength && job.id.endsWith(wanted))
  const meant = running.filter(isMeant)
  if (meant.length === 1) return cancelJob(meant[0]!, visit, services)
  const lines = [
    headOf(running.length, meant.length),
    ...running.map(({ job }) => `• ${codeText(`${command} cancel ${shortId(job)}`)} · ${lineOf(job)}`),
    ...unreadLines(list, services)
  ]
  return { text: lines.join('\n') }
}

function headOf(running: number, meant: number): string {
  if (running === 0) return 'Nothing of yours runs.'
  return meant === 0 ? 'None of your running jobs has that id:' : 'More than one runs. Which one?'
}

/** Stops a job for its asker or an admin, and tells them. */
export async function cancelJob({ job, place }: FoundJob, visit: Visit, services: Services): Promise<Ephemeral> {
  const { person, deadline } = visit
  const isAskers = job.asker.user === person.user && job.asker.team === person.team
  if (!isAskers && !(isAdmin(person, services.config) && job.asker.team === person.team)) {
    services.log.warn('A person may not cancel a job', { job: job.id, user: person.user })
    return { text: 'Only whoever asked for this export, or an admin of iot-log, can stop it.' }
  }
  let wasOver = false
  const change = (standing: Job): Job | undefined => {
    wasOver = isOver(standing.state)
    return wasOver ? undefined : cancelled(standing, services.nowMs())
  }
  const standing = await deadline.within('record of the job', () => place.jobs.update(job.id, change), {
    reserveMs: terminateReserveMs + answerReserveMs
  })
  const named = namedIdentifiers(job.request)
  if (!standing || wasOver) return { text: `${named} is over already: there is nothing to stop.` }
  services.log.info('A job is cancelled', { job: job.id, user: person.user })
  if (isOver(standing.state)) return { text: `${named} is cancelled: no machine had it yet.` }
  const batchJob = standing.batch!.jobId
  try {
    await deadline.within(
      'TerminateJob',
      (signal) => services.batch.terminate(job.request.environment, batchJob, cancelReason, signal),
      { reserveMs: answerReserveMs }
    )
  } catch (error) {
    services.log.error('A Batch job could not be stopped', { job: job.id, batchJob, ...errorFields(error) })
    return {
      text: `${named} will stop, but AWS Batch did not answer yet. If it still runs in a minute, cancel it again.`
    }
  }
  return { text: `${named} is being stopped. Its message says when it has.` }
}

/** Undefined where the record says so already. */
function cancelled(job: Job, nowMs: number): Job | undefined {
  if (!hasBatchJob(job)) return endJob(job, { state: 'cancelled' }, nowMs)
  return job.state === 'cancelling' ? undefined : { ...job, state: 'cancelling' }
}
