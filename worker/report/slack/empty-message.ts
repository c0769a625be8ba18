import type { Job } from '../../contract/job.ts'
import type { ExportRequest } from '../../contract/request.ts'
import { windowOf } from '../../contract/request.ts'
import { formatBytes, formatCount, formatSeconds } from '../../contract/units.ts'
import { hourMs, typedWindow } from '../../contract/window.ts'
import { section } from './blocks.ts'
import { type Draft, type MessageView, unknownScope } from './message-parts.ts'
import { objectCounts } from './missing-objects.ts'
import { allWords } from './other-requests.ts'
import { commandText, namedIdentifiers } from './request-text.ts'
import { escapeText, localTime } from './text.ts'
import { lookedLines, warningLines } from './warning-lines.ts'

/** Firehose delivers within minutes, uploads of load balancers and others within an hour or two. */
const lateMs = 3 * hourMs

/** A job that found nothing: how much was searched, and what the reason may be. */
export function emptyDraft(job: Job, view: MessageView): Draft {
  return {
    icon: '🔍',
    title: isWithoutObjects(job) ? 'Nothing to read' : 'Nothing found',
    lines: [...searchedLines(job), ...(job.result ? [...warningLines(job.result), ...lookedLines(job.result)] : [])],
    more: [section(['*Possible reasons:*', ...likelyReasons(job, view).map((reason) => `• ${reason}`)])]
  }
}

/** Whether nothing was there to be read, so that the answer says nothing about the device. */
function isWithoutObjects({ result }: Job): boolean {
  const counts = result && objectCounts(result)
  return counts !== null && counts.listed === counts.skipped
}

function searchedLines({ request, result }: Job): string[] {
  if (!result) return []
  const counts = objectCounts(result)
  if (counts.listed === counts.skipped)
    return [
      `There are no logs in ${escapeText(request.environment)} for this time.`,
      'A missing day is not a silent device.'
    ]
  const { bytes, rawBytes } = result.scanned
  const read = formatCount(counts.listed - counts.skipped, 'object')
  const amounts = `${formatBytes(bytes)} (${formatBytes(rawBytes)} of text) in ${formatSeconds(result.seconds)}`
  const searched = (result.warnings ?? []).length > 0 ? 'Searched' : 'Searched everything'
  return [`No line contains ${identifiersText(request)}. ${searched}: ${read}, ${amounts}.`]
}

const identifiersText = (request: ExportRequest): string =>
  request.identifiers.length === 1 ? namedIdentifiers(request) : `any of the ${request.identifiers.length}`

function likelyReasons(job: Job, { nowMs, scope = unknownScope }: MessageView): string[] {
  const { request } = job
  const { fromMs, toMs, unit } = windowOf(request)
  const spelling = [
    `*Spelling*: ${request.case === 'exact' ? 'upper and lower case must match, unless you add `case=ignore`' : 'is it spelled like this in the logs?'}`,
    ...(request.match === 'word' ? ['*match=word* finds whole words only: try without it'] : [])
  ]
  const when = escapeText(typedWindow({ fromMs, toMs, unit }))
  const other = unit === 'minute' ? 'time' : unit
  const span = `${localTime(fromMs)} to ${localTime(toMs)}`
  return [
    ...(toMs + lateMs > nowMs ? [notDeliveredYet(toMs, nowMs)] : []),
    `*Another ${other}*: ${when} is UTC. For you that ${unit === 'day' ? 'day' : 'time'} runs from ${span}`,
    ...(scope.hasAll ? [] : [`*Another category*: ${commandText(request, allWords(request)) ?? 'ask for `all`'}`]),
    ...(isWithoutObjects(job) ? [] : spelling),
    ...(toMs + lateMs > nowMs ? [] : [isWithoutObjects(job) ? noDelivery : noLogs])
  ]
}

const noLogs = '*No logs*: the device was offline, or its logs were not delivered yet'
const noDelivery = '*No delivery*: the logs of all devices are missing. Ask your operators'

function notDeliveredYet(toMs: number, nowMs: number): string {
  return toMs > nowMs
    ? '*Not delivered yet*: this time is not over, try again later'
    : '*Not delivered yet*: logs may come hours late, try again later'
}
