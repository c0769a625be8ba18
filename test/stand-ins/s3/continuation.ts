import { crc32 } from 'node:zlib'
import { s3Error } from './errors.ts'
import type { ListPlace } from './list.ts'

/** A place in a listing as a token that says nothing to its reader and holds a checksum: a made-up one is refused. */
export function encodeContinuation({ key, isCommonPrefix }: ListPlace): string {
  const place = Buffer.from(`${isCommonPrefix ? 'p' : 'k'}${key}`)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(place, 0x53335333))
  return Buffer.concat([sum, place]).toString('base64')
}

/** The place of a token; InvalidArgument for what no listing has given. */
export function decodeContinuation(token: string): ListPlace {
  const bytes = Buffer.from(token, 'base64')
  const place = bytes.subarray(4)
  const isOurs =
    bytes.length > 4 && bytes.toString('base64') === token && bytes.readUInt32BE() === crc32(place, 0x53335333)
  if (!isOurs) {
    const details = { ArgumentName: 'continuation-token', ArgumentValue: token }
    throw s3Error('InvalidArgument', details, 'The continuation token provided is incorrect')
  }
  return { key: place.toString('utf8', 1), isCommonPrefix: place[0] === 0x70 }
}
