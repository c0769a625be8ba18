import { isOver } from '../../worker/contract/job.ts'
import { namedIdentifiers } from '../../worker/report/slack/request-text.ts'
import { codeText } from '../../worker/report/slack/text.ts'
import { answerReserveMs, type Cancellation, cancelJob, terminateReserveMs } from '../jobs/cancel.ts'
import type { FoundJob } from '../jobs/locations.ts'
import type { Ephemeral } from './answer.ts'
import { lineOf, shortId } from './job-text.ts'
import type { SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'
import { unreadLines } from './status.ts'

/** The shortest end of an id that is taken for the whole. */
const leastIdLength = 4

/** `cancel [id]`: stops one running job of the person. Without an id it stops the only one. */
export async function cancelByCommand(
  wanted: string | undefined,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  const { asker, deadline, command } = context
  const [list] = await Promise.all([
    services.locations.jobsOf(asker, deadline, { reserveMs: terminateReserveMs + 2 * answerReserveMs }),
    context.refuseReplay()
  ])
  const running = list.found.filter(({ job }) => !isOver(job.state))
  const isMeant = ({ job }: FoundJob): boolean =>
    wanted === undefined || job.id === wanted || (wanted.length >= leastIdLength && job.id.endsWith(wanted))
  const meant = running.filter(isMeant)
  if (meant.length === 1) return cancelText(meant[0]!, context, services)
  const lines = [
    headOf(running.length, meant.length),
    ...running.map(({ job }) => `• ${codeText(`${command} cancel ${shortId(job)}`)} · ${lineOf(job)}`),
    ...unreadLines(list, services)
  ]
  return { text: lines.join('\n') }
}

function headOf(running: number, meant: number): string {
  if (running === 0) return 'You have no running exports.'
  return meant === 0 ? 'None of your running exports has that id:' : 'More than one export runs. Which one should stop?'
}

const texts: Readonly<Record<Exclude<Cancellation, 'refused'>, string>> = {
  over: 'has already ended: there is nothing to stop.',
  cancelled: 'is cancelled. It had not started on a machine.',
  stopping: 'is being stopped. Its message says when it has stopped.',
  unanswered: 'will stop, but AWS Batch did not answer. If it still runs in a minute, cancel it again.'
}

/** Stops a job, and says what came of it. */
export async function cancelText(
  found: FoundJob,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  const cancellation = await cancelJob(found, context, services)
  return cancellation === 'refused'
    ? { text: 'Only the person who asked for this export, or an admin of iot-log, can stop it.' }
    : { text: `${namedIdentifiers(found.job.request)} ${texts[cancellation]}` }
}
