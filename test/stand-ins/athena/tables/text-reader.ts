import { QueryFailure } from '../failure.ts'
import { gunzip } from './gzip-members.ts'
import { unzstd } from './zstd-frames.ts'

/*
 * How the text reader of Athena takes an object apart, as measured on Trino 435: a name's ending decides the compression,
 * whatever the object holds (in small letters only), and \n, \r\n and \r end a line.
 */

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Beyond its first buffer a damaged object is opened, and fails while it is read. */
const firstBufferBytes = 65_536

/** The text of an object. @throws QueryFailure that names the object */
export function textIn(uri: string, bytes: Buffer): Buffer {
  const ending = /\.[^./]*$/.exec(uri)?.[0] ?? ''
  try {
    return codecs[ending]?.(bytes) ?? bytes
  } catch (error) {
    if (bytes.length > firstBufferBytes) throw unreadable(uri)
    const split = `Error opening Hive split ${uri} (offset=0, length=${bytes.length})`
    throw new QueryFailure(`HIVE_CANNOT_OPEN_SPLIT: ${split}: ${(error as Error).message}`, 1002)
  }
}

/** An object that fails while it is read. */
export const unreadable = (uri: string): QueryFailure =>
  new QueryFailure(`HIVE_CURSOR_ERROR: Failed to read file at ${uri}`, 1002)

const codecs: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  '.gz': gunzip,
  '.zst': unzstd,
  // What is no such stream ends at once; the stand-in reads no real ones.
  '.snappy': () => Buffer.alloc(0),
  '.lz4': () => Buffer.alloc(0),
  '.bz2': notRead,
  '.lzo': notRead,
  '.lzo_deflate': notRead,
  '.deflate': notRead
}

function notRead(): never {
  throw new Error('The stand-in does not know this compression')
}

/** `hive.text.max-line-length` of Trino. */
const maxLineBytes = 100 * 1024 ** 2

/** The lines of an object's text, without their ends. A mark at the beginning is lost. @throws QueryFailure */
export function* linesIn(uri: string, text: Buffer): Generator<Buffer> {
  for (const line of split(text)) {
    if (line.length > maxLineBytes) throw unreadable(uri)
    yield line
  }
}

function* split(text: Buffer): Generator<Buffer> {
  const hasReturns = text.includes(carriageReturn)
  let start = text.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  let nextFeed = text.indexOf(lineFeed, start)
  let nextReturn = hasReturns ? text.indexOf(carriageReturn, start) : -1
  while (start < text.length) {
    if (nextFeed >= 0 && nextFeed < start) nextFeed = text.indexOf(lineFeed, start)
    if (nextReturn >= 0 && nextReturn < start) nextReturn = text.indexOf(carriageReturn, start)
    const isReturn = nextReturn >= 0 && (nextFeed < 0 || nextReturn < nextFeed)
    const end = isReturn ? nextReturn : nextFeed
    if (end < 0) return yield text.subarray(start)
    yield text.subarray(start, end)
    start = end + (isReturn && text[end + 1] === lineFeed ? 2 : 1)
  }
}
