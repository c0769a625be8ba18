import type { NotRead } from '../contract/outcome.ts'
import { describeRequest } from '../contract/request.ts'
import type { ExportResult, ObjectCounts } from '../contract/result.ts'
import type { DownloadLink } from '../contract/store.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from '../contract/units.ts'
import { lookedLines } from './looked-text.ts'

/*
 * A result as text: what was found, whether it is complete, and where the archive is.
 */

/** At most this many objects that were not read are listed; the manifest lists all. */
const shownObjects = 10

/** The summary at the end of an export, for a terminal. */
export function resultText(result: ExportResult): string {
  return [
    describeRequest(result.request),
    ...entryLines(result),
    ...notReadLines(result),
    ...result.warnings.map(({ text }) => `  ! ${printable(text)}`),
    ...result.looked.flatMap(lookedLines).map((line) => `  ${printable(line)}`),
    verdict(result),
    ...(result.archive ? [`${shownUrl(result.archive.url)}  ${formatBytes(result.archive.bytes)}`] : [])
  ].join('\n')
}

/** The link and when it expires. */
export function linkText({ url, expiresMs, isCutShort }: DownloadLink): string {
  const end = `${new Date(expiresMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const why = isCutShort ? ', when the credentials that signed it expire' : ''
  return `Link, valid until ${end}${why}:\n${url}`
}

function entryLines(result: ExportResult): string[] {
  const rows = result.entries.map((entry) => [entry.name, formatCount(entry.lines, 'line'), formatBytes(entry.bytes)])
  return alignColumns(rows).map((row) => `  ${row}`)
}

function notReadLines(result: ExportResult): string[] {
  const missing = missingCount(result.objects)
  if (missing === 0) return []
  const lines: string[] = []
  for (const object of result.notRead) {
    if (lines.length === shownObjects) break
    lines.push(`  ! ${printable(object.key)}: ${whyNotRead(object)}`)
  }
  const more = missing - lines.length
  return more > 0 ? [...lines, `  ! and ${formatCount(more, 'object')} more: see manifest.json`] : lines
}

function whyNotRead({ outcome, reason, byte, keptLines }: NotRead): string {
  if (outcome === 'unreadable') return `${reason} at byte ${byte}, kept ${formatCount(keptLines, 'line')} before it`
  return advice[outcome]
}

/** What each outcome means and how to fix it. */
const advice = {
  archived: 'archived: restore it, then export again',
  vanished: 'vanished: deleted after it was listed',
  denied: 'denied: reading requires s3:GetObject, and kms:Decrypt if it is encrypted with KMS'
} as const

function verdict(result: ExportResult): string {
  const { objects, scanned, seconds } = result
  // Athena does not count decompressed bytes.
  const text = objects.queried > 0 ? 'by Athena' : `${formatBytes(scanned.rawBytes)} of text`
  const searched = `${formatBytes(scanned.bytes)} (${text}) in ${formatSeconds(seconds)}`
  if (result.status === 'partial') {
    return `Partial: ${missingText(objects)} of ${formatCount(objects.listed, 'object')} could not be read; searched ${searched}`
  }
  const skipped = objects.skipped > 0 ? `, ${formatNumber(objects.skipped)} skipped by rule` : ''
  const read = `all of ${formatCount(objects.listed - objects.skipped, 'object')} read${skipped}, ${searched}`
  if (result.status === 'empty' && objects.listed === 0)
    return 'Nothing to read: no objects exist in this window. A missing day is not a silent device.'
  if (result.status === 'empty' && objects.listed === objects.skipped)
    return `Nothing found: a rule skips all of ${formatCount(objects.listed, 'object')}`
  return result.status === 'empty' ? `Nothing found: ${read}` : `Complete: ${read}`
}

const missingKinds = ['unreadable', 'archived', 'vanished', 'denied'] as const

function missingCount(objects: ObjectCounts): number {
  return missingKinds.reduce((total, kind) => total + objects[kind], 0)
}

/** `2 (1 unreadable, 1 vanished)`. */
export function missingText(objects: ObjectCounts): string {
  const kinds = missingKinds.filter((kind) => objects[kind] > 0)
  const parts = kinds.map((kind) => `${formatNumber(objects[kind])} ${kind}`)
  return `${formatNumber(missingCount(objects))} (${parts.join(', ')})`
}

/** Rows of cells as lines with columns of equal width; all but the first are aligned to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  )
}

/** External text, such as a key, made safe for a terminal: control characters are shown as their codes. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** A `file://` URL as a path, which users can type. */
export function shownUrl(url: string): string {
  return url.startsWith('file://') ? decodeURIComponent(new URL(url).pathname) : url
}
