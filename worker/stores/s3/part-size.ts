/*
 * Parts of a multipart upload (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html): at most 10,000, each
 * but the last at least 5 MiB.
 */

const mebibyte = 1024 ** 2
const maxParts = 10_000
const smallestBytes = 8 * mebibyte
/** Bounds the memory: two parts are in flight while a third is gathered and copied. */
const largestBytes = 64 * mebibyte
/** The parts of an upload of the expected size: enough for steady progress, and few enough to cost little. */
const usualParts = 1_000

/** The size of the parts, by the expected size. It is large enough for the largest object that must succeed. */
export function choosePartBytes(expectedBytes: number, maxBytes: number): number {
  const wanted = Math.min(largestBytes, Math.max(smallestBytes, expectedBytes / usualParts))
  return Math.ceil(Math.max(wanted, maxBytes / maxParts) / mebibyte) * mebibyte
}
