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
 * A zip that is written entry by entry and read, as it grows, from `body`. One entry is open at a time: every zip
 * library stalls on several. Writing waits until the reader of `body` has taken what went before; when that reader
 * fails, `fail` ends the wait.
 */
export class ZipWriter {
  readonly #archive = new DeflatedZip()
  readonly #deflater: Deflater
  readonly #effortAt: EffortAt
  readonly #threads: number
  readonly #entryWritten = new EventEmitter()
  readonly #failed = new AbortController()
  #open: OpenEntry | undefined

  /** `threads` says how much is deflated at once. */
  constructor(deflater: Deflater, effortAt: EffortAt, threads: number) {
    this.#deflater = deflater
    this.#effortAt = effortAt
    this.#threads = threads
    this.#archive.on('entry', () => this.#entryWritten.emit('entry'))
    // Whoever reads the body hears of its errors; they come back as the reader's own, by `fail`.
    this.#archive.on('error', () => {})
  }

  /** The bytes of the archive. Ends with `finish`; fails with what `fail` was given. */
  get body(): Readable {
    return this.#archive
  }

  /** Begins the next entry, dated `time`: the archive's bytes depend on nothing but its contents. */
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

  /** Ends the open entry and tells what went into it. */
  async endEntry(): Promise<WrittenEntry> {
    const { name, deflate, isWritten, hash, bytes, crc32 } = this.#open!
    deflate.end()
    await this.#unlessFailed(isWritten)
    this.#open = undefined
    return { name, bytes, sha256: hash.digest('hex'), crc32 }
  }

  /** Writes the directory; `body` ends. */
  finish(): void {
    // The promise settles with the body, whose reader hears of everything it could say.
    this.#archive.finalize().catch((error) => this.fail(error))
  }

  /** Gives up: `body` fails with the error, so that its reader can't take it for a whole archive. */
  fail(error: unknown): void {
    if (this.#failed.signal.aborted) return
    this.#failed.abort(error)
    this.#open?.deflate.fail(error as Error)
    this.#archive.destroy(error as Error)
  }

  /** Waits, and fails with what `fail` was given rather than with the news that the wait was cut short. */
  async #unlessFailed(wait: Promise<unknown>): Promise<void> {
    try {
      await wait
    } catch (error) {
      throw this.#failed.signal.aborted ? this.#failed.signal.reason : error
    }
  }
}

/** Node's pool has four threads unless UV_THREADPOOL_SIZE says otherwise, and not for deflate alone. */
const mostThreads = 4

/** One for each thread, one that is through and not taken, and one that waits, so that no thread does. */
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
