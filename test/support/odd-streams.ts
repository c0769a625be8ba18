import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'

/*
 * Gzip members as all kinds of compressors make them, and as bad disks and bad software leave them.
 */

const words = ['THING00001', 'THING00002', '"temp":21.5', 'client', '\n', '\n', 'é', '0000000000', 'x']
const strategies = ['Z_DEFAULT_STRATEGY', 'Z_FILTERED', 'Z_HUFFMAN_ONLY', 'Z_RLE', 'Z_FIXED'] as const
const flushes = ['Z_SYNC_FLUSH', 'Z_FULL_FLUSH'] as const

const text = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 1500, size: 'max' })
  .map((parts) => Buffer.from(parts.join('')))

const compressed = fc.record({
  text,
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(...strategies),
  memLevel: fc.integer({ min: 1, max: 9 }),
  flush: fc.constantFrom(...flushes)
})

/** A raw deflate stream of blocks of every type, and what it holds. */
export const deflateStream = fc.array(compressed, { minLength: 1, maxLength: 5, size: 'max' }).map((parts) => {
  const pieces = parts.map((part, at) => {
    const finishFlush = constants[at === parts.length - 1 ? 'Z_FINISH' : part.flush]
    const options = { level: part.level, memLevel: part.memLevel, strategy: constants[part.strategy], finishFlush }
    return deflateRawSync(part.text, options)
  })
  return { stream: Buffer.concat(pieces), text: Buffer.concat(parts.map((part) => part.text)) }
})

/** One gzip member of it. */
const member = deflateStream.map(({ stream, text }) => {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(text), 0)
  trailer.writeUInt32LE(text.length, 4)
  return Buffer.concat([gzipSync('').subarray(0, 10), stream, trailer])
})

/** Where something is broken, counted from the beginning of the deflate data: rather in the header of its first block. */
const place = fc.oneof(fc.nat(90), fc.nat(20_000))
const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('noise' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }) }),
  // A block of dynamic codes follows, whatever the bits were meant for.
  fc.record({ kind: fc.constant('header' as const), isFinal: fc.nat(1) })
)

/** One to three members, in order or broken in up to three places. */
export const brokenGzip = fc
  .tuple(fc.array(member, { minLength: 1, maxLength: 3 }), fc.array(damage, { maxLength: 3 }))
  .map(([members, damages]) => damages.reduce(broken, Buffer.concat(members)))

function broken(bytes: Buffer, one: typeof damage extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const changed = Buffer.from(bytes)
  const body = 10
  const at = one.kind === 'header' ? body : body + (one.at % Math.max(1, bytes.length - body))
  if (at >= changed.length) return changed
  if (one.kind === 'cut') return changed.subarray(0, at)
  if (one.kind === 'flip') changed[at]! ^= 1 << one.bit
  else if (one.kind === 'header') changed[at] = (changed[at]! & 0xf8) | 4 | one.isFinal
  else changed.set(one.bytes.subarray(0, changed.length - at), at)
  return changed
}
