import type { Readable } from 'node:stream'
import type { MaybePromise } from '../contract/maybe-promise.ts'

/*
 * Where log objects are and archives go. Every store passes test/contracts/store.ts; adding one is a file here and a
 * line in open-store.ts.
 */

/** One object as a listing tells it. */
export interface StoredObject {
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
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
}

/** A bucket, a directory: anything that keeps objects under keys. Disposing gives up connections. */
export interface Store extends AsyncDisposable {
  /** `file:///dir` or `s3://bucket/prefix`, without a slash at the end. */
  readonly url: string
  /** How many prefixes are best listed at once: more than one where a listing waits for a network. */
  readonly parallelLists: number
  /** Where one object is, for people. */
  urlOf(key: string): string
  /**
   * Pages of the objects whose keys begin with `prefix`, in key order (UTF-8 bytes). A prefix without objects gives
   * no page. Memory is bounded by one page.
   */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<readonly StoredObject[]>
  /** Opens an object at its first byte. Fails with `not-found`, `denied`, `archived` or `io`. */
  open(object: StoredObject, signal?: AbortSignal): MaybePromise<ObjectBody>
  /** Opens an object for reads of any span; closing gives up its resources. */
  openRandom(object: StoredObject, signal?: AbortSignal): Promise<RandomAccess & AsyncDisposable>
  /** Writes an object whole or not at all: an error of the body, a full disk or a cancel leaves nothing behind. */
  write(key: string, body: Readable, options: WriteOptions): Promise<void>
  /** Whether an object of that key exists. */
  has(key: string): Promise<boolean>
}

/** What a thread needs to open the same store again: plain data. */
export interface StoreSettings {
  /** `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string
  readonly region?: string | undefined
  readonly pathStyle?: boolean
  readonly account?: string | undefined
}
