import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { NamelessFile } from '../spool/spool.ts'
import { comparedBytes, type SortedLine } from './sorted-line.ts'

/*
 * One sorted run of lines in a temporary file. It is a sequence of frames: the length of the zstd data (4 bytes), then the
 * data. A frame has records: the lengths of key and line (4 bytes each), the time (a double), the key, and the line. An
 * empty key stands for that of the record before. A line that does not fit into a frame continues in the next, so that a
 * reader needs only the memory of one frame.
 */

const frameBytes = 256 * 1024
const lengthBytes = 4
const headBytes = 2 * lengthBytes + 8
/** S3's longest key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const mostKeyBytes = 1024

/** Writes a run. */
export class RunWriter {
  readonly file = new NamelessFile()
  readonly #frame = Buffer.allocUnsafeSlow(frameBytes)
  #used = 0
  /** The key of the last record of the frame. */
  #key = ''

  add({ key, timeMs, bytes }: SortedLine): void {
    for (let from = 0; from < bytes.length; ) {
      const least = Math.min(bytes.length - from, comparedBytes)
      if (this.#used + headBytes + mostKeyBytes + least > frameBytes) this.#flush()
      const keyStart = this.#used + headBytes
      const keyBytes = key === this.#key ? 0 : this.#frame.write(key, keyStart)
      const copied = bytes.copy(this.#frame, keyStart + keyBytes, from)
      this.#frame.writeUInt32LE(keyBytes, this.#used)
      this.#frame.writeUInt32LE(copied, this.#used + lengthBytes)
      this.#frame.writeDoubleLE(timeMs, this.#used + 2 * lengthBytes)
      this.#used = keyStart + keyBytes + copied
      this.#key = key
      from += copied
    }
  }

  /** The complete run. */
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
    this.#key = ''
  }
}

/** Reads a run from its start, one frame at a time. The bytes stay valid. */
export function* readRun(file: NamelessFile): Generator<SortedLine> {
  const length = Buffer.allocUnsafe(lengthBytes)
  for (let position = 0; position < file.bytes; ) {
    file.read(length, position)
    const packed = Buffer.allocUnsafe(length.readUInt32LE())
    file.read(packed, position + lengthBytes)
    position += lengthBytes + packed.length
    yield* recordsOf(zstdDecompressSync(packed))
  }
}

function* recordsOf(frame: Buffer): Generator<SortedLine> {
  let key = ''
  for (let at = 0; at < frame.length; ) {
    const keyStart = at + headBytes
    const start = keyStart + frame.readUInt32LE(at)
    const end = start + frame.readUInt32LE(at + lengthBytes)
    if (start > keyStart) key = frame.toString('utf8', keyStart, start)
    yield { key, timeMs: frame.readDoubleLE(at + 2 * lengthBytes), bytes: frame.subarray(start, end) }
    at = end
  }
}
