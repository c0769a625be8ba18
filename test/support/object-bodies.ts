import type { Readable } from 'node:stream'
import type { ObjectBody, RandomAccess, Store, StoredObject } from '../../worker/contract/store.ts'

/** Cuts bytes at the given places, in any order; places outside are ignored. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = [...new Set(places)].filter((place) => place > 0 && place < bytes.length).sort((a, b) => a - b)
  return [0, ...inside].map((start, position) => bytes.subarray(start, inside[position] ?? bytes.length))
}

/**
 * A store that holds one object and delivers it in chunks that end at the given places. It overwrites each chunk when
 * the next one is requested, as the contract of a body allows.
 */
export class ChunkedStore implements Store {
  readonly url = 'test:///chunks'
  readonly parallelLists = 1
  readonly readAhead = { objects: 0, bytes: 0 }
  readonly #bytes: Buffer
  readonly #places: readonly number[]

  constructor(bytes: Buffer, places: readonly number[] = []) {
    this.#bytes = bytes
    this.#places = places
  }

  get object(): StoredObject {
    return { key: 'object', size: this.#bytes.length }
  }

  urlOf(key: string): string {
    return `${this.url}/${key}`
  }

  async *list(): AsyncGenerator<readonly StoredObject[]> {
    yield [this.object]
  }

  async *listFolders(): AsyncGenerator<readonly string[]> {}

  announce(): void {}

  open(): ObjectBody {
    const chunks = cutAt(this.#bytes, this.#places)
    let last: Buffer | undefined
    return {
      read: () => {
        last?.fill(0x58)
        const chunk = chunks.shift()
        if (chunk === undefined || chunk.length === 0) return null
        last = Buffer.from(chunk)
        return last
      },
      close: () => {}
    }
  }

  async openRandom(): Promise<RandomAccess & AsyncDisposable> {
    return {
      size: this.#bytes.length,
      spanBytes: 1024,
      read: async (from, length) => Buffer.from(this.#bytes.subarray(from, from + length)),
      [Symbol.asyncDispose]: async () => {}
    }
  }

  async write(_key: string, _body: Readable): Promise<void> {
    throw new Error('this store is only read')
  }

  async has(): Promise<boolean> {
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
