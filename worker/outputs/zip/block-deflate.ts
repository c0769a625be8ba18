import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import type { EffortAt } from './deflate-effort.ts'
import type { Deflater } from './deflater.ts'

/** How far back deflate may refer (RFC 1951, 3.2.5). */
const windowBytes = 32 * 1024
/** The buffer of a short entry. */
const shortBytes = 3 * windowBytes

/** A block in a buffer that begins with the bytes it may refer to. */
interface RoomyBlock {
  /** The block starts at `windowBytes`. */
  readonly room: Buffer
  readonly end: number
}

/**
 * One deflate stream (RFC 1951), made on several cores. Blocks are cut by their offset alone, so that the same bytes give
 * the same stream, however they are written and on any number of threads. Each block ends with a whole byte, where the
 * next one starts. It may refer to the last 32 KiB of the block before it. libuv's pool does the work.
 */
export class BlockDeflate {
  /** The deflated bytes, in order. `write` waits while they are not read. */
  readonly deflated: Readable
  readonly #deflater: Deflater
  readonly #effortAt: EffortAt
  readonly #mostBlocks: number
  readonly #full = new PassThrough({ objectMode: true, highWaterMark: 1 })
  /** Buffers of blocks that are done: new ones would cost page faults and garbage. */
  readonly #spare: Buffer[] = []
  readonly #roomBytes: number
  #room: Buffer = Buffer.allocUnsafeSlow(shortBytes)
  #end = windowBytes

  /** At most `mostBlocks` are being deflated, or deflated and not read yet. */
  constructor(deflater: Deflater, effortAt: EffortAt, mostBlocks: number) {
    this.#deflater = deflater
    this.#effortAt = effortAt
    this.#mostBlocks = mostBlocks
    this.#roomBytes = windowBytes + deflater.blockBytes
    this.deflated = Readable.from(this.#inOrder(), { objectMode: false })
  }

  /** Takes a copy of the bytes. Waits while too many blocks are in work. */
  async write(bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (let position = 0; position < bytes.length; ) {
      if (this.#end === this.#room.length) this.#grow()
      const copied = bytes.copy(this.#room, this.#end, position)
      this.#end += copied
      position += copied
      if (this.#end < this.#roomBytes) continue
      const isTaken = this.#passOn()
      this.#beginBlock()
      if (!isTaken) await once(this.#full, 'drain', { signal })
    }
  }

  /** Ends the stream with the last block, which may be empty. */
  end(): void {
    this.#passOn()
    this.#full.end()
  }

  /** Aborts the stream: `deflated` fails. */
  fail(error: Error): void {
    this.#full.destroy()
    this.deflated.destroy(error)
  }

  #grow(): void {
    const room = Buffer.allocUnsafeSlow(this.#roomBytes)
    this.#room.copy(room)
    this.#room = room
  }

  #passOn(): boolean {
    return this.#full.write({ room: this.#room, end: this.#end } satisfies RoomyBlock)
  }

  #beginBlock(): void {
    const before = this.#room
    this.#room = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#roomBytes)
    this.#end = before.copy(this.#room, 0, before.length - windowBytes)
  }

  async *#inOrder(): AsyncGenerator<Buffer> {
    const running: Promise<Buffer>[] = []
    let offset = 0
    for await (const block of this.#full as AsyncIterable<RoomyBlock>) {
      const deflating = this.#deflateBlock(block, offset)
      deflating.catch(() => {})
      running.push(deflating)
      offset += block.end - windowBytes
      if (running.length === this.#mostBlocks) yield await running.shift()!
    }
    for (const block of running) yield await block
  }

  /** Only the last block is not full. */
  async #deflateBlock({ room, end }: RoomyBlock, offset: number): Promise<Buffer> {
    const isLast = end < this.#roomBytes
    const dictionary = room.subarray(0, offset === 0 ? 0 : windowBytes)
    const block = room.subarray(windowBytes, end)
    const deflated = await this.#deflater.deflate(block, dictionary, this.#effortAt(offset), isLast)
    if (!isLast) this.#spare.push(room)
    return deflated
  }
}
