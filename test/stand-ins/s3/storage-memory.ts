import { compareUtf8, lowerBound } from './key-order.ts'
import type { Pieces } from './pieces.ts'
import type { ObjectProperties, OpenObject, Storage, StoredObject } from './storage.ts'

const compactBytes = 1024 * 1024

interface MemoryObject extends StoredObject {
  readonly content: Pieces
}

/** Objects in memory. */
export function memoryStorage(): Storage {
  return new MemoryStorage()
}

/** Objects in memory, for those that keep them so. */
export class MemoryStorage implements Storage {
  readonly #objects = new Map<string, MemoryObject>()
  readonly #keys: string[] = []

  get count(): number {
    return this.#keys.length
  }

  keyAt(position: number): string {
    return this.#keys[position]!
  }

  objectAt(position: number): StoredObject | undefined {
    return this.#objects.get(this.#keys[position]!)
  }

  find(key: string): StoredObject | undefined {
    return this.#objects.get(key)
  }

  open(object: StoredObject): OpenObject {
    const { content } = object as MemoryObject
    return { read: (start, length) => content.read(start, length), close: () => {} }
  }

  put(key: string, content: Pieces, properties: ObjectProperties, lastModifiedMs: number): StoredObject {
    const object = { ...properties, key, size: content.size, lastModifiedMs, content: content.compact(compactBytes) }
    if (!this.#objects.has(key)) this.#insert(key)
    this.#objects.set(key, object)
    return object
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#keys.splice(lowerBound(this, key), 1)
  }

  #insert(key: string): void {
    const last = this.#keys.at(-1)
    if (last === undefined || compareUtf8(last, key) < 0) this.#keys.push(key)
    else this.#keys.splice(lowerBound(this, key), 0, key)
  }
}
