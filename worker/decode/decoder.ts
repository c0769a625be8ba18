import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { Inflater } from './inflater.ts'

/**
 * Turns the bytes of an object into the bytes of its text, in bounded pieces. Call `feed`, then `next` until it returns
 * null, and repeat. After the last input call `end`, then `next` until it returns null again.
 */
export interface Decoder {
  /** Takes input. It must not change until `next` returns null. */
  feed(input: Buffer): void
  /** Declares the end of the input. */
  end(): void
  /** Decoded bytes, never empty, valid until the next call; null if this input gives no more. @throws Damage */
  next(): MaybePromise<Buffer | null>
  /** Frees memory and streams. */
  close(): void
}

/** The shared state of the decoders of one thread. */
export interface DecoderContext {
  /** Lends an inflater until it is given back: the fast one, or the reference. */
  readonly takeInflater: (isReference: boolean) => Inflater
  readonly giveBack: (inflater: Inflater) => void
  /** The first reading found damage. The second one uses the reference inflater, and its result counts. */
  isSecondReading: boolean
  /**
   * Feeds codecs one byte at a time, so that they give all bytes before an invalid one, and its offset is known. Set only
   * for the slice in which the first reading failed.
   */
  isCareful: boolean
  /** Limit of the bytes that one layer may decode for the input so far (`limits.maxRatio`), even if they are not text. */
  maxDecodedBytes: number
}
