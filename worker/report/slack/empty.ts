import type { Job } from '../../contract/job.ts'
import { windowOf } from '../../contract/request.ts'
import { formatBytes, formatCount, formatSeconds } from '../../contract/units.ts'
import { hourMs, typedWindow } from '../../contract/window.ts'
import { section } from './blocks.ts'
import type { Draft, MessageView } from './draft.ts'
import { objectCounts } from './result.ts'
import { escapeText, localTime } from './text.ts'

/** Firehose delivers within minutes, uploads of load balancers and others within an hour or two. */
const lateMs = 3 * hourMs

/** A job that found nothing: how much was searched, and what the reason may be. */
export function emptyDraft(job: Job, view: MessageView): Draft {
  return {
    icon: '🔍',
    title: 'Nothing found',
    lines: searchedLines(job),
    more: [section(['*What it may be:*', ...likelyReasons(job, view.nowMs).map((reason) => `• ${reason}`)])]
  }
}

function searchedLines({ result }: Job): string[] {
  if (!result) return []
  const counts = objectCounts(result)
  if (counts.listed === counts.skipped) return ['There are no logs at all of this time there.']
  const { bytes, rawBytes } = result.scanned
  const read = formatCount(counts.listed - counts.skipped, 'object')
  return [
    `No line holds it. Searched all of it: ${read},`,
    `${formatBytes(bytes)} (${formatBytes(rawBytes)} of text) in ${formatSeconds(result.seconds)}.`
  ]
}

function likelyReasons({ request, result }: Job, nowMs: number): string[] {
  const { fromMs, toMs, unit } = windowOf(request)
  const span = `${localTime(fromMs)} – ${localTime(toMs)}`
  const counts = result && objectCounts(result)
  const isWithoutObjects = counts?.listed === counts?.skipped
  const spelling = [
    `*Spelling*: ${request.case === 'exact' ? 'upper and lower case differ, `case=ignore` lifts that' : 'is it written so in the logs?'}`,
    ...(request.match === 'word' ? ['*match=word* takes whole words only: try without it'] : [])
  ]
  return [
    ...(toMs + lateMs > nowMs ? [notDeliveredYet(toMs, nowMs)] : []),
    `*Another ${unit}*: ${escapeText(typedWindow({ fromMs, toMs, unit }))} is UTC, for you ${span}`,
    '*Another category*: `all` searches each of them',
    ...(isWithoutObjects ? [] : spelling),
    ...(toMs + lateMs > nowMs ? [] : ['*No logs*: the device was offline, or its logs were not delivered yet'])
  ]
}

function notDeliveredYet(toMs: number, nowMs: number): string {
  return toMs > nowMs
    ? '*Not delivered yet*: this time is not over, ask again later'
    : '*Not delivered yet*: logs may come hours late, ask again later'
}
