/*
 * JSON's marks as bytes, and what tells from the bytes around them what they are.
 */

export const quote = 0x22
export const backslash = 0x5c
export const openBrace = 0x7b
export const closeBrace = 0x7d
export const openArray = 0x5b
export const closeArray = 0x5d
export const newline = 0x0a
export const carriageReturn = 0x0d
export const space = 0x20
export const tab = 0x09
export const comma = 0x2c
/** RFC 7464 */
export const recordSeparator = 0x1e
export const colon = 0x3a
const byteOrderMark = [0xef, 0xbb, 0xbf]

export const isSpace = tableOf(' \t\r\n')
/** Between documents; 0x1e is RFC 7464's record separator. */
export const isSeparator = tableOf(' \t\r\n,\x1e')
export const isAfterString = tableOf(' \t\r\n,:]}')

/** How far from its brace the array of a wrapper begins. */
const maxWrapperBytes = 1024

/**
 * The place after `{"key": [` at `from`; 0 when something else stands there, undefined when the bytes end too early to
 * say. `key` is with its quotes.
 */
export function afterWrapper(bytes: Buffer, from: number, key: Buffer): number | undefined {
  const end = Math.min(bytes.length, from + maxWrapperBytes)
  const tooShort = end < bytes.length ? 0 : undefined
  let at = skipSpaces(bytes, from + 1, end)
  for (const byte of key) {
    if (at >= end) return tooShort
    if (bytes[at++] !== byte) return 0
  }
  for (const mark of [colon, openArray]) {
    at = skipSpaces(bytes, at, end)
    if (at >= end) return tooShort
    if (bytes[at++] !== mark) return 0
  }
  return at
}

/** How far from its brace the first name of an object may stand. */
const maxIndentBytes = 1024

/** Whether an object begins at the brace at `at`: with a name, or empty. Undefined when the bytes end too early to say. */
export function beginsObject(bytes: Buffer, at: number): boolean | undefined {
  const end = Math.min(bytes.length, at + maxIndentBytes)
  const next = skipSpaces(bytes, at + 1, end)
  if (next < end) return bytes[next] === quote || bytes[next] === closeBrace
  return end < bytes.length ? false : undefined
}

/** Whether the byte at `at` is escaped: behind an odd number of backslashes. */
export function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at - 1
  while (bytes[before] === backslash) before--
  return (at - 1 - before) % 2 === 1
}

/** Bytes of UTF-8's byte order mark at `at`: 3, or 0. Undefined when the bytes end too early to say. */
export function byteOrderMarkAt(bytes: Buffer, at: number): number | undefined {
  for (const [index, byte] of byteOrderMark.entries()) {
    if (at + index >= bytes.length) return undefined
    if (bytes[at + index] !== byte) return 0
  }
  return byteOrderMark.length
}

/** Whether `bytes[from, to)` is UTF-8's byte order mark. */
export function isByteOrderMark(bytes: Buffer, from: number, to: number): boolean {
  return to - from === byteOrderMark.length && byteOrderMarkAt(bytes, from) === byteOrderMark.length
}

export function skipSpaces(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && isSpace[bytes[at]!]) at++
  return at
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}
