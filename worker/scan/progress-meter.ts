import type { ReadAmounts } from '../decode/read-text.ts'
import type { ScanProgress } from './protocol.ts'

/** Adds up what a thread has done since it last told. */
export class ProgressMeter {
  #progress = noProgress()
  /** What of the current object is already counted. */
  #counted: ReadAmounts = { storedBytes: 0, textBytes: 0 }
  #countedLines = 0
  /** What of the current object has passed. */
  #passedBytes = 0

  /** Counts up to where the current object has got to; `lines` are all lines kept so far. */
  advance(amounts: Readonly<ReadAmounts>, lines: number): void {
    const storedBytes = amounts.storedBytes - this.#counted.storedBytes
    this.#progress.storedBytes += storedBytes
    this.#pass(storedBytes)
    this.#progress.textBytes += amounts.textBytes - this.#counted.textBytes
    this.#progress.lines += lines - this.#countedLines
    this.#counted = { ...amounts }
    this.#countedLines = lines
  }

  /** Ends the current object of so many bytes, however much of it was read. */
  endObject(size: number, amounts: Readonly<ReadAmounts>, lines: number): void {
    this.advance(amounts, lines)
    this.#pass(size - this.#passedBytes)
    this.#passedBytes = 0
    this.#counted = { storedBytes: 0, textBytes: 0 }
    this.#progress.objects++
  }

  /** What was done since the last call. */
  take(): ScanProgress {
    const taken = this.#progress
    this.#progress = noProgress()
    return taken
  }

  #pass(bytes: number): void {
    this.#progress.passedBytes += bytes
    this.#passedBytes += bytes
  }
}

function noProgress(): ScanProgress {
  return { objects: 0, storedBytes: 0, passedBytes: 0, textBytes: 0, lines: 0 }
}
