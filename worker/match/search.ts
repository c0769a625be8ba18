/** Whether a hit `block[start, end)` counts. */
export type Accept = (block: Buffer, start: number, end: number) => boolean

/** The first hit at or after `from` that is accepted (any, without `accepts`), or -1. */
export type Search = (block: Buffer, from: number, accepts?: Accept) => number
