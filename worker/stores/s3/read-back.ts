import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { untilAborted } from '../../async/time-limit.ts'
import { messageOf } from '../../contract/errors.ts'
import type { StoredObject, WriteOptions } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'
import { urlOf } from './location.ts'
import { randomAccess } from './random-access.ts'

/** The current version of an object. */
export function headObject(connection: S3Connection, key: string, signal?: AbortSignal): Promise<StoredObject> {
  const command = new HeadObjectCommand({ ...connection.common, Key: connection.fullKey(key) })
  const options = { requestTimeout: connection.waits.firstByteMs, ...(signal && { abortSignal: signal }) }
  return connection.attempt({ permission: 's3:GetObject', key, signal }, async () => {
    const { ContentLength, ETag } = await connection.client.send(command, options)
    return { key, size: ContentLength!, version: ETag! }
  })
}

/** Reads a written object back until the signal aborts. */
export async function readBack(connection: S3Connection, key: string, options: WriteOptions): Promise<void> {
  const { verify, signal } = options
  const read = async (): Promise<void> => verify?.(randomAccess(connection, await headObject(connection, key, signal)))
  signal?.throwIfAborted()
  await untilAborted(read, signal)
}

/** Deletes an object that is invalid, or was cancelled too late. Reports it if that fails. */
export async function deleteWritten(
  tidier: S3Connection,
  key: string,
  onLeftBehind: WriteOptions['onLeftBehind']
): Promise<void> {
  const command = new DeleteObjectCommand({ ...tidier.common, Key: tidier.fullKey(key) })
  try {
    await tidier.client.send(command)
  } catch (error) {
    onLeftBehind?.(`${urlOf({ ...tidier, key })} must not be used and could not be deleted (${messageOf(error)})`)
  }
}
