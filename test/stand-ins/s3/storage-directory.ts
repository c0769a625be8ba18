import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ContentCache } from './content-cache.ts'
import { s3Error } from './errors.ts'
import { lowerBound, sortKeys } from './key-order.ts'
import { Pieces } from './pieces.ts'
import { removeStage, stagingDirectory, writePieces } from './staged-file.ts'
import type { ObjectProperties, OpenObject, Storage, StoredObject } from './storage.ts'
import { walkFiles } from './walk-files.ts'

export interface DirectoryStorageOptions {
  /** What of the files' contents stays in memory. Default: 256 MiB. */
  readonly cacheBytes?: number
}

const defaultCacheBytes = 256 * 1024 * 1024
const standardHeaders = { 'content-type': 'binary/octet-stream' }

/**
 * The files below a directory as a bucket: a path is a key, as it stands. The directory is read once, at the first use;
 * files put there later by others are not seen. What is written takes its name when it is whole; its headers and its
 * storage class last as long as the server.
 */
export function directoryStorage(path: string, options: DirectoryStorageOptions = {}): Storage {
  return new DirectoryStorage(path, options.cacheBytes ?? defaultCacheBytes)
}

class DirectoryStorage implements Storage {
  readonly #root: string
  readonly #cache: ContentCache
  #keys: string[] | undefined
  readonly #objects = new Map<string, StoredObject>()

  constructor(root: string, cacheBytes: number) {
    this.#root = root
    this.#cache = new ContentCache(cacheBytes)
  }

  get count(): number {
    return this.#sortedKeys().length
  }

  keyAt(position: number): string {
    return this.#sortedKeys()[position]!
  }

  objectAt(position: number): StoredObject | undefined {
    return this.find(this.keyAt(position))
  }

  find(key: string): StoredObject | undefined {
    this.#sortedKeys()
    return this.#objects.get(key)
  }

  open(object: StoredObject): OpenObject {
    const cached = this.#cache.get(cacheKey(object))
    if (cached) return openBuffer(cached)
    const descriptor = this.#openFile(object)
    if (!this.#cache.accepts(object.size)) {
      return { read: (start, length) => readExactly(descriptor, start, length), close: () => closeSync(descriptor) }
    }
    try {
      const content = readExactly(descriptor, 0, object.size)
      this.#cache.set(cacheKey(object), content)
      return openBuffer(content)
    } finally {
      closeSync(descriptor)
    }
  }

  put(key: string, content: Pieces, properties: ObjectProperties, lastModifiedMs: number): StoredObject {
    const path = this.#pathOf(key)
    const staged = writePieces(this.#root, content)
    try {
      mkdirSync(dirname(path), { recursive: true })
      renameSync(staged, path)
    } catch {
      rmSync(staged, { force: true })
      throw s3Error('NotImplemented', {}, `A directory can't hold this key beside the others: ${key}`)
    }
    removeStage(this.#root)
    if (this.find(key)) this.#cache.delete(cacheKey(this.find(key)!))
    else this.#sortedKeys().splice(lowerBound(this, key), 0, key)
    const object = { ...properties, key, size: content.size, lastModifiedMs }
    this.#objects.set(key, object)
    return object
  }

  delete(key: string): void {
    const object = this.find(key)
    if (!object) return
    this.#cache.delete(cacheKey(object))
    this.#objects.delete(key)
    this.#sortedKeys().splice(lowerBound(this, key), 1)
    rmSync(this.#pathOf(key), { force: true })
  }

  stage(content: Pieces): Pieces {
    const path = writePieces(this.#root, content)
    const descriptor = openSync(path, 'r')
    // Without its name the file goes away with its descriptor, whatever becomes of the upload.
    rmSync(path)
    removeStage(this.#root)
    const bytes = { length: content.size, read: (at: number, length: number) => readExactly(descriptor, at, length) }
    forgotten.register(bytes, descriptor)
    return Pieces.of(bytes)
  }

  #sortedKeys(): string[] {
    if (this.#keys) return this.#keys
    for (const { key, path } of walkFiles(this.#root, stagingDirectory)) {
      const { size, mtimeMs } = statSync(path)
      const etag = `${Math.round(mtimeMs * 1000).toString(16)}${size.toString(16).padStart(16, '0')}`.padStart(32, '0')
      this.#objects.set(key, {
        key,
        size,
        etag,
        lastModifiedMs: mtimeMs,
        storageClass: 'STANDARD',
        headers: standardHeaders
      })
    }
    this.#keys = [...this.#objects.keys()]
    sortKeys(this.#keys)
    return this.#keys
  }

  #openFile(object: StoredObject): number {
    const path = this.#pathOf(object.key)
    if (!existsSync(path)) throw s3Error('NoSuchKey', { Key: object.key })
    const descriptor = openSync(path, 'r')
    if (fstatSync(descriptor).size === object.size) return descriptor
    closeSync(descriptor)
    throw s3Error('InternalError', {}, `The file is no longer as it was listed: ${object.key}`)
  }

  #pathOf(key: string): string {
    const segments = key.split('/')
    if (segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..')) return join(this.#root, key)
    throw s3Error('NotImplemented', {}, `A directory can't hold this key: ${key}`)
  }
}

/** Closes the files of parts that can't be read any more. */
const forgotten = new FinalizationRegistry((descriptor: number) => closeSync(descriptor))

const cacheKey = ({ key, etag }: StoredObject): string => `${etag} ${key}`

function openBuffer(content: Buffer): OpenObject {
  return { read: (start, length) => content.subarray(start, start + length), close: () => {} }
}

function readExactly(descriptor: number, start: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length)
  for (let filled = 0; filled < length; ) {
    const read = readSync(descriptor, buffer, filled, length - filled, start + filled)
    if (read === 0) throw new Error('The file has become shorter')
    filled += read
  }
  return buffer
}
