import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { CodecStep } from './streamed.ts'

/**
 * Inflates one raw deflate stream (RFC 1951) after another, in bounded pieces. Of several implementations
 * choose-inflater.ts picks the fastest that passes its self-test. All give the same bytes.
 */
export interface Inflater {
  readonly name: InflaterName
  /** Whether it is one of zlib's, whose report of damage counts. */
  readonly isReference: boolean
  /** Begins a new stream. */
  begin(): void
  /**
   * Continues with `input[from, to)`. Output that does not fit comes with the next call. If a step with input consumes
   * nothing and gives nothing, the stream has ended before that input.
   * @throws InflateError for invalid bytes; the output of the failed step is lost
   */
  step(input: Buffer, from: number, to: number): MaybePromise<InflateStep>
  close(): void
}

export interface InflateStep extends CodecStep {
  /** The CRC-32 of the stream's output so far, if the inflater computes it. */
  readonly crc?: number
  /** Whether more output may come without input. If undefined, it may come after any output. */
  readonly isFull?: boolean
  /** Whether the stream is complete, if that is known: it saves the step that finds out. */
  readonly hasEnded?: boolean
}

export const inflaterNames = ['isa-l', 'zlib-handle', 'zlib-stream'] as const
export type InflaterName = (typeof inflaterNames)[number]

/** The inflaters of a scan. */
export interface InflaterChoice {
  readonly fast: InflaterName
  /**
   * One of zlib's, which all report damage at the same byte. It reads an object again if the fast one finds damage. So
   * the kept lines of a damaged object, and its outcome, are the same with every inflater.
   */
  readonly reference: InflaterName
}

/** The bytes are not a valid deflate stream. */
export class InflateError extends Error {}

/**
 * The size of one piece of output. 16 KiB takes twice the CPU. With 512 KiB a slice of input (read-text.ts) that is
 * compressed up to 8:1 is one piece, which takes 3 to 6 % less CPU than 256 KiB. With its history it fits into a core's
 * cache.
 */
export const outputBytes = 512 * 1024
