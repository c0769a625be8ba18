import {
  backslash,
  beginsObject,
  carriageReturn,
  closeArray,
  closeBrace,
  comma,
  isEscaped,
  newline,
  openArray,
  openBrace,
  quote,
  recordSeparator,
  space,
  tab
} from './json-bytes.ts'

/*
 * Text between documents: what a gateway logs now and then, a payload that is no object, the rest of a document that was
 * cut off. It is kept whole, whatever braces it holds.
 */

/**
 * What the text is, as far as it was seen:
 * - `string`: a JSON string, which may be a record alone
 * - `closers`: the closing marks of a document or list that was cut off; a document may follow at once
 * - `line`: any other text; it ends with its line, or before a carriage return and a document
 */
export type TextKind = 'string' | 'closers' | 'line'

export interface TextEnd {
  readonly kind: TextKind
  /** Where to continue when there is more. */
  readonly position: number
  /** The end of the text; undefined when the bytes end before it is known. */
  readonly end: number | undefined
}

export function textKind(bytes: Buffer, start: number): TextKind {
  const first = bytes[start]
  return first === quote ? 'string' : first === closeArray || first === closeBrace ? 'closers' : 'line'
}

/** Looks for the end from `position` on. `isLast`: nothing follows the bytes. */
export function findTextEnd(
  bytes: Buffer,
  position: number,
  kind: TextKind,
  { isInArray, isLast }: { isInArray: boolean; isLast: boolean }
): TextEnd {
  const wait = (at: number): TextEnd => ({ kind, position: at, end: undefined })
  const line = (at: number): TextEnd => findTextEnd(bytes, at, 'line', { isInArray, isLast })
  for (let at = position; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === newline) return { kind, position: at, end: at }
    if (kind === 'string') {
      if (byte !== quote || (bytes[at - 1] === backslash && isEscaped(bytes, at))) continue
      const isWhole = isWholeString(bytes, at + 1, isInArray, isLast)
      if (isWhole === undefined) return wait(at)
      return isWhole ? { kind, position: at, end: at + 1 } : line(at + 1)
    }
    if (kind === 'closers') {
      if (isCloser(byte)) continue
      if (byte !== openBrace) return line(at)
      const begins = isLast ? (beginsObject(bytes, at) ?? false) : beginsObject(bytes, at)
      if (begins === undefined) return wait(at)
      return begins ? { kind, position: at, end: at } : line(at + 1)
    }
    if (byte !== carriageReturn) continue
    const begins = at + 1 < bytes.length && bytes[at + 1] !== openBrace ? false : beginsObject(bytes, at + 1)
    if (begins === undefined && !isLast) return wait(at)
    if (begins) return { kind, position: at, end: at }
  }
  return wait(bytes.length)
}

/** Whether a string is a record alone by what stands behind it: the end of the line, a document, a string or a list. */
function isWholeString(bytes: Buffer, from: number, isInArray: boolean, isLast: boolean): boolean | undefined {
  let at = from
  while (bytes[at] === space || bytes[at] === tab || bytes[at] === carriageReturn) at++
  if (at >= bytes.length) return isLast ? true : undefined
  const next = bytes[at]
  if (next === newline || next === quote || next === openArray || next === recordSeparator) return true
  if (next === openBrace) return isLast ? (beginsObject(bytes, at) ?? false) : beginsObject(bytes, at)
  return isInArray && (next === comma || next === closeArray)
}

function isCloser(byte: number): boolean {
  return byte === closeArray || byte === closeBrace || byte === space || byte === tab || byte === comma
}
