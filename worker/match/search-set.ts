import type { Search } from './matcher.ts'

/*
 * Searches many texts at once, by Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): a table gives for
 * a few bytes how far the window may move. It uses two bytes, or for many texts a hash of three: logs are full of digits,
 * and many device names contain most pairs of them. Measured on one core, GB/s for 2, 10, 25 and 50 device names: 2.3,
 * 2.0, 1.5, 0.9 by two bytes, 1.6 by three for all of them. To ignore case, every spelling is in the table.
 */

/** The shift is kept in a byte. */
const maxWindow = 256
const slots = 0x1_0000
const slotMask = slots - 1
const leastWindowOfThree = 5
/** From so many texts on, three bytes save more than they cost. */
const manyTexts = 25

/** ASCII letters to lower case, every other byte to itself. */
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte))
const unchanged = Uint8Array.from({ length: 256 }, (_, byte) => byte)

interface ShiftTable {
  /** Bytes per look-up: two or three. */
  readonly width: number
  readonly shifts: Uint8Array
  readonly buckets: Map<number, Buffer[]>
}

/** Searches any of several texts, each at least two bytes long. */
export function createSetSearch(needles: readonly Buffer[], ignoreCase: boolean): Search {
  const fold = ignoreCase ? lowerCase : unchanged
  const folded = needles.map((needle) => Buffer.from(needle.map((byte) => fold[byte]!)))
  const window = Math.min(maxWindow, ...folded.map((needle) => needle.length))
  const width = window >= leastWindowOfThree && needles.length >= manyTexts ? 3 : 2
  const table = { width, shifts: new Uint8Array(slots).fill(window - width + 1), buckets: new Map<number, Buffer[]>() }
  for (const needle of folded) enterNeedle(needle, window, spellings(ignoreCase), table)
  const skip = width === 3 ? skipByThree : skipByTwo

  return (block, from, accepts) => {
    for (let last = from + window - 1; ; last++) {
      last = skip(block, last, table.shifts)
      if (last >= block.length) return -1
      const start = last - window + 1
      for (const needle of table.buckets.get(slotOf(block, last, width))!) {
        if (!isAt(block, start, needle, fold)) continue
        if (!accepts || accepts(block, start, start + needle.length)) return start
      }
    }
  }
}

/** Moves the window until its last bytes may belong to a needle, or it leaves the block. */
function skipByThree(block: Buffer, from: number, shifts: Uint8Array): number {
  const end = block.length
  let last = from
  while (last < end) {
    const shift = shifts[((block[last - 2]! << 10) ^ (block[last - 1]! << 5) ^ block[last]!) & slotMask]!
    if (shift === 0) return last
    last += shift
  }
  return last
}

function skipByTwo(block: Buffer, from: number, shifts: Uint8Array): number {
  const end = block.length
  let last = from
  while (last < end) {
    const shift = shifts[(block[last - 1]! << 8) | block[last]!]!
    if (shift === 0) return last
    last += shift
  }
  return last
}

function slotOf(bytes: Uint8Array, last: number, width: number): number {
  return width === 3
    ? ((bytes[last - 2]! << 10) ^ (bytes[last - 1]! << 5) ^ bytes[last]!) & slotMask
    : (bytes[last - 1]! << 8) | bytes[last]!
}

function enterNeedle(
  needle: Buffer,
  window: number,
  spell: (byte: number) => readonly number[],
  { width, shifts, buckets }: ShiftTable
): void {
  for (let last = width - 1; last < window; last++) {
    for (const slot of slotsOf(needle.subarray(last - width + 1, last + 1), spell)) {
      shifts[slot] = Math.min(shifts[slot]!, window - 1 - last)
      if (last < window - 1) continue
      const bucket = buckets.get(slot)
      if (!bucket) buckets.set(slot, [needle])
      else if (!bucket.includes(needle)) bucket.push(needle)
    }
  }
}

/** The slots of every spelling of a few bytes. */
function slotsOf(bytes: Buffer, spell: (byte: number) => readonly number[]): readonly number[] {
  const [first, second, third] = [...bytes].map(spell)
  const spelled = first!.flatMap((a) =>
    second!.flatMap((b) => (third ?? [-1]).map((c) => (c < 0 ? [a, b] : [a, b, c])))
  )
  return spelled.map((one) => slotOf(Uint8Array.from(one), one.length - 1, one.length))
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
