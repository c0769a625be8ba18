import type { Transform } from 'node:stream'
import { Wake } from '../async/wake.ts'

/** The result of one step of a codec. */
export interface CodecStep {
  readonly consumed: number
  /** Decoded bytes, maybe none; valid until the next call. */
  readonly output: Buffer
}

const nothing = Buffer.alloc(0)

/**
 * One of Node's zlib streams, run step by step: it writes a piece and reads the output. If the compressed stream ends
 * inside the piece, `bytesWritten` gives the consumed bytes. It decodes one compressed stream and is then closed.
 */
export class StreamedCodec {
  readonly #stream: Transform & { readonly bytesWritten: number }
  /** `bytesWritten` after the last step that consumed bytes. */
  #reported = 0
  /** The caller's input is written, and not yet reported as consumed. */
  #hasInput = false
  /** The stream takes no more of that input. */
  #isTaken = false
  #hasEnded = false
  #failure: Error | undefined
  readonly #changed = new Wake()

  constructor(stream: Transform & { readonly bytesWritten: number }) {
    this.#stream = stream
    stream.on('readable', () => this.#changed.call())
    stream.on('end', () => {
      this.#hasEnded = true
      this.#changed.call()
    })
    stream.on('error', (error) => {
      this.#failure = error
      this.#changed.call()
    })
  }

  /** See {@link Inflater.step}. Fails with the stream's own error. */
  async step(input: Buffer, from: number, to: number): Promise<CodecStep> {
    if (!this.#hasInput) this.#write(input.subarray(from, to))
    for (;;) {
      const changed = this.#changed.next()
      if (this.#failure) throw this.#failure
      const output = this.#stream.read() as Buffer | null
      if (output) return { consumed: 0, output }
      if (this.#hasEnded || this.#isTaken) return { consumed: this.#takeConsumed(), output: nothing }
      await changed
    }
  }

  /** Whether the compressed stream is complete. Call it after the last input, when all output is read. */
  async isComplete(): Promise<boolean> {
    this.#stream.end()
    for (;;) {
      const changed = this.#changed.next()
      if (this.#failure || this.#hasEnded) return this.#hasEnded
      this.#stream.read()
      await changed
    }
  }

  close(): void {
    this.#stream.destroy()
  }

  #write(input: Buffer): void {
    if (this.#hasEnded) return
    this.#hasInput = true
    this.#isTaken = false
    this.#stream.write(input, () => {
      this.#isTaken = true
      this.#changed.call()
    })
  }

  #takeConsumed(): number {
    const consumed = this.#stream.bytesWritten - this.#reported
    this.#reported = this.#stream.bytesWritten
    this.#hasInput = false
    return consumed
  }
}
