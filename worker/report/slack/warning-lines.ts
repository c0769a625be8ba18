import type { JobResult } from '../../contract/job.ts'
import { formatCount, formatNumber } from '../../contract/units.ts'
import { clip, codeText, escapeText, visibleText } from './text.ts'

/*
 * What a result is warned of, and where an export looked that found nothing: a few short lines for a phone.
 */

const shownWarnings = 3
const shownCategories = 3
const mostCharacters = 200

/** The first warnings, a line each, and how many more there are. */
export function warningLines({ warnings = [] }: JobResult): string[] {
  const shown = warnings.slice(0, shownWarnings).map(({ text }) => `⚠️ ${unmarked(text)}`)
  const more = warnings.length - shown.length
  return more > 0 ? [...shown, `and ${formatCount(more, 'warning')} more`] : shown
}

/** For the first categories: what the window lacks, and the newest day or other keys. */
export function lookedLines({ looked = [] }: JobResult): string[] {
  const lines = looked.flatMap(lookedLine)
  const more = lines.length - shownCategories
  return more > 0 ? [...lines.slice(0, shownCategories), `and ${more} more`] : lines
}

function lookedLine(looked: LookedInJob): string[] {
  const key = looked.naming?.[0]
  if (key === undefined) return placeLine(looked)
  const text = `keys contain the identifier, but their records do not: ${codeText(key, mostCharacters)}`
  return [...placeLine(looked), `• ${unmarked(looked.category)}: ${text}`]
}

function placeLine({ category, prefixes, withObjects, newest, nearest }: LookedInJob): string[] {
  const without = prefixes - withObjects
  if (without === 0) return []
  const lacking = `no objects under ${formatNumber(without)} of ${formatNumber(prefixes)} prefixes`
  const key = nearest[0]
  const other = key === undefined ? '' : `; other keys exist: ${codeText(key, mostCharacters)}`
  const hint = newest ? `; newest day: ${newest.day}` : other
  return [`• ${unmarked(category)}: ${lacking}${hint}`]
}

type LookedInJob = NonNullable<JobResult['looked']>[number]

/** Names in a text come from logs: marks in them must not change how the message looks. */
function unmarked(text: string): string {
  return escapeText(clip(visibleText(text).replace(/[*~`]/g, ''), mostCharacters))
}
