import { LineBlocks } from '../decode/blocks.ts'
import { Damage } from '../decode/damage.ts'
import { DocumentSplitter, type SplitOptions } from './document-splitter.ts'
import type { Format, ParseLimits, RecordParser, TakeRecord } from './format.ts'
import { unparsed } from './json-text.ts'
import { RecordTimes } from './record-time.ts'

const newline = 0x0a
/** Nested brackets take 45 bytes of memory each. A longer envelope is split as it streams (envelope.ts). */
const defaultMaxParsedBytes = 4 * 1024 * 1024

export interface RecordLimits {
  /** The longest line or document; a longer one is damage. */
  readonly maxRecordBytes: number
  /** The longest line or document that is parsed, 4 MiB when left out; a longer one is kept with a `parseError`. */
  readonly maxParsedBytes?: number
  /** Whether a longer line or document is no damage: its first 64 KiB are a record with a `parseError`. */
  readonly keepsStart?: boolean
  /** What reads the times of the records; left out, no key is known. */
  readonly times?: RecordTimes
}

/** What is kept of a line or document that is too long. */
const startBytes = 64 * 1024

export function parseLimits({ maxParsedBytes, times }: RecordLimits): ParseLimits & { readonly times: RecordTimes } {
  return { maxParsedBytes: maxParsedBytes ?? defaultMaxParsedBytes, times: times ?? new RecordTimes() }
}

/** How the documents of a format are split. */
export function splitOptions({ wrapperKey, envelopeKey }: Format, limits: RecordLimits): SplitOptions {
  return { wrapperKey, envelopeKey, splitBytes: parseLimits(limits).maxParsedBytes }
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
  readonly #onOverlong: ((bytes: Buffer, start: number, end: number) => void) | undefined
  #isAtStart = true

  /** `take` gets every record in its order; its bytes are valid only during the call. */
  constructor(format: Format, limits: RecordLimits, take: TakeRecord) {
    this.#maxRecordBytes = limits.maxRecordBytes
    const parsing = parseLimits(limits)
    this.#parser = format.createParser(parsing)
    this.#take = (record) => take(parsing.times.judge(record))
    const onOverlong = limits.keepsStart
      ? (bytes: Buffer, start: number, end: number): void => this.#takeStart(bytes, start, end)
      : undefined
    this.#onOverlong = onOverlong
    this.#frames =
      format.framing === 'lines'
        ? new LineBlocks(limits.maxRecordBytes, (block) => this.#readLines(block), onOverlong)
        : new DocumentSplitter(
            limits.maxRecordBytes,
            (bytes, start, end) => this.#parser.parse(bytes.subarray(start, end), this.#take),
            {
              ...splitOptions(format, limits),
              ...(onOverlong && { onOverlong }),
              onHead: (head) => this.#parser.takeHead?.(head)
            }
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
      if (end - start > this.#maxRecordBytes) {
        if (!this.#onOverlong) throw new Damage('line-limit')
        this.#onOverlong(block, start, end)
        start = end + 1
        continue
      }
      const line = block.subarray(start, end)
      start = end + 1
      if (this.#isAtStart && this.#parser.takeHeader?.(line)) continue
      this.#isAtStart = false
      this.#parser.parse(line, this.#take)
    }
  }

  #takeStart(bytes: Buffer, start: number, end: number): void {
    const raw = bytes.subarray(start, Math.min(end, start + startBytes))
    this.#take(unparsed(raw, `longer than ${this.#maxRecordBytes} bytes, only its start is kept`))
  }
}
