const firstBytes = 64 * 1024
/** More than this was needed for one long document and is given up with its object. */
const keptBytes = 1024 * 1024

/** The end of one chunk that the next one continues. */
export class CarriedBytes {
  readonly #mostBytes: number
  #buffer = Buffer.allocUnsafeSlow(firstBytes)
  #length = 0

  /** Grows to what is asked for; in steps, up to `mostBytes` or little more. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** What is carried; a view of its own. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** What is carried and the chunk behind it, as one view of its own, valid until the next call. */
  joinedWith(chunk: Buffer): Buffer {
    if (this.#length === 0) return chunk.subarray()
    const length = this.#length + chunk.length
    this.#reserve(length)
    chunk.copy(this.#buffer, this.#length)
    return this.#buffer.subarray(0, length)
  }

  /** Carries the end of the joined bytes, from `from` on. */
  keepFrom(joined: Buffer, from: number): void {
    const isInPlace = joined.buffer === this.#buffer.buffer && from === 0
    this.#length = joined.length - from
    if (this.#length === 0 || isInPlace) return
    this.#reserve(this.#length)
    joined.copy(this.#buffer, 0, from)
  }

  clear(): void {
    this.#length = 0
    if (this.#buffer.length > keptBytes) this.#buffer = Buffer.allocUnsafeSlow(firstBytes)
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(length, Math.min(this.#buffer.length * 2, this.#mostBytes)))
    this.#buffer.copy(larger, 0, 0, Math.min(this.#length, this.#buffer.length))
    this.#buffer = larger
  }
}
