import { readFileSync } from 'node:fs'
import { constants, crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync, zstdCompressSync } from 'node:zlib'
import type { DamageReason, Outcome } from '../../worker/contract/outcome.ts'
import { zipOf } from './zip-bytes.ts'

/*
 * Objects as they should not be, and still are. Each says what of its text counts: all of it, or what stands before
 * the damage. The identifier is on every second line or so.
 */

export const oddIdentifier = 'THING00001'

export interface OddObject {
  readonly name: string
  readonly bytes: Buffer
  /** The text that an export filters. */
  readonly text: Buffer
  readonly outcome: Outcome
  readonly reason?: DamageReason
  readonly byte?: number
}

const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, at) => `{"n":${from + at},"thing":"THING${(from + at) % 2 ? '00001' : '00002'}"}\n`
  ).join('')

const text = Buffer.from(lines(0, 40))
const more = Buffer.from(lines(40, 60))
const both = Buffer.concat([text, more])
const gz = gzipSync(text)
const gzMore = gzipSync(more)

/** The lines of a text that are closed by a line end. */
const wholeLines = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)

export const goodObjects: readonly OddObject[] = [
  good('one gzip member', gz, text),
  good('a plain object', text, text),
  good(
    'no line end at the end',
    gzipSync('first THING00001\nlast THING00001'),
    Buffer.from('first THING00001\nlast THING00001')
  ),
  good(
    'CRLF line ends',
    gzipSync('a THING00001\r\nb\r\nTHING00001\r\n'),
    Buffer.from('a THING00001\r\nb\r\nTHING00001\r\n')
  ),
  good('NUL bytes', gzipSync('\0THING00001\0\n\0\n'), Buffer.from('\0THING00001\0\n\0\n')),
  good(
    'invalid UTF-8',
    gzipSync(Buffer.from([0xff, 0x54, 0xc3, 0x0a, ...Buffer.from('THING00001'), 0xc3, 0x28, 0xff, 0x0a, 0x80])),
    Buffer.from([0xff, 0x54, 0xc3, 0x0a, ...Buffer.from('THING00001'), 0xc3, 0x28, 0xff, 0x0a, 0x80])
  ),
  good('only line ends', gzipSync('\n\n\n'), Buffer.from('\n\n\n')),
  good('two members', Buffer.concat([gz, gzMore]), both),
  good('members that split a line', split(both, 300), both),
  good(
    'members of one byte each',
    Buffer.concat([...both.subarray(0, 120)].map((byte) => gzipSync(Buffer.from([byte])))),
    both.subarray(0, 120)
  ),
  good('empty members between', Buffer.concat([gzipSync(''), gz, gzipSync(''), gzMore, gzipSync('')]), both),
  good('gzip of nothing', gzipSync(''), Buffer.alloc(0)),
  good('zeros after the last member', Buffer.concat([gz, Buffer.alloc(700)]), text),
  good('gzip in gzip', gzipSync(gzipSync(text)), text),
  good('gzip in gzip, concatenated on both levels', Buffer.concat([gzipSync(gz), gzipSync(gzMore)]), both),
  good('gzip three times', gzipSync(gzipSync(gzipSync(text))), text),
  good('a gzip header with every field', gzipWithFields(text), text),
  good('stored deflate blocks', gzipSync(text, { level: 0 }), text),
  good('one zstd frame', zstdCompressSync(text), text),
  good('two zstd frames', Buffer.concat([zstdCompressSync(text), zstdCompressSync(more)]), both),
  good(
    'a zstd skippable frame between',
    Buffer.concat([zstdCompressSync(text), skippableFrame(20), zstdCompressSync(more)]),
    both
  ),
  good('zeros after the last zstd frame', Buffer.concat([zstdCompressSync(text), Buffer.alloc(9)]), text),
  good('zstd in gzip', gzipSync(zstdCompressSync(text)), text),
  good('a zip of one file', zipOf([{ name: 'log.txt', data: text }]), text),
  good(
    'a zip of two files, one stored, one directory',
    zipOf([
      { name: 'a', data: text },
      { name: 'd/', data: Buffer.alloc(0), stored: true },
      { name: 'd/b', data: more, stored: true }
    ]),
    both
  ),
  good('a zip of a gzip', zipOf([{ name: 'log.gz', data: gz, stored: true }]), text),
  good('an empty zip', zipOf([]), Buffer.alloc(0)),
  good(
    'a zip of files with the names of other systems',
    zipOf([
      { name: '/var/log/a', data: text },
      { name: '../C:\\b', data: more }
    ]),
    both
  ),
  good(
    'plain bytes that begin like gzip but for the second',
    Buffer.from('\x1fTHING00001\n'),
    Buffer.from('\x1fTHING00001\n')
  ),
  good('one byte', Buffer.from('x'), Buffer.from('x')),
  good('one line end', Buffer.from('\n'), Buffer.from('\n'))
]

export const damagedObjects: readonly OddObject[] = [
  damaged(
    'cut in the middle of a member',
    gz.subarray(0, 150),
    wholeLines(inflatedPrefix(gz.subarray(10, 150))),
    'truncated',
    150
  ),
  damaged('cut in a header', gz.subarray(0, 7), Buffer.alloc(0), 'truncated', 7),
  damaged('cut in a trailer', gz.subarray(0, -3), text, 'truncated', gz.length - 3),
  damaged('cut in the second member', Buffer.concat([gz, gzMore.subarray(0, 12)]), text, 'truncated', gz.length + 12),
  damaged(
    'cut in the header of the second member',
    Buffer.concat([gz, gzMore.subarray(0, 1)]),
    text,
    'truncated',
    gz.length + 1
  ),
  damaged('bytes after the member', Buffer.concat([gz, Buffer.from('garbage')]), text, 'trailing-bytes', gz.length),
  damaged('zeros between members', Buffer.concat([gz, Buffer.alloc(5), gzMore]), text, 'trailing-bytes', gz.length + 5),
  damaged(
    'bytes after an unterminated last line',
    Buffer.concat([gzipSync('a THING00001'), Buffer.from('\n')]),
    Buffer.from('a THING00001'),
    'trailing-bytes',
    gzipSync('a THING00001').length
  ),
  damaged('a wrong CRC', flipped(gz, gz.length - 8), text, 'bad-crc', gz.length - 8),
  damaged('a wrong length', flipped(gz, gz.length - 2), text, 'bad-crc', gz.length - 8),
  damaged(
    'a wrong CRC in the first of two members',
    Buffer.concat([flipped(gz, gz.length - 7), gzMore]),
    text,
    'bad-crc',
    gz.length - 8
  ),
  damaged('a wrong CRC of gzip in gzip', gzipSync(flipped(gz, gz.length - 8)), text, 'bad-crc'),
  damaged(
    'gzip in gzip, the inner one cut',
    gzipSync(gz.subarray(0, -3)),
    text,
    'truncated',
    gzipSync(gz.subarray(0, -3)).length
  ),
  damaged(
    'not deflate behind a gzip header',
    Buffer.concat([gz.subarray(0, 10), Buffer.alloc(20, 0xff)]),
    Buffer.alloc(0),
    'bad-data',
    10
  ),
  damaged(
    'nonsense in the middle of deflate data',
    gzipThenNonsense(text),
    text,
    'bad-data',
    gzipThenNonsense(text).length - 50
  ),
  damaged('an unknown method', Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(0), 'bad-data', 0),
  damaged('five layers of gzip', gzipSync(gzipSync(gzipSync(gzipSync(gz)))), Buffer.alloc(0), 'bad-data'),
  damaged(
    'xz, which iot-log does not read',
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]),
    Buffer.alloc(0),
    'bad-data',
    0
  ),
  damaged(
    'a zstd frame cut',
    zstdCompressSync(text).subarray(0, -2),
    Buffer.alloc(0),
    'truncated',
    zstdCompressSync(text).length - 2
  ),
  damaged(
    'bytes after a zstd frame',
    Buffer.concat([zstdCompressSync(text), Buffer.from('garbage')]),
    text,
    'trailing-bytes',
    zstdCompressSync(text).length
  ),
  damaged(
    'a zip without its directory',
    zipOf([{ name: 'a', data: text }]).subarray(0, 100),
    Buffer.alloc(0),
    'truncated',
    100
  ),
  damaged(
    'a zstd frame cut in its magic number',
    zstdCompressSync(text).subarray(0, 4),
    Buffer.alloc(0),
    'truncated',
    4
  ),
  damaged('a zstd frame cut in its header', zstdCompressSync(text).subarray(0, 5), Buffer.alloc(0), 'truncated', 5),
  damaged(
    'a member cut behind a few bytes of text',
    gzipSync('abcd\nTHING00001\n').subarray(0, 15),
    Buffer.alloc(0),
    'truncated',
    15
  ),
  damaged('a few bytes of text before a wrong CRC', wrongCrc(gzipSync('abc\n')), Buffer.from('abc\n'), 'bad-crc', 16),
  damaged(
    'a zip whose second entry is damaged',
    damagedSecondEntry(),
    Buffer.concat([text, wholeLines(more.subarray(0, more.length >> 1))]),
    'bad-data',
    zipOf([{ name: 'a', data: text }]).indexOf('PK\x01\x02', 'latin1')
  ),
  damaged('a zip entry with a wrong CRC', zipOf([{ name: 'a', data: text, crc: 1 }]), text, 'bad-crc', 0),
  damaged(
    'a stored zip entry with a wrong CRC',
    zipOf([{ name: 'a', data: text, crc: 1, stored: true }]),
    text,
    'bad-crc',
    0
  )
]

/** Bytes of other projects: see test/data/README.md. */
export const foundObjects: readonly OddObject[] = [
  found('gzip/compressed.log.gz'),
  found('gzip/compressed.log.gzip'),
  found('gzip/multiple_compressed_streams.gz'),
  found('gzip/compressed.log.gee.zip'),
  found('gzip/cloudfront.log'),
  found('gzip/invalid_utf8.gbk.log'),
  found('gzip/multiline.log')
]

/** Each of these objects with its name as a key: a directory of them is a very bad day. */
export const allObjects: readonly OddObject[] = [...goodObjects, ...damagedObjects, ...foundObjects]

function good(name: string, bytes: Buffer, textOfIt: Buffer): OddObject {
  return { name, bytes, text: textOfIt, outcome: 'read' }
}

function damaged(name: string, bytes: Buffer, before: Buffer, reason: DamageReason, byte = 0): OddObject {
  return { name, bytes, text: before, outcome: 'unreadable', reason, byte }
}

function found(path: string): OddObject {
  const bytes = readFileSync(new URL(`../data/${path}`, import.meta.url))
  return good(path, bytes, bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)
}

/** One text as two members, cut inside a line. */
function split(whole: Buffer, at: number): Buffer {
  return Buffer.concat([gzipSync(whole.subarray(0, at)), gzipSync(whole.subarray(at))])
}

/** What can be decoded of a deflate stream that is cut. */
function inflatedPrefix(cut: Buffer): Buffer {
  return inflateRawSync(cut, { finishFlush: constants.Z_SYNC_FLUSH })
}

/** Valid deflate data up to a block boundary, then what no deflate stream holds. */
function gzipThenNonsense(whole: Buffer): Buffer {
  const valid = deflateRawSync(whole, { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([gz.subarray(0, 10), valid, Buffer.alloc(50, 0xff)])
}

/** Extra field, name, comment and header checksum: RFC 1952, 2.3. */
function gzipWithFields(whole: Buffer): Buffer {
  const extra = Buffer.from([5, 0, 1, 2, 3, 4, 5])
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3]),
    extra,
    Buffer.from('name\0comment\0')
  ])
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(crc32(header) & 0xffff)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(whole), 0)
  trailer.writeUInt32LE(whole.length, 4)
  return Buffer.concat([header, checksum, deflateRawSync(whole), trailer])
}

/** RFC 8878, 3.1.2. */
function skippableFrame(length: number): Buffer {
  const frame = Buffer.alloc(8 + length, 0x51)
  frame.writeUInt32LE(0x184d2a55, 0)
  frame.writeUInt32LE(length, 4)
  return frame
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 0x40
  return copy
}

function wrongCrc(gzip: Buffer): Buffer {
  const wrong = Buffer.from(gzip)
  wrong[wrong.length - 8]! ^= 1
  return wrong
}

/** Of the second entry's text the first half is sound: it ends on a byte, and what follows is no deflate data. */
function damagedSecondEntry(): Buffer {
  const sound = deflateRawSync(more.subarray(0, more.length >> 1), { finishFlush: constants.Z_FULL_FLUSH })
  const second = Buffer.concat([sound, Buffer.alloc(50, 0xff)])
  return zipOf([
    { name: 'a', data: text },
    { name: 'b', data: more, deflated: second }
  ])
}
