import type { Records, StoredRecord } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { S3Records } from './s3/documents.ts'
import { parseS3Url } from './s3/location.ts'

/**
 * Opens the records of an `s3://bucket[/prefix]` URL; keys are below the prefix. Nothing is loaded or sent before the
 * first use.
 * @throws IotLogError (`wrong-config`) for a directory: several machines share records, and only conditional puts keep
 * them from overwriting each other
 */
export function openRecords(settings: StoreSettings): Records {
  if (!settings.url.startsWith('s3:')) {
    const text = `Job records need a bucket, not ${settings.url}: set the environment's source or output.store to s3://…`
    throw new IotLogError('wrong-config', text, { subject: settings.url })
  }
  parseS3Url(settings.url)
  return new LazyRecords(settings)
}

/** The SDK takes 100 ms to load. */
class LazyRecords implements Records {
  readonly #settings: StoreSettings
  #opened: Promise<S3Records> | undefined

  constructor(settings: StoreSettings) {
    this.#settings = settings
  }

  async read(key: string): Promise<StoredRecord | undefined> {
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

  #open(): Promise<S3Records> {
    this.#opened ??= import('./s3/documents.ts').then((module) => new module.S3Records(this.#settings))
    return this.#opened
  }
}
