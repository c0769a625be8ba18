import type { Effort } from './deflater.ts'

/** The effort for the block at an offset of an entry's text. */
export type EffortAt = (offset: number) => Effort

/**
 * `small` for an entry's first 8 MiB, then `fast`. An archive of usual size is deflated while the day is still being read,
 * so the smaller archive costs no time. In a large archive deflate takes most of the time. The size of an entry is not
 * known in advance. The offset is, so the same lines still give the same bytes.
 */
export const effortByOffset: EffortAt = (offset) => (offset < smallBytes ? 'small' : 'fast')

const smallBytes = 8 * 1024 * 1024
