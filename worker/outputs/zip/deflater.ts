/** How hard deflate tries: for the size, or for the time. */
export type Effort = 'small' | 'fast'

export type DeflaterName = 'isa-l' | 'zlib'

/**
 * Deflates a stream (RFC 1951) block by block, several at once. There are two: choose-deflater.ts picks. Both give the
 * same text back, not the same deflated bytes.
 */
export interface Deflater {
  readonly name: DeflaterName
  /** How much text a block has, but for the last. */
  readonly blockBytes: number
  /**
   * Deflates a block off the main thread; the block and the dictionary must stay as they are until then. `dictionary` is
   * what comes before the block, to refer to. Any block but the last ends with a whole byte, where the next begins.
   */
  deflate(block: Buffer, dictionary: Buffer, effort: Effort, isLast: boolean): Promise<Buffer>
}
