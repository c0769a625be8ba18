import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { CodecStep } from './streamed.ts'

/**
 * Inflates one raw deflate stream (RFC 1951) after another, a bounded piece at a time. There are several
 * implementations: choose-inflater.ts picks the fastest that passes its self-test. All give the same bytes.
 */
export interface Inflater {
  /** Which implementation this is, for reports. */
  readonly name: InflaterName
  /** Whether it is one of zlib's: what it says of damage holds. */
  readonly isReference: boolean
  /** Begins a new stream. */
  begin(): void
  /**
   * Decodes on from `input[from, to)`. Output that did not fit comes with the next call. Nothing consumed and nothing
   * given out, though there was input, means that the stream has ended before it.
   * @throws InflateError for bytes that no deflate stream holds; what the failing step had decoded is lost.
   */
  step(input: Buffer, from: number, to: number): MaybePromise<InflateStep>
  close(): void
}

export interface InflateStep extends CodecStep {
  /** The CRC-32 of the stream's output so far, from an inflater that computes it on the way. */
  readonly crc?: number
  /** Whether more output may come without input; without it, it may whenever some came. */
  readonly isFull?: boolean
  /** That the stream is complete, where that is known at once: it saves the step that shows it. */
  readonly hasEnded?: boolean
}

export const inflaterNames = ['isa-l', 'zlib-handle', 'zlib-stream'] as const
export type InflaterName = (typeof inflaterNames)[number]

/** What a scan inflates with. */
export interface InflaterChoice {
  readonly fast: InflaterName
  /**
   * One of zlib's, which are alike to the byte of a damage: whatever the fast one finds wrong is read again by it, so
   * that what is kept of a damaged object, and what is said of it, is the same with every inflater.
   */
  readonly reference: InflaterName
}

/** The bytes are no valid deflate stream. */
export class InflateError extends Error {}

/**
 * One piece of output. 16 KiB costs twice the CPU; with 512 KiB a slice of input (read-text.ts) that is compressed up to
 * 8:1 comes out at once, for 3 to 6 % less than with 256 KiB. Together with its history it fits into a core's cache.
 */
export const outputBytes = 512 * 1024
