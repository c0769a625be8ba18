import type { LineCheck } from '../formats/record-notes.ts'
import { type FindRuns, runWords } from '../match/matcher.ts'
import { freeBytes } from '../spool/free-bytes.ts'

const mostRuns = 256
/** Kept lines are sent in pieces of this size: one large copy costs less than many messages. */
export const pieceBytes = 512 * 1024

/**
 * Copies the matching lines of blocks into pieces. Adjacent lines are one copy, and no line needs an object or a string
 * of its own.
 */
export class KeptLines {
  readonly #onPiece: (piece: Buffer) => void
  readonly #runs = new Uint32Array(mostRuns * runWords)
  /** Pieces that were given back, to be filled again. */
  readonly #spare: Buffer[] = []
  #piece: Buffer | undefined
  #used = 0
  /** Lines kept since the start. */
  lines = 0

  /** `onPiece` takes ownership of each full piece. */
  constructor(onPiece: (piece: Buffer) => void) {
    this.#onPiece = onPiece
  }

  /** Keeps the lines with a hit from a block of whole lines. `check` sees them. */
  pick(block: Buffer, findRuns: FindRuns, check?: LineCheck): void {
    let position = 0
    for (let count = mostRuns; count === mostRuns; ) {
      count = findRuns(block, position, this.#runs)
      for (let run = 0; run < count; run++) {
        const at = run * runWords
        const start = this.#runs[at]!
        position = this.#runs[at + 1]!
        this.add(block, start, position, this.#runs[at + 2]!)
        check?.check(block, start, position)
      }
    }
  }

  /** Keeps `bytes` from `start` to `end`, which are whole lines. `records` says how many records they are. */
  add(bytes: Buffer, start: number, end: number, records: number): void {
    this.#copy(bytes, start, end)
    this.lines += records
  }

  /** Gives a copy of the lines in the piece that is not full yet; undefined if there are none. */
  takeRest(): Buffer | undefined {
    if (this.#used === 0) return undefined
    const rest = Buffer.allocUnsafeSlow(this.#used)
    this.#piece!.copy(rest, 0, 0, this.#used)
    this.#used = 0
    return rest
  }

  /** Takes back a piece. A whole one is filled again, the memory of any other is freed. */
  giveBack(piece: Uint8Array): void {
    if (piece.length === pieceBytes) this.#spare.push(Buffer.from(piece.buffer))
    else freeBytes(piece)
  }

  #copy(block: Buffer, from: number, to: number): void {
    for (let position = from; position < to; ) {
      this.#piece ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(pieceBytes)
      const copied = block.copy(this.#piece, this.#used, position, to)
      this.#used += copied
      position += copied
      if (this.#used === pieceBytes) this.#passOn(this.#piece)
    }
  }

  #passOn(piece: Buffer): void {
    this.#piece = undefined
    this.#used = 0
    this.#onPiece(piece)
  }
}
