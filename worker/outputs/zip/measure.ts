import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { IotLogError } from '../../contract/errors.ts'

/** A body with its size and hash, which are known at its end. */
export interface MeasuredBody {
  readonly body: Readable
  readonly bytes: () => number
  /** SHA-256 of all bytes, hexadecimal. Call it once, at the end. */
  readonly sha256: () => string
}

/** Measures an archive while it is written, and stops it at its limit (`limits.maxArchiveBytes`). */
export function measureBody(source: Readable, maxBytes: number): MeasuredBody {
  const hash = createHash('sha256')
  let bytes = 0
  async function* passOn(): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        const text = `The archive exceeds ${maxBytes} bytes (limits.maxArchiveBytes): ask for fewer days or a narrower identifier`
        throw new IotLogError('archive-too-large', text)
      }
      hash.update(chunk)
      yield chunk
    }
  }
  return {
    body: Readable.from(passOn(), { objectMode: false }),
    bytes: () => bytes,
    sha256: () => hash.digest('hex')
  }
}
