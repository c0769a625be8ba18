import type { Job, JobResult } from '../../contract/job.ts'
import { entryName } from '../../contract/names.ts'
import { windowOf } from '../../contract/request.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from '../../contract/units.ts'
import { hourMs } from '../../contract/window.ts'
import { section } from './blocks.ts'
import { linkParts, linkProblem } from './download-button.ts'
import type { Draft, MessageView, Task } from './message-parts.ts'
import { missingCount, missingLines, objectCounts } from './missing-objects.ts'
import { countOfCategories } from './request-text.ts'
import { barText, codeText, escapeText, sparkline } from './text.ts'
import { warningLines } from './warning-lines.ts'

/*
 * What was found: how many lines where, whether that is all there is, and the link.
 */

/** A job that is complete or partial. */
export function resultDraft(job: Job, view: MessageView): Draft {
  const { result } = job
  if (!result) return { icon: '⚠️', title: 'Done', lines: ['Its result was not saved. Try again.'] }
  const lines = result.entries.reduce((sum, entry) => sum + entry.lines, 0)
  const isPartial = job.state === 'partial'
  const found = isPartial && lines === 0 ? 'nothing found in what could be read' : formatCount(lines, 'line')
  const title = `${isPartial ? 'Partial' : 'Complete'}: ${found}`
  const categories = result.entries.length > 0 ? categoriesOf(job, result) : []
  return {
    icon: isPartial ? '⚠️' : '✅',
    title,
    ...(isPartial && { notice: `${title}, ${missingText(result)}` }),
    lines: [
      `${barText(100)} 100 %`,
      ...(isPartial ? missingLines(result) : []),
      ...categoryLines(categories),
      ...warningLines(result)
    ],
    ...(categories.length > 0 && {
      tasks: { title: `${countOfCategories(job.request)} searched`, list: categories.map(taskOf) }
    }),
    more: [
      section([...hourLines(job, result), ...archiveLines(result), readLine(result), ...engineLines(result)]),
      ...linkProblem(result, view)
    ],
    ...linkParts(job, result, view)
  }
}

function missingText(result: JobResult): string {
  return `${formatNumber(missingCount(result))} of ${formatCount(objectCounts(result).listed, 'object')} not read to the end`
}

interface FoundCategory {
  readonly name: string
  readonly lines: number
  readonly bytes: number
  readonly missing: number
}

function categoriesOf({ request }: Job, { entries }: JobResult): FoundCategory[] {
  const window = windowOf(request)
  const names = new Map(request.categories.map((category) => [entryName(category, window), category]))
  return entries.map(({ name, lines, bytes, missing = 0 }) => ({
    name: names.get(name) ?? name,
    lines,
    bytes,
    missing
  }))
}

const missingIn = ({ missing }: FoundCategory): string => `${formatCount(missing, 'object')} not read to the end`

function taskOf(category: FoundCategory): Task {
  const isWhole = category.missing === 0
  return {
    title: isWhole ? category.name : `${category.name}: ${missingIn(category)}`,
    status: isWhole ? 'complete' : 'error'
  }
}

/** As many as a phone shows without scrolling far. */
const shownCategories = 10

/** The lines of each category. Of many, those with lines are shown first. */
function categoryLines(categories: readonly FoundCategory[]): string[] {
  if (categories.length <= shownCategories) return categories.map(categoryLine)
  const found = categories.filter(({ lines }) => lines > 0)
  const more = categories.length - Math.min(found.length, shownCategories)
  const moreLines = found.slice(shownCategories).reduce((sum, { lines }) => sum + lines, 0)
  const rest = moreLines > 0 ? `with ${formatCount(moreLines, 'line')}` : 'without lines'
  return [...found.slice(0, shownCategories).map(categoryLine), `and ${more} more ${rest}`]
}

function categoryLine(category: FoundCategory): string {
  const { name, lines, bytes, missing } = category
  const size = lines > 0 ? [formatBytes(bytes)] : []
  const gap = missing > 0 ? [missingIn(category)] : []
  return `• ${escapeText(name)}: ${[formatCount(lines, 'line'), ...size, ...gap].join(' · ')}`
}

/** The sparkline, and its highest hour. */
function hourLines({ request }: Job, { linesByHour }: JobResult): string[] {
  const most = linesByHour.reduce((highest, lines) => Math.max(highest, lines), 0)
  if (linesByHour.length < 2 || most === 0) return []
  const { text, countsPerBar } = sparkline(linesByHour)
  const busiest = new Date(Date.parse(request.from) + linesByHour.indexOf(most) * hourMs).toISOString()
  const when = linesByHour.length > 24 ? busiest.slice(0, 16).replace('T', ' ') : busiest.slice(11, 16)
  const per = countsPerBar === 1 ? 'hour' : `${countsPerBar} hours`
  return [`\`${text}\``, `Lines per ${per}, most at ${when} UTC: ${formatNumber(most)}`]
}

function archiveLines({ archive }: JobResult): string[] {
  if (!archive) return []
  return [`${codeText(archive.key.slice(archive.key.lastIndexOf('/') + 1))} · ${formatBytes(archive.bytes)}`]
}

/** Why it cost more than usual, and took less time than it would have. */
function engineLines({ engine, reason }: JobResult): string[] {
  return engine === 'athena' ? [`By Athena: ${escapeText(reason)}`] : []
}

function readLine(result: JobResult): string {
  const counts = objectCounts(result)
  const skipped = counts.skipped > 0 ? ` (${formatNumber(counts.skipped)} skipped by rule)` : ''
  const what = `${formatBytes(result.scanned.bytes)} in ${formatSeconds(result.seconds)}${skipped}`
  if (result.status === 'partial') return `Searched ${what}.`
  const read = counts.listed - counts.skipped
  const objects = read === 1 ? 'The one object was' : `All ${formatCount(read, 'object')}`
  return `${objects} read: ${what}.`
}
