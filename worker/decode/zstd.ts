import zlib from 'node:zlib'
import { Damage } from './damage.ts'
import type { Decoder, DecoderContext } from './decoder.ts'
import { outputBytes } from './inflater.ts'
import { sniffEncoding } from './sniff.ts'
import { StreamedCodec } from './streamed.ts'
import { ZstdFrame } from './zstd-frame.ts'

/*
 * zstd (RFC 8878), any number of frames, with the rules of gzip members: zeros may follow the last frame, anything else is
 * damage. Each frame has its own decompressor, which gets exactly the bytes of the frame.
 */

const magicLength = 4
/** Node's code for a wrong checksum: all bytes were decoded, but they are not the original ones. */
const wrongChecksum = 'ZSTD_error_checksum_wrong'
const nothing = Buffer.alloc(0)

export class ZstdDecoder implements Decoder {
  readonly #context: DecoderContext
  #frame: { readonly bounds: ZstdFrame; readonly codec: StreamedCodec } | undefined
  #frames = 0
  #hasZeros = false
  #input: Buffer = nothing
  #position = 0
  /** The start of a magic number that the input cut. It is checked again with the next input. */
  #cutMagic: Buffer = nothing
  /** The end of the frame's bytes in the input. */
  #frameEnd = 0
  /** Offset of `#input` in the whole input. */
  #base = 0
  #hasEnded = false

  constructor(context: DecoderContext) {
    this.#context = context
  }

  feed(input: Buffer): void {
    this.#base += this.#position
    this.#input = this.#cutMagic.length === 0 ? input : Buffer.concat([this.#cutMagic, input])
    this.#cutMagic = nothing
    this.#position = 0
    this.#frameEnd = this.#frame ? this.#frame.bounds.advance(this.#input, 0) : 0
  }

  end(): void {
    this.feed(nothing)
    this.#hasEnded = true
  }

  async next(): Promise<Buffer | null> {
    for (;;) {
      if (!this.#frame && !this.#beginFrame()) return null
      const output = await this.#decode(this.#frame!.codec)
      if (output) return output
      if (!this.#frame!.bounds.isDone) break
      await this.#endFrame(this.#frame!.codec)
    }
    if (this.#hasEnded) throw new Damage('truncated', this.#offset)
    return null
  }

  close(): void {
    this.#frame?.codec.close()
  }

  get #offset(): number {
    return this.#base + this.#position
  }

  /** Finds the next frame; false if there is no more input. */
  #beginFrame(): boolean {
    while (this.#frames > 0 && this.#position < this.#input.length && this.#input[this.#position] === 0) {
      this.#position++
      this.#hasZeros = true
    }
    const magic = this.#input.subarray(this.#position, this.#position + magicLength)
    if (magic.length === 0) return false
    if (magic.length < magicLength && !this.#hasEnded && !this.#hasZeros) {
      this.#cutMagic = Buffer.from(magic)
      return false
    }
    if (this.#hasZeros || sniffEncoding(magic) !== 'zstd') {
      throw new Damage('trailing-bytes', this.#offset, { isAtEnd: true })
    }
    this.#frame = {
      bounds: new ZstdFrame(),
      codec: new StreamedCodec(zlib.createZstdDecompress({ chunkSize: outputBytes }))
    }
    this.#frameEnd = this.#frame.bounds.advance(this.#input, this.#position)
    this.#frames++
    return true
  }

  async #decode(codec: StreamedCodec): Promise<Buffer | null> {
    while (this.#position < this.#frameEnd) {
      const to = this.#context.isCareful ? this.#position + 1 : this.#frameEnd
      const { consumed, output } = await this.#attempt(codec.step(this.#input, this.#position, to))
      this.#position += consumed
      if (output.length > 0) return output
      if (consumed === 0) throw new Damage('bad-data', this.#offset)
    }
    return null
  }

  async #endFrame(codec: StreamedCodec): Promise<void> {
    if (!(await codec.isComplete())) throw new Damage('bad-data', this.#offset)
    codec.close()
    this.#frame = undefined
  }

  async #attempt<T>(step: Promise<T>): Promise<T> {
    try {
      return await step
    } catch (error) {
      const isAtEnd = (error as NodeJS.ErrnoException).code === wrongChecksum
      throw new Damage(isAtEnd ? 'bad-crc' : 'bad-data', this.#offset, { isAtEnd, isExact: this.#context.isCareful })
    }
  }
}
