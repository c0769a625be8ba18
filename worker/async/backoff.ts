/** The bounds of a back-off. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/**
 * How long to wait after that many failures: exponential back-off with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). `random` gives 0 to 1.
 */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff, random: () => number): number {
  return random() * Math.min(longestMs, firstMs * 2 ** failures)
}
