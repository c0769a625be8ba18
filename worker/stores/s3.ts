import type { Readable } from 'node:stream'
import type { Documents } from '../contract/documents.ts'
import type {
  DownloadLink,
  ObjectBody,
  RandomAccess,
  Store,
  StoredObject,
  StoreSettings,
  WriteOptions
} from '../contract/store.ts'
import { aheadBytes, mostGets, parallelLists } from './s3/bounds.ts'
import type { ConnectedS3Store } from './s3/connected-store.ts'
import { parseS3Url, type S3Location, urlOf } from './s3/location.ts'
import type { StoreScheme } from './scheme.ts'

/** `s3://bucket[/prefix]`. The SDK takes 100 ms to load, which an export of a directory need not wait for. */
export const s3Scheme: StoreScheme = {
  openStore: (settings) => new S3Store(settings),
  openDocuments: openS3Documents,
  locate: parseS3Url,
  locateObject: (url) => {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(url) ?? []
    return { store: `s3://${bucket}`, key }
  }
}

function openS3Documents(settings: StoreSettings): Documents {
  parseS3Url(settings.url)
  let opened: Promise<Documents> | undefined
  const open = (): Promise<Documents> => {
    opened ??= import('./s3/documents.ts').then((module) => new module.S3Documents(settings))
    return opened
  }
  return {
    read: async (key) => (await open()).read(key),
    create: async (key, bytes) => (await open()).create(key, bytes),
    replace: async (key, bytes, version) => (await open()).replace(key, bytes, version),
    remove: async (key) => (await open()).remove(key),
    list: async (prefix, most, after) => (await open()).list(prefix, most, after),
    [Symbol.asyncDispose]: async () => (await opened)?.[Symbol.asyncDispose]()
  }
}

/** A bucket as a store. */
class S3Store implements Store {
  readonly url: string
  readonly parallelLists = parallelLists
  readonly readAhead = { objects: mostGets, bytes: aheadBytes }
  readonly #settings: StoreSettings
  readonly #location: S3Location
  #connected: Promise<ConnectedS3Store> | undefined

  constructor(settings: StoreSettings) {
    this.#settings = settings
    this.#location = parseS3Url(settings.url)
    this.url = urlOf(this.#location)
  }

  urlOf(key: string): string {
    return urlOf({ ...this.#location, key })
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly StoredObject[]> {
    yield* (await this.#connect()).list(prefix, signal)
  }

  announce(objects: readonly StoredObject[]): void {
    // Should loading fail, the next to open an object is told.
    this.#connect().then(
      (store) => store.announce(objects),
      () => {}
    )
  }

  async open(object: StoredObject): Promise<ObjectBody> {
    return (await this.#connect()).open(object)
  }

  async openRandom(object: StoredObject): Promise<RandomAccess & AsyncDisposable> {
    return (await this.#connect()).openRandom(object)
  }

  async write(key: string, body: Readable, options: WriteOptions): Promise<void> {
    await (await this.#connect()).write(key, body, options)
  }

  async has(key: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#connect()).has(key, signal)
  }

  async link(key: string, minutes: number, nowMs: number): Promise<DownloadLink> {
    return (await this.#connect()).link(key, minutes, nowMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#connected)?.[Symbol.asyncDispose]()
  }

  #connect(): Promise<ConnectedS3Store> {
    this.#connected ??= import('./s3/connected-store.ts').then((module) => new module.ConnectedS3Store(this.#settings))
    return this.#connected
  }
}
