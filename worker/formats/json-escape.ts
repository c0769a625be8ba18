import type { Accept } from '../match/matcher.ts'
import { backslash, isEscaped, quote } from './json-bytes.ts'

/*
 * Escapes of JSON strings (RFC 8259, section 7), read where they stand in the bytes.
 */

const letterU = 0x75
const shortEscapes: Readonly<Record<string, number>> = {
  '"': 0x22,
  '\\': 0x5c,
  '/': 0x2f,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9
}
const codeOfShort = Uint8Array.from({ length: 256 }, (_, byte) => shortEscapes[String.fromCharCode(byte)] ?? 0)

/** The UTF-16 unit that the escape at `at` stands for, or -1. */
export function unitAt(block: Buffer, at: number): number {
  const letter = block[at + 1]!
  if (letter !== letterU) return codeOfShort[letter] || -1
  const digits = block.toString('latin1', at + 2, at + 6)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1
}

/** Bytes of the escape at `at`. */
export function escapeLength(block: Buffer, at: number): number {
  return block[at + 1] === letterU ? 6 : 2
}

/** Whether the byte at `at` belongs to an escape that begins before it. */
export function isInsideEscape(block: Buffer, at: number): boolean {
  for (let before = 1; before < 6; before++) {
    const start = at - before
    if (block[start] === backslash && escapeLength(block, start) > before && !isEscaped(block, start)) return true
  }
  return false
}

/** Whether `block[start, end)` reads in a string as it stands. */
export function isLiteral(block: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (block[at] === backslash || block[at] === quote) return false
  return !isInsideEscape(block, start)
}

/** Whether neither neighbour of `block[start, end)`, read as a part of a JSON string, is a word character. */
export const isWholeJsonWord: Accept = (block, start, end) =>
  !isWordCode(codeBefore(block, start)) && !isWordCode(codeAfter(block, end))

/** What stands before `start`: the byte, or what the escape that ends there stands for. */
function codeBefore(block: Buffer, start: number): number {
  for (const length of [2, 6]) {
    const at = start - length
    if (at < 0 || block[at] !== backslash || escapeLength(block, at) !== length || isEscaped(block, at)) continue
    return unitAt(block, at)
  }
  return start > 0 ? block[start - 1]! : -1
}

function codeAfter(block: Buffer, end: number): number {
  if (end >= block.length) return -1
  return block[end] === backslash ? unitAt(block, end) : block[end]!
}

function isWordCode(code: number): boolean {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f
}
