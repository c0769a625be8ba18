import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { BlockDeflate } from './block-deflate.ts'
import type { EffortAt } from './deflate-effort.ts'
import { DeflatedZip } from './deflated-zip.ts'
import type { Deflater } from './deflater.ts'
import type { WrittenEntry } from './manifest.ts'

/**
 * A zip that is written entry by entry and read from `body` at the same time. One entry is open at a time: every zip
 * library stalls on several. `write` waits until the reader of `body` has taken the earlier bytes. If the reader fails,
 * `fail` ends the wait.
 */
export class ZipWriter {
  readonly #archive = new DeflatedZip()
  readonly #deflater: Deflater
  readonly #effortAt: EffortAt
  readonly #threads: number
  readonly #entryWritten = new EventEmitter()
  readonly #failed = new AbortController()
  #open: OpenEntry | undefined

  /** `threads` bounds how many blocks are deflated at once. */
  constructor(deflater: Deflater, effortAt: EffortAt, threads: number) {
    this.#deflater = deflater
    this.#effortAt = effortAt
    this.#threads = threads
    this.#archive.on('entry', () => this.#entryWritten.emit('entry'))
    // The reader of the body gets its errors, and reports them by `fail`.
    this.#archive.on('error', () => {})
  }

  /** The bytes of the archive. Ends with `finish`, or fails with the error of `fail`. */
  get body(): Readable {
    return this.#archive
  }

  /** Begins the next entry. `time` is its date, so that the archive's bytes depend only on its content. */
  beginEntry(name: string, time: Date): void {
    const deflate = new BlockDeflate(this.#deflater, this.#effortAt, mostBlocks(this.#threads))
    deflate.deflated.on('error', (error) => this.fail(error))
    const isWritten = once(this.#entryWritten, 'entry', { signal: this.#failed.signal })
    isWritten.catch(() => {})
    const entry = { name, deflate, isWritten, hash: createHash('sha256'), bytes: 0, crc32: 0 }
    this.#open = entry
    this.#archive.appendDeflated(deflate.deflated, () => entry, name, time)
  }

  /** Adds a copy of the bytes to the open entry. */
  async write(bytes: Buffer): Promise<void> {
    const entry = this.#open!
    const { signal } = this.#failed
    signal.throwIfAborted()
    entry.hash.update(bytes)
    entry.crc32 = crc32(bytes, entry.crc32)
    entry.bytes += bytes.length
    await this.#unlessFailed(entry.deflate.write(bytes, signal))
  }

  /** Ends the open entry. Returns its size and checksums. */
  async endEntry(): Promise<WrittenEntry> {
    const { name, deflate, isWritten, hash, bytes, crc32 } = this.#open!
    deflate.end()
    await this.#unlessFailed(isWritten)
    this.#open = undefined
    return { name, bytes, sha256: hash.digest('hex'), crc32 }
  }

  /** Writes the directory; `body` ends. */
  finish(): void {
    // The promise settles with the body, whose reader gets the same error.
    this.#archive.finalize().catch((error) => this.fail(error))
  }

  /** Aborts the zip: `body` fails with the error, so that its reader can't take it for a complete archive. */
  fail(error: unknown): void {
    if (this.#failed.signal.aborted) return
    this.#failed.abort(error)
    this.#open?.deflate.fail(error as Error)
    this.#archive.destroy(error as Error)
  }

  /** Waits. After `fail` it throws that error instead of the AbortError of the wait. */
  async #unlessFailed(wait: Promise<unknown>): Promise<void> {
    try {
      await wait
    } catch (error) {
      throw this.#failed.signal.aborted ? this.#failed.signal.reason : error
    }
  }
}

/** Node's pool has four threads by default (UV_THREADPOOL_SIZE), and other work uses it too. */
const mostThreads = 4

/** One block for each thread, one that is done and not read yet, and one that waits, so that no thread has to. */
function mostBlocks(threads: number): number {
  return Math.min(threads, mostThreads) + 2
}

interface OpenEntry {
  readonly name: string
  readonly deflate: BlockDeflate
  readonly isWritten: Promise<unknown>
  readonly hash: ReturnType<typeof createHash>
  bytes: number
  crc32: number
}
