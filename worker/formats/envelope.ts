import {
  backslash,
  closeArray,
  closeBrace,
  colon,
  comma,
  isEscaped,
  isSpace,
  openArray,
  openBrace,
  quote,
  skipSpaces
} from './json-bytes.ts'

/*
 * Envelopes: one document with a list of records, and fields that belong to all of them before it or behind it. They are
 * split without parsing the whole, since they may be as large as an object.
 */

/** The list of an envelope begins within so many bytes. */
const maxHeadBytes = 64 * 1024

/** Where the list of an envelope begins. */
export interface ListStart {
  /** The end of the fields before the list: the place of its name. */
  readonly headEnd: number
  /** The place behind the bracket. */
  readonly inside: number
}

/**
 * Finds the list `"key": [` among the fields of the object at `from`. Null if there is none, undefined if the bytes end
 * too early to say. `key` is with its quotes.
 */
export function findList(bytes: Buffer, from: number, key: Buffer): ListStart | null | undefined {
  const end = Math.min(bytes.length, from + maxHeadBytes)
  const tooShort = end < bytes.length || end - from === maxHeadBytes ? null : undefined
  let depth = 1
  for (let at = from + 1; at < end; at++) {
    const byte = bytes[at]
    if (byte === openBrace || byte === openArray) depth++
    else if (byte === closeBrace || byte === closeArray) {
      if (--depth === 0) return null
    } else if (byte === quote) {
      const start = at
      do at = bytes.indexOf(quote, at + 1)
      while (at > 0 && bytes[at - 1] === backslash && isEscaped(bytes, at))
      if (at < 0 || at >= end) return tooShort
      if (depth > 1 || at + 1 - start !== key.length || key.compare(bytes, start, at + 1) !== 0) continue
      const mark = skipSpaces(bytes, at + 1, end)
      const bracket = bytes[mark] === colon ? skipSpaces(bytes, mark + 1, end) : mark
      if (bracket >= end) return tooShort
      if (bracket > mark && bytes[bracket] === openArray) return { headEnd: start, inside: bracket + 1 }
    }
  }
  return tooShort
}

/** The fields before the list, `bytes[start, headEnd)`, as a document. */
export function headDocument(bytes: Buffer, start: number, headEnd: number): Buffer {
  let end = headEnd
  while (end > start && (isSpace[bytes[end - 1]!] || bytes[end - 1] === comma)) end--
  return Buffer.concat([bytes.subarray(start, end), Buffer.from('}')])
}
