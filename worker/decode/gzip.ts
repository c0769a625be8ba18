import { crc32 } from 'node:zlib'
import type { MaybePromise } from '../contract/maybe-promise.ts'
import { Damage } from './damage.ts'
import type { Decoder, DecoderContext } from './decoder.ts'
import { gzipHeaderLength } from './gzip-header.ts'
import { InflateError, type Inflater, type InflateStep } from './inflater.ts'

/*
 * gzip (RFC 1952), any number of members. The members are framed here. Node's gunzip discards the last decoded piece if a
 * trailer is wrong or bytes follow it, and silently stops at zeros between members. Here every byte before damage is
 * decoded, and the offset of the damage is known. Zeros after a member are padding, like in gzip(1). Anything after them,
 * also a member, is damage, since gzip(1) would not read it either.
 */

const trailerLength = 8
const nothing = Buffer.alloc(0)

export class GzipDecoder implements Decoder {
  readonly #context: DecoderContext
  readonly #inflater: Inflater
  #part: 'header' | 'body' | 'trailer' | 'padding' = 'header'
  #members = 0
  #hasZeros = false
  #input: Buffer = nothing
  #position = 0
  /** Offset of `#input` in the whole input. */
  #base = 0
  #hasEnded = false
  /** The last step filled its output: more may come without input. */
  #isOutputPending = false
  /** The bytes of an incomplete header or trailer, and its offset. */
  #collected = nothing
  #collectedAt = 0
  #crc = 0
  #size = 0

  constructor(context: DecoderContext) {
    this.#context = context
    this.#inflater = context.takeInflater(context.isSecondReading)
  }

  feed(input: Buffer): void {
    this.#base += this.#input.length
    this.#input = input
    this.#position = 0
  }

  end(): void {
    this.feed(nothing)
    this.#hasEnded = true
  }

  /** Returns a promise only if the inflater does: a promise for each piece would take a tenth of a small object's time. */
  next(): MaybePromise<Buffer | null> {
    for (;;) {
      if (this.#part === 'body') {
        const output = this.#inflate()
        if (output instanceof Promise) return output.then((one) => one ?? this.#afterBody())
        if (output) return output
        if (this.#part === 'body') break
      } else if (this.#part === 'header') {
        if (!this.#readHeader()) break
      } else if (this.#part === 'trailer') {
        if (!this.#readTrailer()) break
      } else if (!this.#skipPadding()) break
    }
    return this.#pause()
  }

  close(): void {
    this.#context.giveBack(this.#inflater)
  }

  get #offset(): number {
    return this.#base + this.#position
  }

  #afterBody(): MaybePromise<Buffer | null> {
    return this.#part === 'body' ? this.#pause() : this.next()
  }

  /** All input is consumed. */
  #pause(): null {
    if (this.#hasEnded && this.#part !== 'padding') throw this.#truncated()
    return null
  }

  #readHeader(): boolean {
    if (this.#collected.length === 0) this.#collectedAt = this.#offset
    const before = this.#collected.length
    const left = this.#input.subarray(this.#position)
    const bytes = before === 0 ? left : Buffer.concat([this.#collected, left])
    const length = bytes.length === 0 ? 'more' : gzipHeaderLength(bytes)
    if (length === 'invalid') throw this.#invalidHeader()
    if (length === 'more') {
      this.#collected = Buffer.from(bytes)
      this.#position = this.#input.length
      return false
    }
    this.#position += length - before
    this.#collected = nothing
    this.#beginBody()
    return true
  }

  #truncated(): Damage {
    return new Damage('truncated', this.#offset, { isExact: this.#part !== 'body' || this.#inflater.isReference })
  }

  #invalidHeader(): Damage {
    return this.#members === 0
      ? new Damage('bad-data', this.#collectedAt)
      : new Damage('trailing-bytes', this.#collectedAt, { isAtEnd: true })
  }

  #beginBody(): void {
    this.#members++
    this.#crc = 0
    this.#size = 0
    this.#inflater.begin()
    this.#part = 'body'
  }

  #inflate(): MaybePromise<Buffer | null> {
    while (this.#position < this.#input.length || this.#isOutputPending) {
      const to = this.#context.isCareful ? Math.min(this.#position + 1, this.#input.length) : this.#input.length
      const step = this.#step(to)
      if (step instanceof Promise) return this.#takeLater(step, to)
      const output = this.#take(step, to)
      if (output || this.#part !== 'body') return output
    }
    return null
  }

  async #takeLater(step: Promise<InflateStep>, to: number): Promise<Buffer | null> {
    try {
      const output = this.#take(await step, to)
      return output || this.#part !== 'body' ? output : await this.#inflate()
    } catch (error) {
      throw this.#damageOf(error)
    }
  }

  #step(to: number): MaybePromise<InflateStep> {
    try {
      return this.#inflater.step(this.#input, this.#position, to)
    } catch (error) {
      throw this.#damageOf(error)
    }
  }

  #damageOf(error: unknown): unknown {
    if (!(error instanceof InflateError)) return error
    return new Damage('bad-data', this.#offset, { isExact: this.#context.isCareful })
  }

  #take({ consumed, output, crc, isFull, hasEnded }: InflateStep, to: number): Buffer | null {
    if (hasEnded || (consumed === 0 && output.length === 0 && to > this.#position)) this.#part = 'trailer'
    this.#position += consumed
    this.#isOutputPending = isFull ?? output.length > 0
    if (output.length === 0) return null
    this.#crc = crc ?? crc32(output, this.#crc)
    this.#size = (this.#size + output.length) % 0x1_0000_0000
    return output
  }

  #readTrailer(): boolean {
    if (this.#collected.length === 0) this.#collectedAt = this.#offset
    const wanted = trailerLength - this.#collected.length
    const taken = this.#input.subarray(this.#position, this.#position + wanted)
    const trailer = this.#collected.length === 0 ? taken : Buffer.concat([this.#collected, taken])
    this.#position += taken.length
    if (trailer.length < trailerLength) {
      this.#collected = Buffer.from(trailer)
      return false
    }
    this.#collected = nothing
    const isRight = trailer.readUInt32LE(0) === this.#crc && trailer.readUInt32LE(4) === this.#size
    if (!isRight) throw new Damage('bad-crc', this.#collectedAt, { isAtEnd: true })
    this.#part = 'padding'
    this.#hasZeros = false
    return true
  }

  #skipPadding(): boolean {
    while (this.#position < this.#input.length && this.#input[this.#position] === 0) {
      this.#position++
      this.#hasZeros = true
    }
    if (this.#position === this.#input.length) return false
    if (this.#hasZeros) throw new Damage('trailing-bytes', this.#offset, { isAtEnd: true })
    this.#part = 'header'
    return true
  }
}
