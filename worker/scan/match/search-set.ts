import type { Search } from './search.ts'

/*
 * Many texts at once, by Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): a table tells from two
 * bytes how far the window may move. Measured on one core: 2.6 GB/s for 1 or 2 texts, 2.3 for 10, 1.3 for 50; a search
 * per text falls to 0.05 for 50. Case is ignored by entering every spelling of a pair of letters in the table.
 */

/** The shift is kept in a byte. */
const maxWindow = 256
const pairs = 0x1_0000

/** ASCII letters to lower case, every other byte to itself. */
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte))
const unchanged = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** Searches any of several texts, each at least two bytes long. */
export function createSetSearch(needles: readonly Buffer[], ignoreCase: boolean): Search {
  const fold = ignoreCase ? lowerCase : unchanged
  const folded = needles.map((needle) => Buffer.from(needle.map((byte) => fold[byte]!)))
  const window = Math.min(maxWindow, ...folded.map((needle) => needle.length))
  const shifts = new Uint8Array(pairs).fill(window - 1)
  const buckets = new Map<number, Buffer[]>()
  for (const needle of folded) enterNeedle(needle, window, spellings(ignoreCase), shifts, buckets)

  return (block, from, accepts) => {
    const end = block.length
    let last = from + window - 1
    while (last < end) {
      const pair = (block[last - 1]! << 8) | block[last]!
      const shift = shifts[pair]!
      if (shift > 0) {
        last += shift
        continue
      }
      const start = last - window + 1
      for (const needle of buckets.get(pair)!) {
        if (!isAt(block, start, needle, fold)) continue
        if (!accepts || accepts(block, start, start + needle.length)) return start
      }
      last++
    }
    return -1
  }
}

function enterNeedle(
  needle: Buffer,
  window: number,
  spell: (byte: number) => readonly number[],
  shifts: Uint8Array,
  buckets: Map<number, Buffer[]>
): void {
  for (let last = 1; last < window; last++) {
    for (const first of spell(needle[last - 1]!)) {
      for (const second of spell(needle[last]!)) {
        const pair = (first << 8) | second
        shifts[pair] = Math.min(shifts[pair]!, window - 1 - last)
        if (last < window - 1) continue
        const bucket = buckets.get(pair)
        if (bucket) bucket.push(needle)
        else buckets.set(pair, [needle])
      }
    }
  }
}

function spellings(ignoreCase: boolean): (byte: number) => readonly number[] {
  return (byte) => (ignoreCase && byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte])
}

function isAt(block: Buffer, start: number, needle: Buffer, fold: Uint8Array): boolean {
  if (start + needle.length > block.length) return false
  for (let position = 0; position < needle.length; position++) {
    if (fold[block[start + position]!] !== needle[position]) return false
  }
  return true
}
