import type { Documents, StoredDocument } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { S3Documents } from './s3/documents.ts'
import { parseS3Url } from './s3/location.ts'

/**
 * Opens the documents of an `s3://bucket[/prefix]` URL; keys are below the prefix. Nothing is loaded or sent before the
 * first use.
 * @throws IotLogError (`wrong-config`) for a directory: several machines share documents, and only conditional puts keep
 * them from overwriting each other
 */
export function openDocuments(settings: StoreSettings): Documents {
  if (!settings.url.startsWith('s3:')) {
    const text = `Job documents need a bucket, not ${settings.url}: set the environment's source or output.store to s3://…`
    throw new IotLogError('wrong-config', text, { subject: settings.url })
  }
  parseS3Url(settings.url)
  return new LazyDocuments(settings)
}

/** The SDK takes 100 ms to load. */
class LazyDocuments implements Documents {
  readonly #settings: StoreSettings
  #opened: Promise<S3Documents> | undefined

  constructor(settings: StoreSettings) {
    this.#settings = settings
  }

  async read(key: string): Promise<StoredDocument | undefined> {
    return (await this.#open()).read(key)
  }

  async create(key: string, bytes: Buffer): Promise<string | undefined> {
    return (await this.#open()).create(key, bytes)
  }

  async replace(key: string, bytes: Buffer, version: string): Promise<string | undefined> {
    return (await this.#open()).replace(key, bytes, version)
  }

  async remove(key: string): Promise<void> {
    await (await this.#open()).remove(key)
  }

  async list(prefix: string, most: number, after?: string): Promise<readonly string[]> {
    return (await this.#open()).list(prefix, most, after)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opened)?.[Symbol.asyncDispose]()
  }

  #open(): Promise<S3Documents> {
    this.#opened ??= import('./s3/documents.ts').then((module) => new module.S3Documents(this.#settings))
    return this.#opened
  }
}
