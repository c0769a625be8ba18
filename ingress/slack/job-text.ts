import { hasBatchJob, isOver, type Job } from '../../worker/contract/job.ts'
import { formatBytes, formatCount } from '../../worker/contract/units.ts'
import { shownPercent } from '../../worker/report/progress.ts'
import { actions, type Button, section } from '../../worker/report/slack/blocks.ts'
import { cancelButton, downloadButton } from '../../worker/report/slack/buttons.ts'
import { readSlackReply } from '../../worker/report/slack/reply.ts'
import { categoriesText, namedIdentifiers, whereText } from '../../worker/report/slack/request-text.ts'
import { codeText, escapeText, localTime } from '../../worker/report/slack/text.ts'
import { type SignedLink, signLink } from '../jobs/links.ts'
import type { Submitted } from '../jobs/submit.ts'
import type { Ephemeral } from './answer.ts'
import type { SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'

/*
 * What a person reads of jobs at once; only they see it. The worker reports progress in the job's own message.
 */

/** So many last letters of an id distinguish the jobs of a person. */
const shortIdLength = 6
export const shortId = (job: Job): string => job.id.slice(-shortIdLength)

/** What came of asking for an export. */
export async function submittedText(
  submitted: Submitted,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  switch (submitted.kind) {
    case 'started':
      return startedText(submitted.job, context)
    case 'running':
      return runningText(submitted.job, context)
    case 'finished':
      return finishedText(submitted.job, await signLink(submitted.job, context.baseUrl, services), services.nowMs())
    case 'too-many':
      return tooManyText(submitted.jobs, context, services)
    case 'refused':
    case 'failed':
      return { text: escapeText(submitted.text) }
  }
}

function startedText(job: Job, { command }: SlackRequestContext): Ephemeral {
  const lines = [
    `⏳ *Started* · ${namedIdentifiers(job.request)}`,
    `${categoriesText(job.request)} · ${whereText(job.request)}`,
    'Waiting for a machine, about a minute. Then a message here shows the progress and, at the end, the link.',
    `Stop it with ${codeText(`${command} cancel ${shortId(job)}`)}.`
  ]
  return message(lines, [cancelButton(job)])
}

function runningText(job: Job, context: SlackRequestContext): Ephemeral {
  const isMine = job.asker.user === context.asker.user
  const lines = [
    `⏳ *Already ${hasBatchJob(job) ? 'running' : 'being started'}* · ${namedIdentifiers(job.request)}`,
    `${categoriesText(job.request)} · ${whereText(job.request)}`,
    hasBatchJob(job)
      ? `${stateText(job)}. ${messageText(job, context)}`
      : 'AWS Batch does not have it yet. If no message comes within a minute, ask again.'
  ]
  return message(lines, isMine && job.state !== 'cancelling' ? [cancelButton(job)] : [])
}

const doneIcons: Partial<Record<Job['state'], string>> = { partial: '⚠️', empty: '🔍' }

function finishedText(job: Job, link: SignedLink | undefined, nowMs: number): Ephemeral {
  const minutes = Math.max(0, Math.round((nowMs - Date.parse(job.endedAt ?? job.requestedAt)) / 60_000))
  const when = minutes === 0 ? 'just now' : `${minutes} min ago`
  const lines = [
    `${doneIcons[job.state] ?? '✅'} *Done ${when}* · ${resultText(job)}`,
    namedIdentifiers(job.request),
    `${categoriesText(job.request)} · ${whereText(job.request)}`,
    ...(link ? [`Link until ${localTime(link.expiresMs)}.`] : [])
  ]
  return message(lines, link ? [downloadButton(link.url, formatBytes(job.result!.archive!.bytes))] : [])
}

function tooManyText(jobs: readonly Job[], { command }: SlackRequestContext, { config }: SlackServices): Ephemeral {
  const { runningJobsPerUser: most } = config.limits
  const exports = most === 1 ? 'One export' : `${most} exports`
  return message([
    `${exports} at a time: nothing was started. Wait for one to end${jobs.length > 0 ? ', or stop one:' : '.'}`,
    ...jobs.map((job) => `• ${lineOf(job)} · ${codeText(`${command} cancel ${shortId(job)}`)}`)
  ])
}

/** A new link, for the person who pressed the button. */
export function newLinkText(job: Job, link: SignedLink): Ephemeral {
  const lines = [
    `${namedIdentifiers(job.request)} · ${whereText(job.request)}`,
    `New link until ${localTime(link.expiresMs)}.`
  ]
  return message(lines, [downloadButton(link.url, formatBytes(job.result!.archive!.bytes))])
}

/** A job in one line of mrkdwn. */
export function lineOf(job: Job): string {
  return `${namedIdentifiers(job.request)} · ${categoriesText(job.request)} · ${whereText(job.request)} · ${stateText(job)}`
}

/** The state of a job, or how it ended. */
function stateText(job: Job): string {
  switch (job.state) {
    case 'submitted':
      return hasBatchJob(job) ? 'waiting for a machine' : 'being started'
    case 'running':
      return `${shownPercent(job.progress)} %`
    case 'cancelling':
      return 'being cancelled'
    case 'timed-out':
      return 'took too long'
    case 'failed':
      return `failed: ${escapeText(job.failure?.userText ?? 'see its message')}`
    case 'cancelled':
      return 'cancelled'
    default:
      return resultText(job)
  }
}

function resultText({ state, result }: Job): string {
  if (state === 'empty' || !result) return 'nothing found'
  const lines = result.entries.reduce((sum, entry) => sum + entry.lines, 0)
  const size = result.archive ? `, ${formatBytes(result.archive.bytes)}` : ''
  return `${state}: ${formatCount(lines, 'line')}${size}`
}

/** Where the message of a job is; without one it is yet to come. */
function messageText(job: Job, { workspaceDomain }: SlackRequestContext): string {
  const { channel, ts } = readSlackReply(job.reply)
  if (channel === null || ts === null) return isOver(job.state) ? '' : 'Its message comes when its machine has started.'
  if (workspaceDomain === undefined) return 'Its message is in the channel of the request.'
  return `<https://${workspaceDomain}.slack.com/archives/${channel}/p${ts.replace('.', '')}|See its message>.`
}

function message(lines: readonly string[], buttons: readonly Button[] = []): Ephemeral {
  return { text: lines.join('\n'), blocks: [section(lines), ...(buttons.length > 0 ? [actions(buttons)] : [])] }
}
