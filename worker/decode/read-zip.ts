import { crc32 } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { IotLogError } from '../contract/errors.ts'
import type { ObjectBody, RandomAccess } from '../contract/store.ts'
import { Damage } from './damage.ts'
import { openZip, readSpan } from './open-zip.ts'

/*
 * Zip objects (Firehose can write them). yauzl reads the directory. The data of each entry is decoded as a gzip member, so
 * that limits, checksums and damage are handled in the same way.
 */

const slash = 0x2f
const method = { stored: 0, deflated: 8 } as const

/** One file inside a zip object. */
interface ZipEntryText {
  /** The offset of the entry in the object. Its damage is reported there. */
  readonly byte: number
  open(): Promise<ObjectBody>
}

/** The files of a zip in the order of its directory. @throws Damage if the zip can't be read */
export async function* zipEntryTexts(object: RandomAccess): AsyncGenerator<ZipEntryText> {
  const zip = await asDamage(openZip(object), (error) => {
    const isCut = /end of central directory/i.test(error.message)
    return isCut ? new Damage('truncated', object.size) : new Damage('bad-data', 0)
  })
  const entries = zip.eachEntry()[Symbol.asyncIterator]()
  for (let isDone = false; !isDone; ) {
    const next = await asDamage(entries.next(), () => new Damage('bad-data', object.size))
    isDone = next.done === true
    if (next.done !== true && next.value.fileNameRaw.at(-1) !== slash) yield textOf(zip, next.value, object)
  }
}

function textOf(zip: ZipFile, entry: Entry, object: RandomAccess): ZipEntryText {
  const byte = entry.relativeOffsetOfLocalHeader
  return {
    byte,
    open: async () => {
      const isReadable = entry.compressionMethod === method.stored || entry.compressionMethod === method.deflated
      if (!isReadable || entry.isEncrypted()) throw new Damage('bad-data', byte)
      const unreadable = (): Damage => new Damage('bad-data', byte)
      const { fileDataStart } = await asDamage(zip.readLocalFileHeaderPromise(entry, { minimal: true }), unreadable)
      const end = fileDataStart + entry.compressedSize
      if (end > object.size) throw new Damage('truncated', object.size)
      const data = readSpan(object, fileDataStart, end)
      return bodyOf(entry.compressionMethod === method.stored ? checked(data, entry.crc32) : asGzip(data, entry))
    }
  }
}

/** Puts deflated data between the header and trailer of a gzip member (RFC 1952). Only the frame differs. */
async function* asGzip(data: AsyncIterable<Buffer>, entry: Entry): AsyncGenerator<Buffer> {
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
  yield* data
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(entry.crc32, 0)
  trailer.writeUInt32LE(entry.uncompressedSize % 0x1_0000_0000, 4)
  yield trailer
}

async function* checked(data: AsyncIterable<Buffer>, expected: number): AsyncGenerator<Buffer> {
  let crc = 0
  for await (const piece of data) {
    crc = crc32(piece, crc)
    yield piece
  }
  if (crc !== expected) throw new Damage('bad-crc', 0, { isAtEnd: true })
}

function bodyOf(pieces: AsyncGenerator<Buffer>): ObjectBody {
  return {
    read: async () => {
      const next = await pieces.next()
      return next.done ? null : next.value
    },
    close: async () => void (await pieces.return(undefined))
  }
}

async function asDamage<T>(attempt: Promise<T>, damageOf: (error: Error) => Damage): Promise<T> {
  try {
    return await attempt
  } catch (error) {
    throw error instanceof IotLogError || error instanceof Damage ? error : damageOf(error as Error)
  }
}
