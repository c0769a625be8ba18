import { createCipheriv } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { createFleet } from '../../bench/corpus/fleet.ts'
import { commandLine, lifecycleLine, telemetryLine } from '../../bench/corpus/messages.ts'
import { createRandom, type Random } from '../../bench/corpus/random.ts'
import { zipOf } from './zip-bytes.ts'

/*
 * One day, 2023/10/01, as no single producer writes it: some hundred small objects of every encoding and a few large
 * ones. The same bytes for the same seed.
 */

/** Objects by their keys. */
export type Day = ReadonlyMap<string, Buffer>

/** Stands in one line of a large object in a hundred, and in every fiftieth line of the small ones. */
export const rareIdentifier = 'THING00001'
/** Stands in every line of the large objects: an export of them takes several parts of an upload. */
export const frequentIdentifier = 'THING00099'

/** The large objects by what they are; each lies in an hour of its own. */
export const largeKeys = {
  plain: 'telemetry/2023/10/01/05/large plain',
  gzip: 'telemetry/2023/10/01/06/large.gz',
  members: 'commands/2023/10/01/07/large members.gz',
  nested: 'lifecycle/2023/10/01/08/large.gz.gz',
  zstd: 'telemetry/2023/10/01/09/large.zst',
  zip: 'commands/2023/10/01/10/large.zip'
} as const

const mebibyte = 1024 ** 2
const startMs = Date.UTC(2023, 9, 1)

export function mixedDay(seed: number): Map<string, Buffer> {
  const random = createRandom(seed)
  const fleet = createFleet(50)
  const day = new Map<string, Buffer>()
  for (let number = 0; number < 200; number++) {
    const [category, line] = categories[number % categories.length]!
    const lines = Array.from({ length: random.below(40) }, (_, at) => line(random, random.pick(fleet), startMs + at))
    const text = Buffer.from(lines.join('\n') + (number % 7 === 0 ? '' : '\n'))
    const hour = String(random.below(24)).padStart(2, '0')
    const bytes = number % 40 === 0 ? Buffer.alloc(0) : encodings[number % encodings.length]!(text, random)
    day.set(`${category}/2023/10/01/${hour}/${random.hex(8)}`, bytes)
  }
  const noise = noiseLines(9 * mebibyte, seed)
  const part = (from: number, to: number): Buffer =>
    noise.subarray(Math.ceil(from * mebibyte), Math.ceil(to * mebibyte))
  day.set(largeKeys.plain, noise)
  day.set(largeKeys.gzip, fastGzip(noise))
  day.set(largeKeys.members, Buffer.concat([part(2, 3.0001), part(3.0001, 5.7), part(5.7, 6)].map(fastGzip)))
  day.set(largeKeys.nested, fastGzip(fastGzip(part(6, 9))))
  day.set(largeKeys.zstd, zstdCompressSync(part(5, 8)))
  const files = [
    { name: 'a.log', data: part(1, 2.5) },
    { name: 'b.log', data: part(4, 6), stored: true }
  ]
  day.set(largeKeys.zip, zipOf(files))
  return day
}

const categories = [
  ['telemetry', telemetryLine],
  ['commands', commandLine],
  ['lifecycle', lifecycleLine]
] as const

const encodings: readonly ((text: Buffer, random: Random) => Buffer)[] = [
  (text) => gzipSync(text),
  (text, random) => {
    const cut = random.below(text.length + 1)
    return Buffer.concat([gzipSync(text.subarray(0, cut)), gzipSync(text.subarray(cut))])
  },
  (text) => gzipSync(gzipSync(text)),
  (text) => zstdCompressSync(text),
  (text) => text,
  (text) => gzipSync(text, { level: 0 }),
  (text) => zipOf([{ name: 'log.txt', data: text }])
]

/** Does not compress, so that bytes on the way are many and the text behind them is no more. */
const fastGzip = (text: Buffer): Buffer => gzipSync(text, { level: 1 })

/** Lines of 500 random bytes and the identifiers. */
function noiseLines(bytes: number, seed: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  const noise = cipher.update(Buffer.alloc(bytes))
  const lineBytes = 512
  for (let at = noise.indexOf(0x0a); at >= 0; at = noise.indexOf(0x0a, at + 1)) noise[at] = 0x0b
  for (let start = 0; start + lineBytes <= bytes; start += lineBytes) {
    noise.write(`${frequentIdentifier} `, start, 'latin1')
    if (start % (100 * lineBytes) === 0) noise.write(`${rareIdentifier} `, start + 100, 'latin1')
    noise[start + lineBytes - 1] = 0x0a
  }
  return noise
}
