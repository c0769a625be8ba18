import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { ZipArchive } from 'archiver'
import type { WrittenEntry } from './manifest.ts'

/**
 * A zip that is written entry by entry and read, as it grows, from `body`. One entry is open at a time: every zip
 * library stalls on several. Writing waits until the reader of `body` has taken what went before; when that reader
 * fails, `fail` ends the wait.
 */
export class ZipWriter {
  readonly #archive: ZipArchive
  readonly #entryWritten = new EventEmitter()
  readonly #failed = new AbortController()
  #open: OpenEntry | undefined

  /** `level` is deflate's, 1 (fast) to 9 (small). */
  constructor(level: number) {
    this.#archive = new ZipArchive({ zlib: { level } })
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
    const input = new PassThrough({ highWaterMark: 1024 * 1024 })
    const isWritten = once(this.#entryWritten, 'entry', { signal: this.#failed.signal })
    isWritten.catch(() => {})
    this.#open = { name, input, isWritten, hash: createHash('sha256'), bytes: 0, crc: 0 }
    this.#archive.append(input, { name, date: time })
  }

  /** Adds bytes to the open entry. */
  async write(bytes: Buffer): Promise<void> {
    const entry = this.#open!
    this.#failed.signal.throwIfAborted()
    entry.hash.update(bytes)
    entry.crc = crc32(bytes, entry.crc)
    entry.bytes += bytes.length
    if (!entry.input.write(bytes)) await this.#unlessFailed(once(entry.input, 'drain', { signal: this.#failed.signal }))
  }

  /** Ends the open entry and tells what went into it. */
  async endEntry(): Promise<WrittenEntry> {
    const { name, input, isWritten, hash, bytes, crc } = this.#open!
    this.#open = undefined
    input.end()
    await this.#unlessFailed(isWritten)
    return { name, bytes, sha256: hash.digest('hex'), crc32: crc }
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
    this.#open?.input.destroy()
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

interface OpenEntry {
  readonly name: string
  readonly input: PassThrough
  readonly isWritten: Promise<unknown>
  readonly hash: ReturnType<typeof createHash>
  bytes: number
  crc: number
}
