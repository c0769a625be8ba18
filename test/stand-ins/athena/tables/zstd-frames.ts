import { zstdDecompressSync } from 'node:zlib'

/*
 * Node decompresses the first frame of several and is silent about the rest: here they are separated.
 * https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
 */

const frameMagic = 0xfd2fb528

/** All frames of an object. @throws Error where one is damaged or cut off, or something else follows it */
export function unzstd(bytes: Buffer): Buffer {
  const texts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = frameEnd(bytes, at)
    if (end > bytes.length) throw new Error('Not enough input bytes')
    if (bytes.readUInt32LE(at) === frameMagic) texts.push(zstdDecompressSync(bytes.subarray(at, end)))
    at = end
  }
  return Buffer.concat(texts)
}

/** Beyond the object's end where the frame is cut off. */
function frameEnd(bytes: Buffer, start: number): number {
  try {
    return wholeFrameEnd(bytes, start)
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY
    throw error
  }
}

function wholeFrameEnd(bytes: Buffer, start: number): number {
  const magic = bytes.readUInt32LE(start)
  if (magic >>> 4 === 0x184d2a5) return start + 8 + bytes.readUInt32LE(start + 4)
  if (magic !== frameMagic) throw new Error(`Invalid magic prefix: ${magic.toString(16)}: offset=${start}`)
  const descriptor = bytes.readUInt8(start + 4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!
  let at = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
  for (let isLast = false; !isLast; ) {
    const header = bytes.readUIntLE(at, 3)
    isLast = (header & 1) === 1
    // A block of kind 1 repeats its one byte.
    at += 3 + (((header >>> 1) & 3) === 1 ? 1 : header >>> 3)
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0)
}
