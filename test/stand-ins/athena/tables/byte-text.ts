import { isUtf8 } from 'node:buffer'

/*
 * DuckDB's texts are UTF-8, an object's lines need not be: a byte that is no UTF-8 becomes one private code point,
 * U+10FE80 to U+10FEFF, and a byte again in the results. Should such a code point stand in a line, its bytes go the same
 * way; so does a byte order mark at a beginning, which the client of DuckDB would drop.
 */

const base = 0x10fe00
/** F4 8F BA 80 to F4 8F BB BF: the private code points themselves. */
const ownStart = Buffer.from([0xf4, 0x8f])

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** A line as DuckDB takes it. */
export function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xef && bytes.subarray(0, 3).equals(byteOrderMark)) {
    return String.fromCodePoint(...[...byteOrderMark].map((byte) => base + byte)) + textOf(bytes.subarray(3))
  }
  if (isUtf8(bytes) && !bytes.includes(ownStart)) return bytes.toString('utf8')
  let text = ''
  let start = 0
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length > 0) at += length
    else {
      text += bytes.toString('utf8', start, at) + String.fromCodePoint(base + bytes[at]!)
      at++
      start = at
    }
  }
  return text + bytes.toString('utf8', start)
}

/** The bytes that a text of DuckDB stands for. */
export function bytesOf(text: string): Buffer {
  if (!/[\u{10fe80}-\u{10feff}]/u.test(text)) return Buffer.from(text)
  const pieces = text.split(/([\u{10fe80}-\u{10feff}])/u).map((piece, index) => {
    return index % 2 === 0 ? Buffer.from(piece) : Buffer.from([piece.codePointAt(0)! - base])
  })
  return Buffer.concat(pieces)
}

/** How many bytes a well-formed character has; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || !isUtf8(bytes.subarray(at, at + length)) || at + length > bytes.length) return 0
  const isOwn = first === 0xf4 && bytes[at + 1] === 0x8f && (bytes[at + 2] === 0xba || bytes[at + 2] === 0xbb)
  return isOwn ? 0 : length
}
