import type { Readable } from 'node:stream'
import type { MaybePromise } from './maybe-promise.ts'

/*
 * Where log objects are and archives go. Every store passes test/contracts/store.ts; adding one is a file here and a
 * line in stores/open-store.ts.
 */

/** One object of a listing. */
export interface StoredObject {
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  /** What changes whenever the object is replaced, where the store knows it (S3's ETag): it is read from no other. */
  readonly version?: string
  /** In cold storage, as far as a listing tells: it can't be read before somebody restores it. */
  readonly isArchived?: boolean
}

/** The bytes of one object, read in order. */
export interface ObjectBody {
  /** The next bytes, never empty, valid until the next call; null at the end. Fails with a StoreError. */
  read(): MaybePromise<Buffer | null>
  /** Gives up the rest. May be called at any time, more than once. */
  close(): MaybePromise<void>
}

/** Reads of any span of an object. */
export interface RandomAccess {
  readonly size: number
  /** How much is best read at once when all of it is wanted. */
  readonly spanBytes: number
  /** Exactly `length` bytes from byte `from`; fewer only at the end. */
  read(from: number, length: number): Promise<Buffer>
}

/** How an object is written. */
export interface WriteOptions {
  /** Replace an object of that key; otherwise an existing one fails the write with `output-exists`. */
  readonly overwrite: boolean
  /**
   * Called once when the bytes can be read back, before success is told: what it throws fails the write and nothing
   * stays under the key.
   */
  readonly verify?: (written: RandomAccess) => Promise<void>
  /** Cancels the write; nothing stays. */
  readonly signal?: AbortSignal
  /** About how large the object may become, for stores that cut it into parts. */
  readonly expectedBytes?: number
  /** Largest size that has to succeed. */
  readonly maxBytes?: number
  readonly contentType?: string
  /** Told, in words, what a failed write could not take away again. */
  readonly onLeftBehind?: (text: string) => void
}

/** How far a thread may be given work ahead of its reading. */
export interface ReadAheadBounds {
  readonly objects: number
  readonly bytes: number
}

/** A bucket, a directory: anything that keeps objects under keys. Disposing gives up connections. */
export interface Store extends AsyncDisposable {
  /** `file:///dir` or `s3://bucket/prefix`, without a slash at the end. */
  readonly url: string
  /** How many prefixes are best listed at once: more than one where a listing waits for a network. */
  readonly parallelLists: number
  /** What is best announced before it is opened: nothing, or as much as hides the latency of a network. */
  readonly readAhead: ReadAheadBounds
  /** Where one object is, for people. */
  urlOf(key: string): string
  /**
   * Pages of the objects whose keys begin with `prefix`, in key order (UTF-8 bytes). A prefix without objects gives
   * no page. Memory is bounded by one page, or by the names of one directory.
   */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<readonly StoredObject[]>
  /**
   * Pages of the folders one level below a prefix: the distinct starts, up to the next slash, of the keys that begin with
   * it. `a/` has `a/b/` if there is an object `a/b/c`. In key order; a page can be empty.
   */
  listFolders(prefix: string, signal?: AbortSignal): AsyncIterable<readonly string[]>
  /** Tells which objects will be opened next, in this order: they may be fetched already. */
  announce(objects: readonly StoredObject[]): void
  /**
   * Opens an object at its first byte. Opening or reading fails with `not-found`, `denied`, `archived`, `replaced` or
   * `io` where the object is at fault, with `unavailable` where the store is.
   */
  open(object: StoredObject): MaybePromise<ObjectBody>
  /** Opens an object for reads of any span; closing gives up its resources. */
  openRandom(object: StoredObject): Promise<RandomAccess & AsyncDisposable>
  /**
   * Writes an object whole or not at all: an error of the body, a full disk or a cancel leaves nothing behind. The
   * body's buffers become the store's, which may free them.
   */
  write(key: string, body: Readable, options: WriteOptions): Promise<void>
  /** Whether an object of that key exists. */
  has(key: string, signal?: AbortSignal): Promise<boolean>
  /** Signs a link for `minutes` from now; only stores that others can reach have it. */
  link?(key: string, minutes: number, nowMs: number): Promise<DownloadLink>
}

/** A link that downloads one object without credentials. */
export interface DownloadLink {
  readonly url: string
  /** When it ends, in milliseconds since 1970: true even when the credentials that signed it end first. */
  readonly expiresMs: number
  /** Whether it ends before the time that was asked for. */
  readonly isCutShort: boolean
}

/** What a thread needs to open the same store again: plain data. */
export interface StoreSettings {
  /** `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string
  readonly region?: string | undefined
  readonly pathStyle?: boolean
  /** The account that must own the bucket. */
  readonly account?: string | undefined
  /** The reader pays for requests. */
  readonly requesterPays?: boolean
  /** How long a store that refuses or is silent is asked again, in milliseconds; a minute when not given. */
  readonly patienceMs?: number | undefined
}
