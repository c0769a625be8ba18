import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IotLogError, messageOf } from '../contract/errors.ts'

/**
 * A list of JSON values that may grow beyond memory. The first `memoryBytes` stay in memory, the rest goes to a temporary
 * file without a name.
 */
export class Spool<T> implements Disposable {
  readonly #memoryBytes: number
  /** A value's text, or its place in the file. */
  readonly #values: (string | readonly [position: number, length: number])[] = []
  #keptBytes = 0
  readonly #file = new NamelessFile()

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
  }

  /** Appends a value and returns its number. Values should be large: a page of objects rather than one object. */
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

/**
 * A temporary file for appending and for reads at any position. The first write creates it. Its name is removed at once,
 * so that nothing is left however the process ends. Disposing frees its space.
 */
export class NamelessFile implements Disposable {
  #file: number | undefined
  #bytes = 0

  /** Bytes written so far: the position of the next ones. */
  get bytes(): number {
    return this.#bytes
  }

  /** @throws IotLogError (`no-space` if the disk is full, else `io`) */
  append(bytes: Buffer): void {
    try {
      this.#file ??= openNameless()
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#file, bytes, written, bytes.length - written, this.#bytes + written)
      }
      this.#bytes += bytes.length
    } catch (error) {
      const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
      const text = `Could not write temporary data to ${tmpdir()} (set TMPDIR to use another directory): ${messageOf(error)}`
      throw new IotLogError(isFull ? 'no-space' : 'io', text, { subject: tmpdir(), cause: error })
    }
  }

  /** Fills `target` from a position. All these bytes must have been written. */
  read(target: Buffer, position: number): void {
    for (let filled = 0; filled < target.length; ) {
      filled += readSync(this.#file!, target, filled, target.length - filled, position + filled)
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

function openNameless(): number {
  const path = join(tmpdir(), `iot-log-${process.pid}-${Math.random().toString(36).slice(2)}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}
