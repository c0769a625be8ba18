/*
 * Finds the end of a zstd frame by its block headers, without decoding (RFC 8878, 3.1). Node's decompressor does not
 * report it: it stops at the end of a frame, or continues with the next, depending on how the input is cut.
 */

const skippableMagic = 0x184d2a50
const blockHeaderLength = 3
const checksumLength = 4
/** A block of type RLE has one byte, whatever size its header gives. */
const rleBlock = 1
const reservedBlock = 3

/** Follows one frame from its magic number to its end, fed in any pieces. */
export class ZstdFrame {
  #pending: number[] = []
  #skip = 0
  #part: 'header' | 'block' | 'done' = 'header'
  #hasChecksum = false

  /** Whether the end of the frame was reached. */
  get isDone(): boolean {
    return this.#part === 'done' && this.#skip === 0
  }

  /** Returns the position after the bytes of `input[from, …)` that belong to this frame. */
  advance(input: Uint8Array, from: number): number {
    let position = from
    while (position < input.length && !this.isDone) {
      const skipped = Math.min(this.#skip, input.length - position)
      position += skipped
      this.#skip -= skipped
      if (this.#skip > 0 || this.isDone || position === input.length) continue
      this.#pending.push(input[position++]!)
      this.#look()
    }
    return position
  }

  #look(): void {
    if (this.#part === 'header') this.#lookAtHeader()
    else if (this.#part === 'block' && this.#pending.length === blockHeaderLength) this.#endBlockHeader()
  }

  #lookAtHeader(): void {
    const bytes = this.#pending
    if (bytes.length < 5) return
    const magic = littleEndian(bytes, 0, 4)
    if (magic >>> 4 === skippableMagic >>> 4) {
      if (bytes.length === 8) this.#goOn('done', littleEndian(bytes, 4, 4))
    } else if (bytes.length === 4 + frameHeaderLength(bytes[4]!)) {
      this.#hasChecksum = (bytes[4]! & 0x04) !== 0
      this.#goOn('block', 0)
    }
  }

  #endBlockHeader(): void {
    const header = littleEndian(this.#pending, 0, blockHeaderLength)
    const type = (header >>> 1) & 3
    const size = type === rleBlock ? 1 : type === reservedBlock ? 0 : header >>> 3
    const isLast = (header & 1) === 1
    this.#goOn(isLast ? 'done' : 'block', isLast && this.#hasChecksum ? size + checksumLength : size)
  }

  #goOn(part: 'block' | 'done', skip: number): void {
    this.#part = part
    this.#skip = skip
    this.#pending = []
  }
}

/** The frame header from its descriptor on: descriptor, window, dictionary id, content size (RFC 8878, 3.1.1.1). */
function frameHeaderLength(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3]!
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!
  return 1 + (isSingleSegment ? 0 : 1) + dictionaryLength + sizeLength
}

function littleEndian(bytes: readonly number[], from: number, length: number): number {
  let value = 0
  for (let position = length - 1; position >= 0; position--) value = value * 256 + bytes[from + position]!
  return value
}
