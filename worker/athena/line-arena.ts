import { compareKeys } from '../contract/key-order.ts'
import { comparedBytes, compareTimes, type SortedLine } from './sorted-line.ts'

const firstBytes = 256 * 1024

/** The bounds of an arena. */
export interface ArenaBounds {
  readonly runBytes: number
  readonly mostLines: number
}

/**
 * Lines in memory: their bytes one after the other, and 16 more bytes for each line. A single line may be larger than the
 * bound.
 */
export class LineArena {
  readonly #bounds: ArenaBounds
  #bytes = Buffer.allocUnsafeSlow(firstBytes)
  #used = 0
  #count = 0
  /** The numbers of the keys, in the order in which they were added. */
  readonly #keys = new Map<string, number>()
  readonly #keyOf: Uint32Array
  readonly #timeOf: Float64Array
  readonly #endOf: Uint32Array

  constructor(bounds: ArenaBounds) {
    this.#bounds = bounds
    this.#keyOf = new Uint32Array(bounds.mostLines)
    this.#timeOf = new Float64Array(bounds.mostLines)
    this.#endOf = new Uint32Array(bounds.mostLines)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  hasRoomFor(length: number): boolean {
    return this.#count < this.#bounds.mostLines && this.#used + length <= this.#bounds.runBytes
  }

  /** Copies a line. */
  add(key: string, timeMs: number, bytes: Buffer, from: number, to: number): void {
    this.#reserve(to - from)
    this.#keyOf[this.#count] = this.#numberOf(key)
    this.#timeOf[this.#count] = timeMs
    this.#used += bytes.copy(this.#bytes, this.#used, from, to)
    this.#endOf[this.#count++] = this.#used
  }

  /** The lines, sorted. Their bytes are valid until `clear`. */
  *sorted(): Generator<SortedLine> {
    const keys = [...this.#keys.keys()]
    const ranks = new Uint32Array(keys.length)
    for (const [rank, key] of [...keys].sort(compareKeys).entries()) ranks[this.#keys.get(key)!] = rank
    const rankOf = this.#keyOf.subarray(0, this.#count).map((number) => ranks[number]!)
    const order = new Uint32Array(this.#count)
    for (let line = 0; line < order.length; line++) order[line] = line
    order.sort(
      (a, b) =>
        rankOf[a]! - rankOf[b]! || compareTimes(this.#timeOf[a]!, this.#timeOf[b]!) || this.#compareBytes(a, b) || a - b
    )
    for (const line of order) {
      const bytes = this.#bytes.subarray(this.#startOf(line), this.#endOf[line])
      yield { key: keys[this.#keyOf[line]!]!, timeMs: this.#timeOf[line]!, bytes }
    }
  }

  clear(): void {
    this.#keys.clear()
    this.#count = 0
    this.#used = 0
    if (this.#bytes.length > this.#bounds.runBytes) this.#bytes = Buffer.allocUnsafeSlow(firstBytes)
  }

  #numberOf(key: string): number {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    this.#keys.set(key, this.#keys.size)
    return this.#keys.size - 1
  }

  #compareBytes(a: number, b: number): number {
    const [startOfA, startOfB] = [this.#startOf(a), this.#startOf(b)]
    const endOfA = Math.min(this.#endOf[a]!, startOfA + comparedBytes)
    const endOfB = Math.min(this.#endOf[b]!, startOfB + comparedBytes)
    return this.#bytes.compare(this.#bytes, startOfB, endOfB, startOfA, endOfA)
  }

  #startOf(line: number): number {
    return line === 0 ? 0 : this.#endOf[line - 1]!
  }

  #reserve(length: number): void {
    const needed = this.#used + length
    if (needed <= this.#bytes.length) return
    const doubled = Math.min(Math.max(needed, this.#bytes.length * 2), Math.max(needed, this.#bounds.runBytes))
    const larger = Buffer.allocUnsafeSlow(doubled)
    this.#bytes.copy(larger, 0, 0, this.#used)
    this.#bytes = larger
  }
}
