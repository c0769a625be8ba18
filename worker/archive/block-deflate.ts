import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import type { EffortAt } from './deflate-effort.ts'
import type { Deflater } from './deflater.ts'

/** What a short entry takes instead of a block. */
const firstBytes = 64 * 1024
/** How far back deflate may refer (RFC 1951, 3.2.5). */
const windowBytes = 32 * 1024

/**
 * One deflate stream (RFC 1951), made on several cores: bytes are cut into blocks by their offset alone, so that the
 * same bytes give the same stream however they came and on any number of threads. A block begins where the one before it
 * was flushed to a whole byte, and may refer to its last 32 KiB. The work is done in libuv's pool.
 */
export class BlockDeflate {
  /** What comes out, in order; holds back the writing while nobody reads it. */
  readonly deflated: Readable
  readonly #deflater: Deflater
  readonly #effortAt: EffortAt
  readonly #mostBlocks: number
  readonly #full = new PassThrough({ objectMode: true, highWaterMark: 1 })
  /** Blocks that are through: fresh ones would cost page faults and garbage. */
  readonly #spare: Buffer[] = []
  #block: Buffer = Buffer.allocUnsafeSlow(firstBytes)
  #used = 0

  /** At most `mostBlocks` are deflated, or deflated and not taken. */
  constructor(deflater: Deflater, effortAt: EffortAt, mostBlocks: number) {
    this.#deflater = deflater
    this.#effortAt = effortAt
    this.#mostBlocks = mostBlocks
    this.deflated = Readable.from(this.#inOrder(), { objectMode: false })
  }

  /** Takes a copy of the bytes. Waits while as many blocks as may be are on their way. */
  async write(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const { blockBytes } = this.#deflater
    for (let position = 0; position < bytes.length; ) {
      if (this.#used === this.#block.length) this.#grow()
      const copied = bytes.copy(this.#block, this.#used, position)
      this.#used += copied
      position += copied
      if (this.#used < blockBytes) continue
      const isTaken = this.#full.write(this.#block)
      this.#block = this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
      this.#used = 0
      if (!isTaken) await once(this.#full, 'drain', { signal })
    }
  }

  /** Ends the stream with what waits, if only by an empty block. */
  end(): void {
    this.#full.end(this.#block.subarray(0, this.#used))
  }

  /** Gives up: `deflated` fails. */
  fail(error: Error): void {
    this.#full.destroy()
    this.deflated.destroy(error)
  }

  #grow(): void {
    const block = Buffer.allocUnsafeSlow(this.#deflater.blockBytes)
    this.#block.copy(block)
    this.#block = block
  }

  async *#inOrder(): AsyncGenerator<Buffer> {
    const running: Promise<Buffer>[] = []
    let dictionary: Buffer = Buffer.alloc(0)
    let offset = 0
    for await (const block of this.#full as AsyncIterable<Buffer>) {
      const deflating = this.#deflateBlock(block, dictionary, offset)
      deflating.catch(() => {})
      running.push(deflating)
      offset += block.length
      dictionary = Buffer.from(block.subarray(-windowBytes))
      if (running.length === this.#mostBlocks) yield await running.shift()!
    }
    for (const block of running) yield await block
  }

  /** Only the last block is not full. */
  async #deflateBlock(block: Buffer, dictionary: Buffer, offset: number): Promise<Buffer> {
    const isLast = block.length < this.#deflater.blockBytes
    const deflated = await this.#deflater.deflate(block, dictionary, this.#effortAt(offset), isLast)
    if (!isLast) this.#spare.push(block)
    return deflated
  }
}
