import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { Inflater } from './inflater.ts'

/**
 * Turns the bytes of an object into the bytes of its text, a bounded piece at a time: `feed`, then `next` until it
 * gives null, then `feed` again; `end` after the last input, then `next` until it gives null once more.
 */
export interface Decoder {
  /** Hands over input, which must stay as it is until `next` has given null. */
  feed(input: Buffer): void
  /** Says that no input follows. */
  end(): void
  /** Decoded bytes, never empty, valid until the next call; null when there is no more from this input. @throws Damage */
  next(): MaybePromise<Buffer | null>
  /** Gives up memory and streams. */
  close(): void
}

/** What decoders of one thread share. */
export interface DecoderContext {
  /** An inflater that no other decoder uses until it is given back: the fast one or the one of reference. */
  readonly takeInflater: (isReference: boolean) => Inflater
  readonly giveBack: (inflater: Inflater) => void
  /** A first reading found damage: this one is by the inflater of reference, and what it finds holds. */
  isSecondReading: boolean
  /**
   * Feed codecs one byte at a time, so that everything decoded before an invalid byte is given out and the byte is
   * known. Set only for the slice in which a first reading failed.
   */
  isCareful: boolean
  /** What one layer may give out for the input so far (`limits.maxRatio`), whether any of it becomes text or not. */
  maxDecodedBytes: number
}
