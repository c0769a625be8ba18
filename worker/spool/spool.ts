import { NamelessFile } from './nameless-file.ts'

/**
 * A list of JSON values that may grow beyond memory: the first `memoryBytes` are kept, the rest goes to a temporary
 * file without a name.
 */
export class Spool<T> implements Disposable {
  readonly #memoryBytes: number
  /** A value's text, or where it lies in the file. */
  readonly #values: (string | readonly [position: number, length: number])[] = []
  #keptBytes = 0
  readonly #file = new NamelessFile()

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
  }

  /** Appends a value and tells its number. Values should be large, a page of them rather than one. */
  append(value: T): number {
    const text = JSON.stringify(value)
    if (this.#keptBytes + text.length <= this.#memoryBytes) {
      this.#keptBytes += text.length
      return this.#values.push(text) - 1
    }
    const bytes = Buffer.from(text)
    const place = [this.#file.bytes, bytes.length] as const
    this.#file.append(bytes)
    return this.#values.push(place) - 1
  }

  /** The value of a number that `append` gave. */
  get(number: number): T {
    const value = this.#values[number]!
    if (typeof value === 'string') return JSON.parse(value) as T
    const bytes = Buffer.allocUnsafe(value[1])
    this.#file.read(bytes, value[0])
    return JSON.parse(bytes.toString()) as T
  }

  /** All values in the order they were appended. */
  *[Symbol.iterator](): Generator<T> {
    for (let number = 0; number < this.#values.length; number++) yield this.get(number)
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]()
  }
}
