import { describeRequest } from '../contract/request.ts'
import type { ExportResult, ObjectCounts } from '../contract/result.ts'
import { formatBytes, formatCount, formatSeconds } from '../contract/units.ts'

/*
 * A result in words, for people: what was found, whether it is all there is, and where it lies.
 */

/** At most so many unreadable objects are named; the manifest names all. */
const shownObjects = 10

/** The summary that a terminal shows when an export has ended. */
export function resultText(result: ExportResult): string {
  return [
    describeRequest(result.request),
    ...entryLines(result),
    ...unreadableLines(result),
    verdict(result),
    ...(result.archive ? [`${shownUrl(result.archive.url)}  ${formatBytes(result.archive.bytes)}`] : [])
  ].join('\n')
}

function entryLines(result: ExportResult): string[] {
  const rows = result.entries.map((entry) => [entry.name, formatCount(entry.lines, 'line'), formatBytes(entry.bytes)])
  return alignColumns(rows).map((row) => `  ${row}`)
}

function unreadableLines(result: ExportResult): string[] {
  if (result.objects.unreadable === 0) return []
  const lines: string[] = []
  for (const { key, reason, byte, keptLines } of result.unreadable) {
    if (lines.length === shownObjects) break
    lines.push(`  ! ${key}: ${reason} at byte ${byte}, ${formatCount(keptLines, 'line')} kept from before`)
  }
  const more = result.objects.unreadable - lines.length
  return more > 0 ? [...lines, `  ! and ${formatCount(more, 'object')} more: see manifest.json`] : lines
}

function verdict(result: ExportResult): string {
  const { objects, scanned, seconds } = result
  const searched = `${formatBytes(scanned.bytes)} (${formatBytes(scanned.rawBytes)} of text) in ${formatSeconds(seconds)}`
  if (result.status === 'partial') {
    return `Partial: ${missingText(objects)} of ${formatCount(objects.listed, 'object')} could not be read; searched ${searched}`
  }
  const read = `all of ${formatCount(objects.listed, 'object')} read, ${searched}`
  if (result.status === 'empty' && objects.listed === 0) return 'Nothing found: there are no objects in this window'
  return result.status === 'empty' ? `Nothing found: ${read}` : `Complete: ${read}`
}

/** `2 (1 unreadable, 1 vanished)`. */
export function missingText(objects: ObjectCounts): string {
  const kinds = (['unreadable', 'archived', 'vanished', 'denied'] as const).filter((kind) => objects[kind] > 0)
  const sum = kinds.reduce((total, kind) => total + objects[kind], 0)
  return `${sum.toLocaleString('en-US')} (${kinds.map((kind) => `${objects[kind].toLocaleString('en-US')} ${kind}`).join(', ')})`
}

/** Rows of cells as lines, the cells of a column equally wide; all but the first column to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  )
}

/** A `file://` URL as the path that people can type. */
export function shownUrl(url: string): string {
  return url.startsWith('file://') ? decodeURIComponent(new URL(url).pathname) : url
}
