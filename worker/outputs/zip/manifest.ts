import { jsonWithList } from '../../contract/json-list.ts'
import type { NotRead } from '../../contract/outcome.ts'
import type { ExportRequest } from '../../contract/request.ts'
import type { ExportStatus, ObjectCounts, ScannedAmounts } from '../../contract/result.ts'

/** An entry as it went into the archive. */
export interface WrittenEntry {
  readonly name: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly crc32: number
}

/** What `manifest.json` says of the archive it lies in, but for the objects that were not read. */
export interface ManifestHead {
  readonly tool: string
  readonly request: ExportRequest
  readonly status: ExportStatus
  readonly engine: string
  readonly reason: string
  /**
   * How the lines of an entry are ordered. `key`: by the key of their object, and within it as they stand, but for what
   * `differences` tells; `key,time`: within it by their time where Athena has read it, else as they stand.
   */
  readonly order: 'key' | 'key,time'
  /** How lines that Athena has given may differ from what is stored; left out where none came from there. */
  readonly differences?: readonly string[]
  readonly entries: readonly {
    readonly name: string
    readonly lines: number
    readonly bytes: number
    readonly sha256: string
  }[]
  readonly objects: ObjectCounts
  readonly scanned: ScannedAmounts
}

export const manifestName = 'manifest.json'

/**
 * The text of `manifest.json`, piece by piece: a day may hold a million objects that were not read. It holds no
 * duration and no attempt, so the same request over the same objects gives the same bytes.
 */
export function* manifestPieces(head: ManifestHead, notRead: Iterable<NotRead>): Generator<string> {
  const { scanned, ...before } = head
  yield* jsonWithList({ version: 1, ...before }, 'notRead', notRead, { scanned })
}
