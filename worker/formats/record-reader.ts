import { LineBlocks } from '../decode/blocks.ts'
import { Damage } from '../decode/damage.ts'
import { DocumentSplitter } from './document-splitter.ts'
import type { Format, RecordParser, TakeRecord } from './format.ts'

const newline = 0x0a
/** Envelopes of CloudWatch Logs stay near 1 MiB; nested brackets take 45 bytes of memory each. */
const defaultMaxParsedBytes = 4 * 1024 * 1024

export interface RecordLimits {
  /** The longest line or document; a longer one is damage. */
  readonly maxRecordBytes: number
  /** The longest line or document that is parsed, 4 MiB when left out; a longer one is kept with a `parseError`. */
  readonly maxParsedBytes?: number
}

export function parseLimits(limits: RecordLimits) {
  return { maxParsedBytes: limits.maxParsedBytes ?? defaultMaxParsedBytes }
}

/**
 * Reads the records of one object, however its text arrives. It holds at most one unfinished record and the chunk; what
 * one `push` gives is what its bytes complete, so short chunks keep a slow taker's memory small.
 */
export class RecordReader {
  readonly #maxRecordBytes: number
  readonly #parser: RecordParser
  readonly #take: TakeRecord
  readonly #frames: LineBlocks | DocumentSplitter
  #isAtStart = true

  /** `take` gets every record in its order; its bytes are valid only during the call. */
  constructor(format: Format, limits: RecordLimits, take: TakeRecord) {
    this.#maxRecordBytes = limits.maxRecordBytes
    this.#parser = format.createParser(parseLimits(limits))
    this.#take = take
    this.#frames =
      format.framing === 'lines'
        ? new LineBlocks(limits.maxRecordBytes, (block) => this.#readLines(block))
        : new DocumentSplitter(limits.maxRecordBytes, format.wrapperKey, (bytes, start, end) =>
            this.#parser.parse(bytes.subarray(start, end), take)
          )
  }

  /** Takes the next piece of text. @throws Damage (`line-limit`) when a record is longer than allowed; those before it are out. */
  push(text: Buffer): void {
    this.#frames.push(text)
  }

  /** Ends the object. What is left of it is a record too when `isAtEnd`, and dropped when damage cut it there. */
  finish(isAtEnd: boolean): void {
    this.#frames.finish(isAtEnd)
  }

  #readLines(block: Buffer): void {
    for (let start = 0; start < block.length; ) {
      const end = block.indexOf(newline, start)
      if (end - start > this.#maxRecordBytes) throw new Damage('line-limit')
      const line = block.subarray(start, end)
      start = end + 1
      if (this.#isAtStart && this.#parser.takeHeader?.(line)) continue
      this.#isAtStart = false
      this.#parser.parse(line, this.#take)
    }
  }
}
