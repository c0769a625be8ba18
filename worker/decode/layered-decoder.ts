import type { MaybePromise } from '../contract/maybe-promise.ts'
import { Damage } from './damage.ts'
import type { Decoder, DecoderContext } from './decoder.ts'
import { GzipDecoder } from './gzip.ts'
import { type Encoding, sniffEncoding, sniffLength } from './sniff.ts'
import { ZstdDecoder } from './zstd.ts'

/** The limit of nested layers: gzip in gzip is common (CloudWatch through Firehose), more is an attack. */
const maxLayers = 4

/** Decodes by the encoding that the first bytes show. The output is checked in the same way, since gzip may contain gzip. */
export function createDecoder(context: DecoderContext): Decoder {
  return new LayeredDecoder(context, 1)
}

class LayeredDecoder implements Decoder {
  readonly #context: DecoderContext
  readonly #layer: number
  #head: Buffer | undefined
  #plain: Buffer | null = null
  #isSniffed = false
  #hasEnded = false
  #codec: Decoder | undefined
  #inner: LayeredDecoder | undefined
  #decodedBytes = 0
  #isCodecEnded = false
  /** The damage that ended this layer while a few bytes of its text were still held back. */
  #damage: Damage | undefined

  constructor(context: DecoderContext, layer: number) {
    this.#context = context
    this.#layer = layer
  }

  feed(input: Buffer): void {
    if (this.#codec) return this.#codec.feed(input)
    if (this.#isSniffed) {
      this.#plain = input
      return
    }
    const head = this.#head ? Buffer.concat([this.#head, input]) : input
    if (head.length >= sniffLength) this.#begin(head)
    else this.#head = Buffer.from(head)
  }

  end(): void {
    this.#hasEnded = true
    if (!this.#isSniffed && this.#head) this.#begin(this.#head)
  }

  next(): MaybePromise<Buffer | null> {
    if (this.#codec) return this.#nextOfLayers(this.#codec, this.#inner!)
    const plain = this.#plain
    this.#plain = null
    return plain
  }

  close(): void {
    this.#codec?.close()
    this.#inner?.close()
  }

  #begin(head: Buffer): void {
    this.#isSniffed = true
    this.#codec = this.#createCodec(sniffEncoding(head))
    if (this.#codec) this.#inner = new LayeredDecoder(this.#context, this.#layer + 1)
    this.feed(head)
  }

  #createCodec(encoding: Encoding): Decoder | undefined {
    if (encoding === 'plain') return undefined
    if (this.#layer > maxLayers) throw new Damage('bad-data', 0)
    if (encoding === 'gzip') return new GzipDecoder(this.#context)
    if (encoding === 'zstd') return new ZstdDecoder(this.#context)
    // A zip is read from its end, so it can't be decoded as a stream. read-zip.ts reads objects that are zips.
    throw new Damage('bad-data', 0)
  }

  /** Returns a promise only if a codec does (see gzip.ts). */
  #nextOfLayers(codec: Decoder, inner: LayeredDecoder): MaybePromise<Buffer | null> {
    for (;;) {
      const text = inside(() => inner.next())
      if (text instanceof Promise) return text.then((one) => one ?? this.#nextDecoded(codec, inner))
      if (text) return text
      const decoded = this.#decode(codec, inner)
      if (decoded instanceof Promise) return decoded.then((one) => this.#goOn(one, codec, inner))
      if (!this.#hand(decoded, inner)) return null
    }
  }

  #nextDecoded(codec: Decoder, inner: LayeredDecoder): MaybePromise<Buffer | null> {
    const decoded = this.#decode(codec, inner)
    if (decoded instanceof Promise) return decoded.then((one) => this.#goOn(one, codec, inner))
    return this.#goOn(decoded, codec, inner)
  }

  #goOn(decoded: Buffer | null, codec: Decoder, inner: LayeredDecoder): MaybePromise<Buffer | null> {
    return this.#hand(decoded, inner) ? this.#nextOfLayers(codec, inner) : null
  }

  /** Passes decoded bytes, or their end, to the inner layer. False if there is neither. */
  #hand(decoded: Buffer | null, inner: LayeredDecoder): boolean {
    if (this.#damage) return true
    if (decoded) inside(() => inner.feed(decoded))
    else if (!this.#hasEnded || inner.#hasEnded) return false
    else inside(() => inner.end())
    return true
  }

  /** The next bytes of this layer; null if it has ended or is damaged. */
  #decode(codec: Decoder, inner: LayeredDecoder): MaybePromise<Buffer | null> {
    if (this.#damage) throw this.#damage
    if (this.#decodedBytes > this.#context.maxDecodedBytes) throw new Damage('ratio-limit')
    try {
      const decoded = codec.next()
      if (decoded instanceof Promise) return this.#takeLater(decoded, codec, inner)
      if (decoded || !this.#hasEnded || this.#isCodecEnded) return this.#count(decoded)
      const last = this.#endCodec(codec)
      return last instanceof Promise ? this.#takeLater(last, codec, inner) : this.#count(last)
    } catch (error) {
      return this.#holdBack(error, inner)
    }
  }

  async #takeLater(next: Promise<Buffer | null>, codec: Decoder, inner: LayeredDecoder): Promise<Buffer | null> {
    try {
      const decoded = await next
      if (decoded || !this.#hasEnded || this.#isCodecEnded) return this.#count(decoded)
      return this.#count(await this.#endCodec(codec))
    } catch (error) {
      return this.#holdBack(error, inner)
    }
  }

  #endCodec(codec: Decoder): MaybePromise<Buffer | null> {
    this.#isCodecEnded = true
    codec.end()
    return codec.next()
  }

  #count(decoded: Buffer | null): Buffer | null {
    this.#decodedBytes += decoded?.length ?? 0
    return decoded
  }

  /** The first few bytes may still wait until their encoding is known. They come out before the damage is thrown. */
  #holdBack(error: unknown, inner: LayeredDecoder): null {
    if (!(error instanceof Damage) || inner.#isSniffed || !inner.#head) throw error
    this.#damage = error
    if (sniffEncoding(inner.#head) === 'plain') inner.end()
    return null
  }
}

/** Runs a call of an inner layer. The offset of its damage is not an offset of the stored object. */
function inside<T>(call: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = call()
    return result instanceof Promise ? result.catch(withoutPlace) : result
  } catch (error) {
    return withoutPlace(error)
  }
}

function withoutPlace(error: unknown): never {
  throw error instanceof Damage ? error.at(undefined) : error
}
