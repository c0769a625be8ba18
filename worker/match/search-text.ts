import type { Search } from './matcher.ts'

/*
 * Searches one text. Buffer.indexOf has two algorithms (node, src/string_search.h). From 8 bytes on it is
 * Boyer-Moore-Horspool, with 1.5 GB/s on log lines. Below, it finds the first byte with the C library's memchr and
 * compares the rest, with 12 GB/s if that byte is rare. So of a longer text only a window of 7 bytes is searched, the
 * rarest one in a sample of the log. Where it is found, the rest is compared. Measured on telemetry lines: THING00001
 * 1.5 -> 12 GB/s, the start of a UUID 1.5 -> 8, ten zeros 1.6 -> 2.7; never slower.
 */

const windowBytes = 7
const minSampleBytes = 4 * 1024
const maxSampleBytes = 32 * 1024
/** The cost of comparing at a found window, in stops of memchr. */
const costOfHit = 20
/** So many windows are compared: those that begin with the rarest bytes. */
const weighedWindows = 8

/** Searches one text of at least one byte. */
export function createTextSearch(needle: Buffer): Search {
  // Before there is a sample, the end: device names differ there more often than at the start.
  let start = Math.max(0, needle.length - windowBytes)
  let window = needle.subarray(start, start + windowBytes)
  let isChosen = needle.length <= windowBytes
  return (block, from, accepts) => {
    if (!isChosen && block.length >= minSampleBytes) {
      start = rarestWindow(needle, block.subarray(0, maxSampleBytes))
      window = needle.subarray(start, start + windowBytes)
      isChosen = true
    }
    for (let at = block.indexOf(window, from + start); at >= 0; at = block.indexOf(window, at + 1)) {
      const hit = at - start
      if (isAt(block, hit, needle) && (!accepts || accepts(block, hit, hit + needle.length))) return hit
    }
    return -1
  }
}

/** The start of the window that is the cheapest to search in bytes like the sample's. */
function rarestWindow(needle: Buffer, sample: Buffer): number {
  const counts = new Uint32Array(256)
  for (const byte of sample) counts[byte]!++
  const starts = Array.from({ length: needle.length - windowBytes + 1 }, (_, start) => start)
  const costs = starts
    .sort((a, b) => counts[needle[a]!]! - counts[needle[b]!]!)
    .slice(0, weighedWindows)
    .map((start) => {
      const hits = countHits(sample, needle.subarray(start, start + windowBytes))
      return { start, cost: counts[needle[start]!]! + costOfHit * hits }
    })
  return costs.reduce((least, one) => (one.cost < least.cost ? one : least)).start
}

function countHits(sample: Buffer, window: Buffer): number {
  let hits = 0
  for (let at = sample.indexOf(window); at >= 0; at = sample.indexOf(window, at + 1)) hits++
  return hits
}

function isAt(block: Buffer, start: number, needle: Buffer): boolean {
  if (start + needle.length > block.length) return false
  for (let position = 0; position < needle.length; position++) {
    if (block[start + position] !== needle[position]) return false
  }
  return true
}
