/** Whether deflate favours the size or the time. */
export type Effort = 'small' | 'fast'

export type DeflaterName = 'isa-l' | 'zlib'

/**
 * Deflates a stream (RFC 1951) block by block, several blocks at once. choose-deflater.ts picks one of two. Their output
 * inflates to the same text, but is not the same bytes.
 */
export interface Deflater {
  readonly name: DeflaterName
  /** The text bytes of a block. The last block may have fewer. */
  readonly blockBytes: number
  /**
   * Deflates a block off the main thread. Until then the block and the dictionary must not change. `dictionary` is the
   * text before the block, which the block may refer to. Each block but the last ends with a whole byte.
   */
  deflate(block: Buffer, dictionary: Buffer, effort: Effort, isLast: boolean): Promise<Buffer>
}
