import type { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { realClock } from '../../async/clock.ts'
import { attemptsOf, statusOf } from '../../contract/aws-errors.ts'
import type { Documents, StoredDocument } from '../../contract/documents.ts'
import { IotLogError } from '../../contract/errors.ts'
import type { StoreSettings } from '../../contract/store.ts'
import { connectS3, type S3Connection } from './connection.ts'
import { listPages } from './list.ts'
import { urlOf } from './location.ts'

/*
 * Documents as objects of a bucket, written by conditional puts
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): `If-None-Match: *` creates,
 * `If-Match` replaces one version. S3 responds with 412 if the condition is false, with 409 if another write to the key
 * came in between, and with 404 if the version to replace is deleted.
 */

/** Far more than any document needs. A larger object is not a document. */
const maxDocumentBytes = 4 * 1024 * 1024

/** The condition of a put: no other writer was faster. */
type Condition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string }

export class S3Documents implements Documents {
  readonly #connection: S3Connection

  constructor(settings: StoreSettings, clock = realClock) {
    this.#connection = connectS3(settings, clock)
  }

  async read(key: string): Promise<StoredDocument | undefined> {
    try {
      return await this.#connection.attempt({ permission: 's3:GetObject', key }, () => this.#get(key))
    } catch (error) {
      if (error instanceof IotLogError && error.code === 'not-found') return undefined
      throw error
    }
  }

  create(key: string, bytes: Buffer): Promise<string | undefined> {
    return this.#put(key, bytes, { IfNoneMatch: '*' })
  }

  replace(key: string, bytes: Buffer, version: string): Promise<string | undefined> {
    return this.#put(key, bytes, { IfMatch: version })
  }

  async remove(key: string): Promise<void> {
    const { client, common, fullKey, waits, attempt } = this.#connection
    const command = new DeleteObjectCommand({ ...common, Key: fullKey(key) })
    const send = () => client.send(command, { requestTimeout: waits.firstByteMs })
    await attempt({ permission: 's3:DeleteObject', key }, send)
  }

  async list(prefix: string, most: number, after?: string): Promise<readonly string[]> {
    const keys: string[] = []
    for await (const page of listPages(this.#connection, prefix, undefined, after)) {
      keys.push(...page.map(({ key }) => key))
      if (keys.length >= most) break
    }
    return keys.slice(0, most)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }

  /** The SDK retries until a response begins. A body that breaks is retried here. */
  async #get(key: string): Promise<StoredDocument> {
    const { clock, patience } = this.#connection
    const sinceMs = clock.nowMs()
    for (let failures = 1; ; failures++) {
      const { Body, ContentLength = 0, ETag } = await this.#openGet(key)
      const body = Body as Readable
      if (ContentLength > maxDocumentBytes) {
        body.destroy()
        throw tooLarge(this.#connection, key, ContentLength)
      }
      try {
        const chunks: Buffer[] = []
        for await (const chunk of body) chunks.push(chunk)
        return { bytes: Buffer.concat(chunks), version: ETag! }
      } catch (error) {
        if (clock.nowMs() - sinceMs >= patience.limitMs) throw error
        await clock.sleep(patience.delayMs(failures))
      }
    }
  }

  #openGet(key: string) {
    const { client, common, fullKey, waits } = this.#connection
    const command = new GetObjectCommand({ ...common, Key: fullKey(key) })
    return client.send(command, { requestTimeout: waits.firstByteMs })
  }

  /**
   * If the response to a put is lost, S3 refuses the retry, since the first put has succeeded. Then the stored document is
   * the one to write.
   */
  async #put(key: string, bytes: Buffer, condition: Condition): Promise<string | undefined> {
    const { client, common, fullKey, waits } = this.#connection
    const params = { ...common, Key: fullKey(key), Body: bytes, ContentType: 'application/json', ...condition }
    let attempts = 1
    const version = await this.#connection.attempt({ permission: 's3:PutObject', key }, async () => {
      try {
        const { ETag } = await client.send(new PutObjectCommand(params), { requestTimeout: waits.firstByteMs })
        return ETag!
      } catch (error) {
        attempts = attemptsOf(error)
        if (isRefused(error)) return undefined
        throw error
      }
    })
    if (version !== undefined || attempts === 1) return version
    const standing = await this.read(key)
    return standing?.bytes.equals(bytes) ? standing.version : undefined
  }
}

/** Whether the condition was false. A missing bucket is an error, although its status is 404 too. */
function isRefused(error: unknown): boolean {
  const status = statusOf(error)
  return status === 412 || status === 409 || (error as Error).name === 'NoSuchKey'
}

function tooLarge(connection: S3Connection, key: string, bytes: number): IotLogError {
  const url = urlOf({ ...connection, key })
  return new IotLogError('io', `Not a job document, it has ${bytes} bytes: ${url}`, { subject: url })
}
