import { crc32, inflateRawSync } from 'node:zlib'

/*
 * Gzip as the text reader of Athena takes it: members in a row are one text, and what follows the last one is ignored
 * where it is no member, without a word. Errors are in the words of Java. https://www.rfc-editor.org/rfc/rfc1952
 */

const trailerBytes = 8

/** All members of an object. @throws Error where one is damaged */
export function gunzip(bytes: Buffer): Buffer {
  const texts: Buffer[] = []
  let start = headerEnd(bytes, 0)
  if (start === undefined) throw new Error('Not in GZIP format')
  while (start !== undefined) {
    const { text, end } = member(bytes.subarray(start))
    texts.push(text)
    start = headerEnd(bytes, start + end)
  }
  return Buffer.concat(texts)
}

function member(bytes: Buffer): { readonly text: Buffer; readonly end: number } {
  const { buffer: text, engine } = inflate(bytes)
  const end = engine.bytesWritten
  if (bytes.length < end + trailerBytes) throw new Error('null')
  if (bytes.readUInt32LE(end) !== crc32(text) || bytes.readUInt32LE(end + 4) !== text.length % 2 ** 32) {
    throw new Error('Corrupt GZIP trailer')
  }
  return { text, end: end + trailerBytes }
}

function inflate(bytes: Buffer): { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } {
  try {
    return inflateRawSync(bytes, { info: true }) as never
  } catch (error) {
    const isShort = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
    throw isShort ? new Error('Unexpected end of ZLIB input stream') : error
  }
}

/** Where the header that begins at a place ends; undefined where there is none. */
function headerEnd(bytes: Buffer, start: number): number | undefined {
  if (bytes.length < start + 10 || bytes.readUInt16BE(start) !== 0x1f8b || bytes[start + 2] !== 8) return undefined
  const flags = bytes[start + 3]!
  let at = start + 10
  if ((flags & 4) !== 0) at += 2 + (bytes[at]! | (bytes[at + 1]! << 8))
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = bytes.indexOf(0, at) + 1
  return at + ((flags & 2) !== 0 ? 2 : 0)
}
