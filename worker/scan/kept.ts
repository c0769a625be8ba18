import type { Matcher } from './match/matcher.ts'

const newline = 0x0a
/** Kept lines travel in pieces of this size; one large copy costs less than many messages. */
export const pieceBytes = 256 * 1024

/**
 * Picks the matching lines out of blocks and packs them into pieces, runs of adjacent lines as one copy: there is no
 * object and no string per line.
 */
export class KeptLines {
  readonly #onPiece: (piece: Buffer) => void
  #piece: Buffer | undefined
  #used = 0
  /** Lines kept since the start. */
  lines = 0

  /** `onPiece` takes ownership of each full piece. */
  constructor(onPiece: (piece: Buffer) => void) {
    this.#onPiece = onPiece
  }

  /** Keeps the lines of a block of whole lines that hold a hit. */
  pick(block: Buffer, find: Matcher): void {
    let position = 0
    let runStart = 0
    let runEnd = 0
    for (let hit = find(block, 0); hit >= 0; hit = find(block, position)) {
      const start = hit === position ? position : block.lastIndexOf(newline, hit - 1) + 1
      const end = block.indexOf(newline, hit) + 1
      if (start !== runEnd) {
        this.#copy(block, runStart, runEnd)
        runStart = start
      }
      runEnd = end
      position = end
      this.lines++
    }
    this.#copy(block, runStart, runEnd)
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

  #copy(block: Buffer, from: number, to: number): void {
    for (let position = from; position < to; ) {
      this.#piece ??= Buffer.allocUnsafeSlow(pieceBytes)
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
