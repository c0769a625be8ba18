import type { Effort } from './deflater.ts'

/** How hard to try for what begins at an offset of an entry's text. */
export type EffortAt = (offset: number) => Effort

/**
 * Small for an entry's first 8 MiB, then fast. An answer of usual size is deflated while the day is still being read, so
 * the smaller archive costs nothing; of a large one deflate takes most of the time. How much is kept nobody knows before;
 * by the offset the same lines still give the same bytes.
 */
export const effortByOffset: EffortAt = (offset) => (offset < smallBytes ? 'small' : 'fast')

const smallBytes = 8 * 1024 * 1024
