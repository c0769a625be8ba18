import { Damage } from './damage.ts'

const newline = 0x0a
const firstCarryBytes = 64 * 1024
/** A larger carry buffer was made for one long line. It is freed with its object. */
const keptCarryBytes = 1024 * 1024

/**
 * Cuts the text of one object at line ends, however it is split. Each block is whole lines and ends with `\n`. Only the
 * line that two pieces share is copied.
 */
export class LineBlocks {
  readonly #maxLineBytes: number
  readonly #onBlock: (block: Buffer) => void
  #carry = Buffer.allocUnsafeSlow(firstCarryBytes)
  #carried = 0
  readonly #onOverlong: ((bytes: Buffer, start: number, end: number) => void) | undefined
  /** The rest of a line that is too long is passed over. */
  #isDropping = false
  /** Bytes of the lines passed on since the owner set it to 0. */
  handedOnBytes = 0

  /**
   * `onBlock` gets each block. The bytes are valid only during the call. `onOverlong` gets the start of a line that is
   * too long, if pieces share it; without it that is damage.
   */
  constructor(
    maxLineBytes: number,
    onBlock: (block: Buffer) => void,
    onOverlong?: (bytes: Buffer, start: number, end: number) => void
  ) {
    this.#maxLineBytes = maxLineBytes
    this.#onBlock = onBlock
    this.#onOverlong = onOverlong
  }

  /** Takes the next piece of text. @throws Damage (`line-limit`) for a line that is too long, after the lines before it */
  push(text: Buffer): void {
    let start = 0
    if (this.#carried > 0 || this.#isDropping) {
      const end = text.indexOf(newline)
      if (end < 0) return this.#append(text)
      this.#append(text.subarray(0, end))
      if (this.#isDropping) this.#isDropping = false
      else this.#closeCarried()
      start = end + 1
    }
    const last = text.lastIndexOf(newline)
    if (last >= start) {
      this.#handOn(text.subarray(start, last + 1))
      start = last + 1
    }
    if (start < text.length) this.#append(text.subarray(start))
  }

  /** Ends the object. An unterminated last line gets its `\n`, or is dropped if damage cut it. */
  finish(keepLast: boolean): void {
    if (this.#carried > 0 && keepLast) this.#closeCarried()
    this.#carried = 0
    this.#isDropping = false
    if (this.#carry.length > keptCarryBytes) this.#carry = Buffer.allocUnsafeSlow(firstCarryBytes)
  }

  #closeCarried(): void {
    this.#reserve(1)
    this.#carry[this.#carried++] = newline
    const line = this.#carry.subarray(0, this.#carried)
    this.#carried = 0
    this.#handOn(line)
  }

  #handOn(block: Buffer): void {
    this.handedOnBytes += block.length
    this.#onBlock(block)
  }

  #append(part: Buffer): void {
    if (this.#isDropping) return
    if (this.#carried + part.length > this.#maxLineBytes) return this.#drop(part)
    this.#reserve(part.length)
    part.copy(this.#carry, this.#carried)
    this.#carried += part.length
  }

  #drop(part: Buffer): void {
    if (!this.#onOverlong) throw new Damage('line-limit')
    const start = Buffer.concat([this.#carry.subarray(0, this.#carried), part], this.#maxLineBytes)
    this.#onOverlong(start, 0, start.length)
    this.#carried = 0
    this.#isDropping = true
  }

  #reserve(length: number): void {
    const needed = this.#carried + length
    if (needed <= this.#carry.length) return
    // Four times, not twice, as large: the old buffers are garbage for a while. So they are at most a third of the line.
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.#carry.length * 4), this.#maxLineBytes + 1))
    this.#carry.copy(larger, 0, 0, this.#carried)
    this.#carry = larger
  }
}
