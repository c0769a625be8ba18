import { jsonWithList } from '../contract/json-list.ts'
import type { ExportResult } from '../contract/result.ts'

/** The result as `--json` prints it, piece by piece, since the list of unreadable objects may be long. */
export function resultJsonPieces(result: ExportResult): Generator<string> {
  const { status, engine, reason, request, archive, entries, objects, unreadable, scanned, seconds } = result
  const before = { status, engine, reason, request, archive, entries, objects }
  return jsonWithList(before, 'unreadable', unreadable, { scanned, seconds })
}
