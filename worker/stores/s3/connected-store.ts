import type { Readable } from 'node:stream'
import { realClock } from '../../async/clock.ts'
import { statusOf } from '../../contract/aws-errors.ts'
import { IotLogError } from '../../contract/errors.ts'
import type {
  DownloadLink,
  ObjectBody,
  RandomAccess,
  Store,
  StoredObject,
  StoreSettings,
  WriteOptions
} from '../../contract/store.ts'
import { connectS3, type S3Connection } from './connection.ts'
import { listFolders, listPages } from './list.ts'
import { presignDownload } from './presign.ts'
import { randomAccess } from './random-access.ts'
import { ReadAhead } from './read-ahead.ts'
import { headObject } from './read-back.ts'
import { writeObject } from './write.ts'

/** The part of an S3 store that needs the SDK. */
export class ConnectedS3Store implements Omit<Store, 'url' | 'urlOf' | 'parallelLists' | 'readAhead'> {
  readonly #settings: StoreSettings
  readonly #connection: S3Connection
  readonly #ahead: ReadAhead

  constructor(settings: StoreSettings, clock = realClock) {
    this.#settings = settings
    this.#connection = connectS3(settings, clock)
    this.#ahead = new ReadAhead(this.#connection)
  }

  list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly StoredObject[]> {
    return listPages(this.#connection, prefix, signal)
  }

  listFolders(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
    return listFolders(this.#connection, prefix, signal)
  }

  announce(objects: readonly StoredObject[]): void {
    this.#ahead.announce(objects)
  }

  open(object: StoredObject): ObjectBody {
    return this.#ahead.open(object)
  }

  async openRandom(object: StoredObject): Promise<RandomAccess & AsyncDisposable> {
    return { ...randomAccess(this.#connection, object), [Symbol.asyncDispose]: async () => {} }
  }

  async write(key: string, body: Readable, options: WriteOptions): Promise<void> {
    const tidier = (patienceMs: number): S3Connection => connectS3({ ...this.#settings, patienceMs })
    await writeObject(this.#connection, tidier, key, body, options)
  }

  /**
   * Also false if S3 refuses the HEAD, whose response has no body. A write that must not replace is conditional anyway,
   * and the error of the next request has the reason.
   */
  async has(key: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await headObject(this.#connection, key, signal)
      return true
    } catch (error) {
      const status = error instanceof IotLogError ? statusOf(error.cause) : undefined
      if (status !== undefined && status >= 400 && status < 500) return false
      throw error
    }
  }

  async link(key: string, minutes: number, nowMs: number): Promise<DownloadLink> {
    return presignDownload(this.#connection, key, minutes, nowMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }
}
