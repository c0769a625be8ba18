import type { ReadAmounts } from '../decode/read-text.ts'
import type { ScanProgress } from './protocol.ts'

/** Adds up the work of a thread since its last report. */
export class ProgressMeter {
  #progress = noProgress()
  /** The part of the current object that is counted. */
  #counted: ReadAmounts = { storedBytes: 0, textBytes: 0 }
  #countedLines = 0
  /** The passed bytes of the current object. */
  #passedBytes = 0

  /** Counts the current object up to these amounts. `lines` are all lines kept so far. */
  advance(amounts: Readonly<ReadAmounts>, lines: number): void {
    const storedBytes = amounts.storedBytes - this.#counted.storedBytes
    this.#progress.storedBytes += storedBytes
    this.#pass(storedBytes)
    this.#progress.textBytes += amounts.textBytes - this.#counted.textBytes
    this.#progress.lines += lines - this.#countedLines
    this.#counted = { ...amounts }
    this.#countedLines = lines
  }

  /** Ends the current object. Its whole size has passed, even if only a part was read. */
  endObject(size: number, amounts: Readonly<ReadAmounts>, lines: number): void {
    this.advance(amounts, lines)
    this.#pass(size - this.#passedBytes)
    this.#passedBytes = 0
    this.#counted = { storedBytes: 0, textBytes: 0 }
    this.#progress.objects++
  }

  /** The work since the last call. */
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
