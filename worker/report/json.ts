import { jsonWithList } from '../contract/json-list.ts'
import type { NotRead } from '../contract/outcome.ts'
import type { ExportResult } from '../contract/result.ts'
import type { DownloadLink } from '../contract/store.ts'

/**
 * The result as `--json` prints it, with the link if there is one. In pieces, since the list of unreadable objects may
 * be long.
 */
export function resultJsonPieces(result: ExportResult, link: DownloadLink | null = null): Generator<string> {
  const { status, engine, reason, request, archive, entries, objects, warnings, notRead, scanned, looked, seconds } =
    result
  const before = { status, engine, reason, request, archive, entries, objects, warnings }
  const linked = link && { link: { url: link.url, expires: new Date(link.expiresMs).toISOString() } }
  return jsonWithList(before, 'unreadable', unreadableOf(notRead), { scanned, looked, seconds, ...linked })
}

function* unreadableOf(notRead: Iterable<NotRead>): Generator<Omit<NotRead, 'outcome'>> {
  for (const { outcome, key, reason, byte, keptLines } of notRead) {
    if (outcome === 'unreadable') yield { key, reason: reason!, byte: byte!, keptLines }
  }
}
