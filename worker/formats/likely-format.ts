import {
  backslash,
  beginsObject,
  closeArray,
  closeBrace,
  isEscaped,
  isSeparator,
  isSpace,
  openArray,
  openBrace,
  quote
} from './json-bytes.ts'

/** What a line looks like that is no record of a format of lines. */
export interface LikelyFormat {
  /** The likely format, in the words of a warning. */
  readonly hint: string
  /** How many records the line holds. */
  readonly records: number
}

/** The hint for lines that hold several documents, or a list of them. */
export const joinedHint = 'json-concatenated'
/** The hint for lines that are a piece of a document. */
export const pieceHint = 'json-concatenated (documents over several lines)'

/** The first member of a document on a line of its own, as pretty printers write it: `  "name": `. */
const memberLine = /^[ \t]+"(?:[^"\\]|\\.){1,256}"[ \t]*:[ \t]/
const memberBytes = 1024

/**
 * Whether a line is not one record: several JSON documents (Firehose adds no line end unless a rule asks for it), a JSON
 * array of them, or a piece of a document that was printed over several lines. Undefined if it may be one record.
 */
export function likelyFormat(line: Buffer): LikelyFormat | undefined {
  const start = skip(line, 0, isSpace)
  if (line[start] === openBrace) {
    const { documents } = countDocuments(line, start)
    return documents > 1 ? { hint: joinedHint, records: documents } : undefined
  }
  if (line[start] === openArray) {
    const { documents, end } = countDocuments(line, start + 1)
    const isList = documents > 0 && line[end] === closeArray && skip(line, end + 1, isSeparator) === line.length
    return isList ? { hint: joinedHint, records: documents } : undefined
  }
  const isPiece = start > 0 && line[start] === quote && memberLine.test(line.toString('latin1', 0, memberBytes))
  return isPiece ? { hint: pieceHint, records: 1 } : undefined
}

/** Counts the documents from `start` on with nothing but separators between them. `end` is the first byte of no document. */
function countDocuments(bytes: Buffer, start: number): { documents: number; end: number } {
  let documents = 0
  for (let at = skip(bytes, start, isSeparator); ; at = skip(bytes, at, isSeparator)) {
    const end = bytes[at] === openBrace && beginsObject(bytes, at) ? endOfDocument(bytes, at) : -1
    if (end < 0) return { documents, end: at }
    documents++
    at = end
  }
}

/** The place behind the document that begins at `start`, or -1. */
function endOfDocument(bytes: Buffer, start: number): number {
  let depth = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === openBrace) depth++
    else if (byte === closeBrace && --depth === 0) return at + 1
    else if (byte === quote) {
      at = bytes.indexOf(quote, at + 1)
      while (at > 0 && bytes[at - 1] === backslash && isEscaped(bytes, at)) at = bytes.indexOf(quote, at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

function skip(bytes: Buffer, from: number, table: Uint8Array): number {
  let at = from
  while (at < bytes.length && table[bytes[at]!]) at++
  return at
}
