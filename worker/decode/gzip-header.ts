import { crc32 } from 'node:zlib'

/*
 * The header of a gzip member, RFC 1952 section 2.3:
 *   1f 8b, method (8), flags, time (4), extra flags, system; then by flag: extra field, name, comment, checksum.
 */

const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const
const fixedLength = 10
/** No valid header is longer in practice: an extra field is at most 64 KiB, and names are file names. */
const maxLength = 256 * 1024

/** The header's length; `more` if the bytes end inside it; `invalid` if no gzip member begins like this. */
export function gzipHeaderLength(bytes: Buffer): number | 'more' | 'invalid' {
  const isGzip =
    startsWithMagic(bytes) && (bytes.length < 3 || bytes[2] === 8) && ((bytes[3] ?? 0) & flag.reserved) === 0
  if (!isGzip) return 'invalid'
  if (bytes.length < fixedLength) return 'more'
  const flags = bytes[3]!
  let end: number | undefined = fixedLength
  if (flags & flag.extra) end = bytes.length < end + 2 ? undefined : end + 2 + bytes.readUInt16LE(end)
  if (flags & flag.name) end = afterZero(bytes, end)
  if (flags & flag.comment) end = afterZero(bytes, end)
  if (flags & flag.headerCrc && end !== undefined) {
    if (bytes.length >= end + 2 && (crc32(bytes.subarray(0, end)) & 0xffff) !== bytes.readUInt16LE(end))
      return 'invalid'
    end += 2
  }
  if (end !== undefined && end <= bytes.length) return end
  return bytes.length > maxLength ? 'invalid' : 'more'
}

function startsWithMagic(bytes: Buffer): boolean {
  return (bytes.length < 1 || bytes[0] === 0x1f) && (bytes.length < 2 || bytes[1] === 0x8b)
}

function afterZero(bytes: Buffer, from: number | undefined): number | undefined {
  if (from === undefined || from > bytes.length) return undefined
  const zero = bytes.indexOf(0, from)
  return zero < 0 ? undefined : zero + 1
}
