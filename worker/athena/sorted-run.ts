import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { compareKeys } from '../contract/key-order.ts'
import { NamelessFile } from '../nameless-file.ts'

/*
 * One sorted run of lines in a temporary file. It is a sequence of frames, each the length of its zstd data (4 bytes)
 * and the data; a frame holds records, each the lengths of key and lines (4 bytes each), the key, the lines. Lines that
 * do not fit into a frame go on in the next, so that a reader needs no more memory than one frame.
 */

/** Some lines of one object. */
export interface SortedLines {
  readonly key: string
  readonly lines: Buffer
}

const frameBytes = 256 * 1024
const headBytes = 8
const lengthBytes = 4
/** S3's longest key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const mostKeyBytes = 1024

/** Writes a run. */
export class RunWriter {
  readonly file = new NamelessFile()
  readonly #frame = Buffer.allocUnsafeSlow(frameBytes)
  #used = 0

  add(key: string, lines: Buffer): void {
    const keyBytes = Buffer.byteLength(key)
    for (let from = 0; from < lines.length; ) {
      if (this.#used + headBytes + mostKeyBytes >= frameBytes) this.#flush()
      const length = Math.min(lines.length - from, frameBytes - this.#used - headBytes - keyBytes)
      this.#frame.writeUInt32LE(keyBytes, this.#used)
      this.#frame.writeUInt32LE(length, this.#used + lengthBytes)
      this.#frame.write(key, this.#used + headBytes)
      lines.copy(this.#frame, this.#used + headBytes + keyBytes, from, from + length)
      this.#used += headBytes + keyBytes + length
      from += length
    }
  }

  /** The run, whole. */
  end(): NamelessFile {
    this.#flush()
    return this.file
  }

  #flush(): void {
    if (this.#used === 0) return
    const packed = zstdCompressSync(this.#frame.subarray(0, this.#used))
    const length = Buffer.allocUnsafe(lengthBytes)
    length.writeUInt32LE(packed.length)
    this.file.append(length)
    this.file.append(packed)
    this.#used = 0
  }
}

/** Reads a run from its beginning, a frame at a time. Lines are valid until the next are read. */
export function* readRun(file: NamelessFile): Generator<SortedLines> {
  const length = Buffer.allocUnsafe(lengthBytes)
  for (let position = 0; position < file.bytes; ) {
    file.read(length, position)
    const packed = Buffer.allocUnsafe(length.readUInt32LE())
    file.read(packed, position + lengthBytes)
    position += lengthBytes + packed.length
    yield* recordsOf(zstdDecompressSync(packed))
  }
}

function* recordsOf(frame: Buffer): Generator<SortedLines> {
  for (let at = 0; at < frame.length; ) {
    const keyEnd = at + headBytes + frame.readUInt32LE(at)
    const end = keyEnd + frame.readUInt32LE(at + lengthBytes)
    yield { key: frame.toString('utf8', at + headBytes, keyEnd), lines: frame.subarray(keyEnd, end) }
    at = end
  }
}

/** Merges sorted runs; of equal keys the earlier run's lines come first. */
export function* mergeRuns(runs: readonly Generator<SortedLines>[]): Generator<SortedLines> {
  const heads = runs.map((run) => ({ run, next: run.next() })).filter(({ next }) => !next.done)
  while (heads.length > 0) {
    let least = heads[0]!
    for (const head of heads) {
      if (compareKeys((head.next.value as SortedLines).key, (least.next.value as SortedLines).key) < 0) least = head
    }
    yield least.next.value as SortedLines
    least.next = least.run.next()
    if (least.next.done) heads.splice(heads.indexOf(least), 1)
  }
}
