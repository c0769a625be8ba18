/** Bytes that are not in memory. */
export interface RemoteBytes {
  readonly length: number
  read(start: number, length: number): Buffer
}

/** A run of bytes that were counted and thrown away. */
interface Hole {
  readonly length: number
}

type Piece = Buffer | RemoteBytes | Hole

/** An object's content as it came in: pieces in a row, read without joining them first. */
export class Pieces {
  #pieces: Piece[] = []
  #ends: number[] = []
  #size = 0

  static of(...pieces: readonly Piece[]): Pieces {
    const made = new Pieces()
    for (const piece of pieces) made.push(piece)
    return made
  }

  /** The contents of several put together. */
  static join(contents: Iterable<Pieces>): Pieces {
    const joined = new Pieces()
    for (const content of contents) for (const piece of content.#pieces) joined.push(piece)
    return joined
  }

  get size(): number {
    return this.#size
  }

  /** What of it is in memory. */
  get heldBytes(): number {
    return this.#pieces.reduce((sum, piece) => (Buffer.isBuffer(piece) ? sum + piece.length : sum), 0)
  }

  push(piece: Piece): void {
    if (piece.length === 0) return
    this.#size += piece.length
    this.#pieces.push(piece)
    this.#ends.push(this.#size)
  }

  /** Exactly `length` bytes from `start`, without a copy where they lie in one piece. Throws for bytes thrown away. */
  read(start: number, length: number): Buffer {
    if (length === 0) return Buffer.alloc(0)
    let at = this.#pieceAt(start)
    const offset = start - (this.#ends[at]! - this.#pieces[at]!.length)
    if (offset + length <= this.#pieces[at]!.length) return readPiece(this.#pieces[at]!, offset, length)
    const whole = Buffer.allocUnsafe(length)
    let filled = 0
    for (let within = offset; filled < length; within = 0, at++) {
      const piece = this.#pieces[at]!
      const wanted = Math.min(piece.length - within, length - filled)
      readPiece(piece, within, wanted).copy(whole, filled)
      filled += wanted
    }
    return whole
  }

  /** Throws away the pieces that lie wholly in `[from, to)`. */
  forget(from: number, to: number): void {
    const kept: Piece[] = []
    let hole = 0
    this.#pieces.forEach((piece, at) => {
      const end = this.#ends[at]!
      if (end - piece.length >= from && end <= to) {
        hole += piece.length
        return
      }
      if (hole > 0) kept.push({ length: hole })
      hole = 0
      kept.push(piece)
    })
    if (hole > 0) kept.push({ length: hole })
    this.#pieces = []
    this.#ends = []
    this.#size = 0
    for (const piece of kept) this.push(piece)
  }

  /** Joins small content into a buffer of its own: chunks off a socket hold on to 64 KiB each. */
  compact(limitBytes: number): Pieces {
    return this.#size <= limitBytes && this.#size > 0 ? Pieces.of(Buffer.from(this.read(0, this.#size))) : this
  }

  /** The first piece that ends after `offset`. */
  #pieceAt(offset: number): number {
    let low = 0
    let high = this.#ends.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ends[middle]! > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}

function readPiece(piece: Piece, start: number, length: number): Buffer {
  if (Buffer.isBuffer(piece)) return piece.subarray(start, start + length)
  if ('read' in piece) return piece.read(start, length)
  throw new Error('These bytes were counted and not kept')
}
