import type { Job, JobResult } from '../../contract/job.ts'
import { entryName } from '../../contract/names.ts'
import { type NotRead, noOutcomes } from '../../contract/outcome.ts'
import { windowOf } from '../../contract/request.ts'
import { formatBytes, formatCount, formatSeconds } from '../../contract/units.ts'
import { hourMs } from '../../contract/window.ts'
import { type SlackBlock, section, slackLimits } from './blocks.ts'
import { downloadButton, newLinkButton } from './buttons.ts'
import type { Draft, MessageView } from './draft.ts'
import { countOfCategories } from './request-text.ts'
import { barText, codeText, localTime, sparkline } from './text.ts'

/*
 * What was found: how many lines where, whether that is all there is, and the link.
 */

/** A job that is complete or partial. */
export function resultDraft(job: Job, view: MessageView): Draft {
  const { result } = job
  if (!result) return { icon: '⚠️', title: 'Done', lines: ['What it found was not written down: ask again.'] }
  const lines = result.entries.reduce((sum, entry) => sum + entry.lines, 0)
  const found = formatCount(lines, 'line')
  const isPartial = job.state === 'partial'
  return {
    icon: isPartial ? '⚠️' : '✅',
    title: `${isPartial ? 'Partial' : 'Complete'}: ${found}`,
    lines: [`${barText(100)} 100 %`, ...(isPartial ? missingLines(result) : [])],
    ...(result.entries.length > 0 && {
      tasks: { title: `${found} in ${countOfCategories(job.request)}`, list: entryTasks(job, result) }
    }),
    more: [
      section([...hourLines(job, result), ...archiveLines(result), readLine(result)]),
      ...linkProblem(result, view)
    ],
    buttons: linkButtons(job, result, view),
    small: linkLines(result, view)
  }
}

/** What the objects that could not be read are, and what mends it. */
const missingKinds = {
  unreadable: 'damaged: lines before the damage are kept',
  archived: 'in cold storage: restore, then ask again',
  vanished: 'gone since the search began',
  denied: 'denied: operators must allow reading (s3:GetObject, kms:Decrypt)'
} as const satisfies Record<NotRead['outcome'], string>

/** Counts of a record, complete. */
export function objectCounts({ objects }: JobResult): ReturnType<typeof noOutcomes> & { listed: number } {
  return { listed: 0, ...noOutcomes(), ...objects }
}

function missingLines(result: JobResult): string[] {
  const counts = objectCounts(result)
  const kinds = (Object.keys(missingKinds) as NotRead['outcome'][]).filter((kind) => counts[kind] > 0)
  const missing = kinds.reduce((sum, kind) => sum + counts[kind], 0)
  return [
    `*${missing.toLocaleString('en-US')} of ${formatCount(counts.listed, 'object')} could not be read:*`,
    ...kinds.map((kind) => `• ${counts[kind].toLocaleString('en-US')} ${missingKinds[kind]}`),
    'manifest.json in the zip names each of them.'
  ]
}

function entryTasks({ request }: Job, { entries }: JobResult): NonNullable<Draft['tasks']>['list'] {
  const window = windowOf(request)
  const categories = new Map(request.categories.map((category) => [entryName(category, window), category]))
  return entries.map((entry) => {
    const size = entry.lines > 0 ? ` · ${formatBytes(entry.bytes)}` : ''
    const name = categories.get(entry.name) ?? entry.name
    return { title: `${name}: ${formatCount(entry.lines, 'line')}${size}`, status: 'complete' }
  })
}

/** The sparkline, and its highest hour. */
function hourLines({ request }: Job, { linesByHour }: JobResult): string[] {
  const most = linesByHour.reduce((highest, lines) => Math.max(highest, lines), 0)
  if (linesByHour.length < 2 || most === 0) return []
  const { text, countsPerBar } = sparkline(linesByHour)
  const busiest = new Date(Date.parse(request.from) + linesByHour.indexOf(most) * hourMs).toISOString()
  const when = linesByHour.length > 24 ? busiest.slice(0, 16).replace('T', ' ') : busiest.slice(11, 16)
  const per = countsPerBar === 1 ? 'hour' : `${countsPerBar} hours`
  return [`\`${text}\``, `Lines per ${per}, most at ${when} UTC: ${most.toLocaleString('en-US')}`]
}

function archiveLines({ archive }: JobResult): string[] {
  if (!archive) return []
  return [`${codeText(archive.key.slice(archive.key.lastIndexOf('/') + 1))} · ${formatBytes(archive.bytes)}`]
}

function readLine(result: JobResult): string {
  const counts = objectCounts(result)
  const skipped = counts.skipped > 0 ? ` (${counts.skipped.toLocaleString('en-US')} skipped by rule)` : ''
  const what = `${formatBytes(result.scanned.bytes)} in ${formatSeconds(result.seconds)}${skipped}`
  if (result.status === 'partial') return `Searched ${what}.`
  return `All ${formatCount(counts.listed - counts.skipped, 'object')} read: ${what}.`
}

const isExpired = ({ linkExpiresMs, nowMs }: MessageView): boolean =>
  linkExpiresMs !== undefined && linkExpiresMs <= nowMs
const isTooLong = (url: string): boolean => url.length > slackLimits.buttonUrl

function linkButtons(job: Job, { archive }: JobResult, view: MessageView): NonNullable<Draft['buttons']> {
  const { downloadUrl: url, isInteractive = true } = view
  if (!archive) return []
  const hasLink = url !== undefined && !isTooLong(url) && !isExpired(view)
  return [
    ...(hasLink ? [downloadButton(url, formatBytes(archive.bytes))] : []),
    // Nobody changes the message when its link expires, so the button is there before.
    ...(isInteractive ? [newLinkButton(job)] : [])
  ]
}

function linkLines({ archive }: JobResult, view: MessageView): string[] {
  const { downloadUrl, linkExpiresMs, isInteractive = true } = view
  if (!archive || downloadUrl === undefined || linkExpiresMs === undefined || isTooLong(downloadUrl)) return []
  const until = localTime(linkExpiresMs)
  if (isExpired(view)) return [`The link expired ${until}`]
  return [`Link until ${until}${isInteractive ? ', then *New link*' : ''}`]
}

/** Why there is no link, where there should be one. */
function linkProblem({ archive }: JobResult, { downloadUrl, isInteractive = true }: MessageView): SlackBlock[] {
  if (!archive) return []
  const place = `The archive is ${codeText(archive.key)}.`
  if (downloadUrl !== undefined && isTooLong(downloadUrl)) {
    return [section(['The link is longer than Slack takes. Operators can fetch the archive for you.', place])]
  }
  if (downloadUrl !== undefined || isInteractive) return []
  return [section(['No link could be made. Operators can fetch the archive for you.', place])]
}
