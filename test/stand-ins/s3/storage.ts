import type { ObjectChecksum } from './checksums.ts'
import type { KeyIndex } from './key-order.ts'
import type { Pieces } from './pieces.ts'

/** What a GET sends about an object besides its bytes. */
export interface ObjectProperties {
  /** Without its quotes. */
  readonly etag: string
  readonly storageClass: string
  /** Where an INTELLIGENT_TIERING object went to sleep: only a GET or HEAD shows it. */
  readonly archiveStatus?: ArchiveStatus | undefined
  /** `content-type`, `x-amz-meta-…` and the like, as they are sent back. */
  readonly headers: Readonly<Record<string, string>>
  readonly checksum?: ObjectChecksum | undefined
  /** `key=value&…`, as it was sent. */
  readonly tagging?: string | undefined
}

export type ArchiveStatus = 'ARCHIVE_ACCESS' | 'DEEP_ARCHIVE_ACCESS'

export interface StoredObject extends ObjectProperties {
  readonly key: string
  readonly size: number
  readonly lastModifiedMs: number
}

/** An object's bytes, as they were when it was opened. */
export interface OpenObject {
  read(start: number, length: number): Buffer
  close(): void
}

/** Where a bucket's objects are. Keys are sorted by their UTF-8 bytes. Everything is synchronous: a local read is short. */
export interface Storage extends KeyIndex {
  /** The object of `keyAt(position)`; undefined where it has just gone. */
  objectAt(position: number): StoredObject | undefined
  find(key: string): StoredObject | undefined
  open(object: StoredObject): OpenObject
  put(key: string, content: Pieces, properties: ObjectProperties, lastModifiedMs: number): StoredObject
  delete(key: string): void
  /** Takes a part's bytes out of memory. */
  stage?(content: Pieces): Pieces
  /** Forgets what it will not keep of content that is still growing: the parts so far, in order. */
  trim?(parts: readonly Pieces[]): void
  /** ETags need not be MD5 sums: spares their time. */
  readonly hasPlainEtags?: boolean
}
