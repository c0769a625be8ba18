/**
 * How bytes are compressed, by their first bytes alone. Suffixes and headers can be wrong: Firehose may write gzip without
 * `.gz`, and people name plain files `.gz`.
 */
export type Encoding = 'gzip' | 'zstd' | 'zip' | 'plain' | 'unsupported'

/** The length of the longest magic number here. */
export const sniffLength = 6

/*
 * gzip: RFC 1952, 2.3.1. zstd: RFC 8878, 3.1.1 (skippable frames 3.1.2). zip: APPNOTE.TXT 4.3.7 and, for an empty
 * archive, 4.3.16. Without the unsupported ones, such objects would be searched as text, without a hit and an error.
 */
const magicNumbers: readonly (readonly [Encoding, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['unsupported', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]], // xz
  ['unsupported', [0x04, 0x22, 0x4d, 0x18]], // lz4 frame
  ['unsupported', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]], // 7z
  ['unsupported', [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e]] // snappy framing format
]

/** Finds the encoding by the first bytes: `sniffLength` of them, or fewer if there are no more. */
export function sniffEncoding(first: Uint8Array): Encoding {
  const found = magicNumbers.find(([, magic]) => magic.every((byte, position) => first[position] === byte))
  if (found) return found[0]
  if (isSkippableFrame(first)) return 'zstd'
  return isBzip2(first) ? 'unsupported' : 'plain'
}

const isSkippableFrame = (first: Uint8Array): boolean =>
  (first[0]! & 0xf0) === 0x50 && first[1] === 0x2a && first[2] === 0x4d && first[3] === 0x18

/** `BZh`, a level from 1 to 9, then the first bytes of a block: a line of text may begin with `BZh` too. */
const isBzip2 = (first: Uint8Array): boolean =>
  first[0] === 0x42 &&
  first[1] === 0x5a &&
  first[2] === 0x68 &&
  first[3]! >= 0x31 &&
  first[3]! <= 0x39 &&
  first[4] === 0x31 &&
  first[5] === 0x41
