import { jsonWithList } from '../../contract/json-list.ts'
import type { NotRead } from '../../contract/outcome.ts'
import type { ManifestHead } from '../../contract/result.ts'

/** An entry that was written to the archive. */
export interface WrittenEntry {
  readonly name: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly crc32: number
}

export const manifestName = 'manifest.json'

/**
 * The text of `manifest.json`, in pieces: a day may have a million objects that were not read. It has no duration and no
 * attempt, so the same request for the same objects gives the same bytes.
 */
export function* manifestPieces(head: ManifestHead, notRead: Iterable<NotRead>): Generator<string> {
  const { scanned, ...before } = head
  yield* jsonWithList({ version: 2, ...before }, 'notRead', notRead, { scanned })
}
