import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { IotLogError } from '../../worker/contract/errors.ts'
import { compareKeys } from '../../worker/contract/key-order.ts'
import type { ObjectBody, RandomAccess, Store, StoredObject, WriteOptions } from '../../worker/contract/store.ts'
import { storeSchemes } from '../../worker/stores/open-store.ts'
import type { StoreScheme } from '../../worker/stores/scheme.ts'

/*
 * A store of a third scheme, `memory://name/prefix`. Each thread has its own memory, so a scan thread sees only the
 * objects that a module puts there when it is loaded.
 */

const buckets = new Map<string, Map<string, Buffer>>()

/** The objects of a bucket, by their keys. */
export function memoryBucket(name: string): Map<string, Buffer> {
  if (!buckets.has(name)) buckets.set(name, new Map())
  return buckets.get(name)!
}

const split = (url: string): readonly [bucket: string, path: string] => {
  const [, bucket = '', path = ''] = /^memory:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? []
  return [bucket, path]
}

export const memoryScheme: StoreScheme = {
  openStore: ({ url }) => new MemoryStore(url),
  openDocuments: ({ url }) => {
    throw new IotLogError('wrong-config', `Other processes do not see ${url}`)
  },
  locate: (url) => {
    const [bucket, path] = split(url)
    return { bucket, prefix: path === '' ? '' : `${path}/` }
  },
  locateObject: (url) => {
    const [bucket, key] = split(url)
    return { store: `memory://${bucket}`, key }
  }
}

/** Makes the scheme known to this thread: what one line of the registry does. */
export function registerMemoryScheme(): void {
  Object.assign(storeSchemes, { 'memory:': memoryScheme })
}

class MemoryStore implements Store {
  readonly url: string
  readonly parallelLists = 1
  readonly readAhead = { objects: 0, bytes: 0 }
  readonly #objects: Map<string, Buffer>
  readonly #prefix: string

  constructor(url: string) {
    const { bucket, prefix } = memoryScheme.locate(url)
    this.url = url
    this.#objects = memoryBucket(bucket)
    this.#prefix = prefix
  }

  urlOf(key: string): string {
    return `${this.url}/${key}`
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly StoredObject[]> {
    const objects = [...this.#objects]
      .filter(([key]) => key.startsWith(this.#prefix + prefix))
      .map(([key, { length }]) => ({ key: key.slice(this.#prefix.length), size: length }))
      .sort((a, b) => compareKeys(a.key, b.key))
    for (let at = 0; at < objects.length; at += 1000) {
      signal?.throwIfAborted()
      yield objects.slice(at, at + 1000)
    }
  }

  async *listFolders(prefix: string): AsyncGenerator<readonly string[]> {
    const folders = new Set<string>()
    for await (const page of this.list(prefix)) {
      for (const { key } of page) {
        const slash = key.indexOf('/', prefix.length)
        if (slash >= 0) folders.add(key.slice(0, slash + 1))
      }
    }
    yield [...folders].sort(compareKeys)
  }

  announce(): void {}

  open({ key }: StoredObject): ObjectBody {
    let rest: Buffer | undefined = this.#bytesOf(key)
    return {
      read: () => {
        const bytes = rest
        rest = undefined
        return bytes && bytes.length > 0 ? bytes : null
      },
      close: () => {
        rest = undefined
      }
    }
  }

  async openRandom({ key }: StoredObject): Promise<RandomAccess & AsyncDisposable> {
    return { ...randomAccess(this.#bytesOf(key)), [Symbol.asyncDispose]: async () => {} }
  }

  async write(key: string, body: Readable, { overwrite, verify, signal }: WriteOptions): Promise<void> {
    const exists = (): IotLogError => new IotLogError('output-exists', `Already there: ${key}`)
    if (!overwrite && (await this.has(key))) throw exists()
    signal?.addEventListener('abort', () => body.destroy(signal.reason))
    const bytes = await buffer(body)
    await verify?.(randomAccess(bytes))
    this.#objects.set(this.#prefix + key, bytes)
  }

  async has(key: string): Promise<boolean> {
    return this.#objects.has(this.#prefix + key)
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #bytesOf(key: string): Buffer {
    const bytes = this.#objects.get(this.#prefix + key)
    if (!bytes) throw new IotLogError('not-found', `Not found: ${this.urlOf(key)}`)
    return bytes
  }
}

function randomAccess(bytes: Buffer): RandomAccess {
  return { size: bytes.length, spanBytes: 65_536, read: async (from, length) => bytes.subarray(from, from + length) }
}
