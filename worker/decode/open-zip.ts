import { Readable } from 'node:stream'
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl'
import { IotLogError } from '../contract/errors.ts'
import type { RandomAccess } from '../contract/store.ts'

/**
 * Opens a zip by its central directory, and reads only the spans that it needs. Names stay bytes (`fileNameRaw`): entries
 * are read, never extracted to paths, so any name is allowed.
 * @throws yauzl's error if it is not a zip, or the store's error
 */
export async function openZip(object: RandomAccess): Promise<ZipFile> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }
  return fromRandomAccessReaderPromise(new SpanReader(object), object.size, options)
}

/** Exactly the bytes of a span, in pieces. @throws IotLogError (`io`) if the object ends before */
export async function* readSpan(object: RandomAccess, from: number, to: number): AsyncGenerator<Buffer> {
  for (let position = from; position < to; ) {
    const piece = await object.read(position, Math.min(object.spanBytes, to - position))
    if (piece.length === 0)
      throw new IotLogError('io', `The object ends at byte ${position}, not at byte ${object.size}`)
    yield piece
    position += piece.length
  }
}

class SpanReader extends RandomAccessReader {
  readonly #object: RandomAccess

  constructor(object: RandomAccess) {
    super()
    this.#object = object
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(readSpan(this.#object, start, end))
  }
}
