import { s3Error } from './errors.ts'
import { lowerBound } from './key-order.ts'
import { Pieces } from './pieces.ts'
import type { ObjectProperties, OpenObject, Storage, StoredObject } from './storage.ts'

/** A bucket that is computed. */
export interface GeneratedBucket {
  readonly count: number
  /** Keys ascend with their position, by their UTF-8 bytes. */
  keyOf(position: number): string
  sizeOf(position: number): number
  /** `sizeOf(position)` bytes, the same each time. */
  bytesOf(position: number): Buffer
  readonly lastModifiedMs?: number
}

/** Serves a bucket that is computed, without holding it. Objects can be replaced and deleted, and none added. */
export function generatedStorage(bucket: GeneratedBucket): Storage {
  return new GeneratedStorage(bucket)
}

interface Replaced extends StoredObject {
  readonly content: Pieces
}

class GeneratedStorage implements Storage {
  readonly #bucket: GeneratedBucket
  /** What differs from the computation: `null` is gone. */
  readonly #changed = new Map<number, Replaced | null>()

  constructor(bucket: GeneratedBucket) {
    this.#bucket = bucket
  }

  get count(): number {
    return this.#bucket.count
  }

  keyAt(position: number): string {
    return this.#bucket.keyOf(position)
  }

  objectAt(position: number): StoredObject | undefined {
    const changed = this.#changed.get(position)
    if (changed !== undefined) return changed ?? undefined
    return {
      key: this.#bucket.keyOf(position),
      size: this.#bucket.sizeOf(position),
      etag: position.toString(16).padStart(32, '0'),
      storageClass: 'STANDARD',
      lastModifiedMs: this.#bucket.lastModifiedMs ?? Date.UTC(2026, 0, 1),
      headers: { 'content-type': 'binary/octet-stream' }
    }
  }

  find(key: string): StoredObject | undefined {
    const position = this.#positionOf(key)
    return position === undefined ? undefined : this.objectAt(position)
  }

  open(object: StoredObject): OpenObject {
    const content = 'content' in object ? (object as Replaced).content : this.#contentOf(object.key)
    return { read: (start, length) => content.read(start, length), close: () => {} }
  }

  put(key: string, content: Pieces, properties: ObjectProperties, lastModifiedMs: number): StoredObject {
    const position = this.#positionOf(key)
    if (position === undefined) throw s3Error('NotImplemented', {}, 'A generated bucket takes no new keys')
    const object = { ...properties, key, size: content.size, lastModifiedMs, content }
    this.#changed.set(position, object)
    return object
  }

  delete(key: string): void {
    const position = this.#positionOf(key)
    if (position !== undefined) this.#changed.set(position, null)
  }

  #contentOf(key: string): Pieces {
    return Pieces.of(this.#bucket.bytesOf(this.#positionOf(key)!))
  }

  #positionOf(key: string): number | undefined {
    const position = lowerBound(this, key)
    return position < this.count && this.keyAt(position) === key ? position : undefined
  }
}
