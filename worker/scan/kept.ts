import { type FindRuns, runWords } from '../match/matcher.ts'
import { freeBytes } from '../spool/free-bytes.ts'

const mostRuns = 256
/** Kept lines travel in pieces of this size; one large copy costs less than many messages. */
export const pieceBytes = 512 * 1024

/**
 * Picks the matching lines out of blocks and packs them into pieces, runs of adjacent lines as one copy: there is no
 * object and no string per line.
 */
export class KeptLines {
  readonly #onPiece: (piece: Buffer) => void
  readonly #runs = new Uint32Array(mostRuns * runWords)
  /** Pieces that were taken, to be filled again. */
  readonly #spare: Buffer[] = []
  #piece: Buffer | undefined
  #used = 0
  /** Lines kept since the start. */
  lines = 0

  /** `onPiece` takes ownership of each full piece. */
  constructor(onPiece: (piece: Buffer) => void) {
    this.#onPiece = onPiece
  }

  /** Keeps the lines of a block of whole lines that hold a hit. */
  pick(block: Buffer, findRuns: FindRuns): void {
    let position = 0
    for (let count = mostRuns; count === mostRuns; ) {
      count = findRuns(block, position, this.#runs)
      for (let run = 0; run < count; run++) {
        const at = run * runWords
        position = this.#runs[at + 1]!
        this.add(block, this.#runs[at]!, position, this.#runs[at + 2]!)
      }
    }
  }

  /** Keeps `bytes` from `start` to `end`: so many records, as whole lines. */
  add(bytes: Buffer, start: number, end: number, records: number): void {
    this.#copy(bytes, start, end)
    this.lines += records
  }

  /** Hands on what waits in a piece that is not full, as bytes of their own; undefined when nothing waits. */
  takeRest(): Buffer | undefined {
    if (this.#used === 0) return undefined
    const rest = Buffer.allocUnsafeSlow(this.#used)
    this.#piece!.copy(rest, 0, 0, this.#used)
    this.#used = 0
    return rest
  }

  /** Takes back what was handed on: whole pieces for the lines to come. */
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
