/*
 * Parts of a multipart upload (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html): at most 10,000, each
 * but the last at least 5 MiB.
 */

const mebibyte = 1024 ** 2
const maxParts = 10_000
const smallestBytes = 8 * mebibyte
/** What a part may take of the memory: two are in flight while a third is gathered and copied. */
const largestBytes = 64 * mebibyte
/** Parts that an upload of the expected size has: enough for steady progress, few enough to cost nothing. */
const usualParts = 1_000

/** The size of the parts: follows what is expected, and is enough for the largest object that has to succeed. */
export function choosePartBytes(expectedBytes: number, maxBytes: number): number {
  const wanted = Math.min(largestBytes, Math.max(smallestBytes, expectedBytes / usualParts))
  return Math.ceil(Math.max(wanted, maxBytes / maxParts) / mebibyte) * mebibyte
}
