import { isOver, type Job } from '../worker/contract/job.ts'
import { namedIdentifiers } from '../worker/report/slack/request-text.ts'
import { codeText } from '../worker/report/slack/text.ts'
import { isAdmin } from './access.ts'
import type { Ephemeral } from './answer.ts'
import { cancelReason } from './batch.ts'
import { lineOf, shortId } from './job-text.ts'
import { errorFields } from './log.ts'
import type { FoundJob } from './places.ts'
import type { Services } from './services.ts'
import type { Visit } from './visit.ts'

/*
 * Stopping a job: its record says so first, so that the worker, which is told to stop a moment later, learns why; and so
 * that a job which Batch has not been given yet is stopped when it is.
 */

/** Kept for stopping the Batch job after the record was changed. */
const terminateReserveMs = 700
/** The shortest end of an id that is taken for the whole. */
const leastIdLength = 4

/** `cancel [id]`: one of my jobs that run; the only one unless told which. */
export async function cancelByCommand(
  wanted: string | undefined,
  visit: Visit,
  services: Services
): Promise<Ephemeral> {
  const { person, deadline, command } = visit
  const jobs = await deadline.within('jobs of the person', () => services.places.jobsOf(person.team, person.user), {
    reserveMs: 2 * terminateReserveMs
  })
  const running = jobs.filter(({ state }) => !isOver(state))
  if (running.length === 0) return { text: 'Nothing of yours runs.' }
  const isMeant = (job: Job): boolean =>
    wanted === undefined || job.id === wanted || (wanted.length >= leastIdLength && job.id.endsWith(wanted))
  const meant = running.filter(isMeant)
  if (meant.length === 1) {
    const found = { job: meant[0]!, place: services.places.of(meant[0]!.request.environment) }
    return cancelJob(found, visit, services)
  }
  const lines = running.map((job) => `• ${codeText(`${command} cancel ${shortId(job)}`)} · ${lineOf(job)}`)
  const head = meant.length === 0 ? 'None of your running jobs has that id:' : 'More than one runs. Which one?'
  return { text: [head, ...lines].join('\n') }
}

/** Stops a job for its asker or an admin, and tells them. */
export async function cancelJob({ job, place }: FoundJob, visit: Visit, services: Services): Promise<Ephemeral> {
  const { person, deadline } = visit
  const isAskers = job.asker.user === person.user && job.asker.team === person.team
  if (!isAskers && !(isAdmin(person, services.config) && job.asker.team === person.team)) {
    services.log('warn', 'A person may not cancel a job', { job: job.id, user: person.user })
    return { text: 'Only whoever asked for this export, or an admin of iot-log, can stop it.' }
  }
  const standing = await deadline.within(
    'record of the job',
    () =>
      place.jobs.update(job.id, (found) =>
        isOver(found.state) || found.state === 'cancelling' ? undefined : { ...found, state: 'cancelling' }
      ),
    { reserveMs: terminateReserveMs }
  )
  const named = namedIdentifiers(job.request)
  if (!standing || isOver(standing.state)) return { text: `${named} is over already: there is nothing to stop.` }
  services.log('info', 'A job is cancelled', { job: job.id, user: person.user })
  const batchJob = standing.batch?.jobId ?? standing.attempts.at(-1)?.batchJobId
  if (batchJob === undefined) return { text: `${named} is being stopped.` }
  try {
    await deadline.within('TerminateJob', (signal) =>
      services.batch.terminate(job.request.environment, batchJob, cancelReason, signal)
    )
  } catch (error) {
    services.log('error', 'A Batch job could not be stopped', { job: job.id, batchJob, ...errorFields(error) })
    return {
      text: `${named} will stop, but AWS Batch did not answer yet. If it still runs in a minute, cancel it again.`
    }
  }
  return { text: `${named} is being stopped. Its message says when it has.` }
}
