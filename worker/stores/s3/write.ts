import type { Readable } from 'node:stream'
import { CreateMultipartUploadCommand, DeleteObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { IotLogError, messageOf } from '../../contract/errors.ts'
import type { StoredObject, WriteOptions } from '../store.ts'
import type { S3Connection } from './connection.ts'
import { urlOf } from './location.ts'
import { choosePartBytes } from './part-size.ts'
import { statusOf } from './patience.ts'
import { randomAccess } from './random-access.ts'
import { abortUnfinished, abortUpload } from './unfinished.ts'

/*
 * An object that appears whole or not at all: a multipart upload as the bytes come, which S3 makes visible at once when
 * it is completed, then read back for verification. It is cancelled by failing its body. What it began is aborted on
 * every failure; what a killed process began, by the next write of the same key.
 */

const partsInFlight = 2
/** For taking back what was begun: whoever cancels does not wait longer. */
const tidyMs = 2_000
/** The largest object that has to succeed where the caller does not say: limits.maxArchiveBytes as it is shipped. */
const usualMaxBytes = 50 * 1024 ** 3

/** Writes `body` under `key`. `tidier` reaches the same bucket with as little patience as it is given. */
export async function writeObject(
  connection: S3Connection,
  tidier: (patienceMs: number) => S3Connection,
  key: string,
  body: Readable,
  options: WriteOptions
): Promise<void> {
  const cut = cutWith(body, options.signal)
  const what = { permission: 's3:PutObject', key, signal: cut } as const
  const upload = createUpload(connection, key, body, options, cut)
  let isSure = true
  try {
    await connection.attempt(what, () => forgiveDenied(abortUnfinished(connection, key, cut)))
    isSure = await connection.attempt(what, () => finish(upload))
  } catch (error) {
    body.destroy()
    await takeBack(tidier(tidyMs), key, upload.uploadId, options.onLeftBehind)
    throw isTaken(error) ? alreadyThere(connection, key, error) : error
  }
  await verifyWritten(connection, tidier, key, isSure, options)
}

/** Aborts, with the reason, when the body fails or the signal says so: parts in flight are cut. */
function cutWith(body: Readable, signal: AbortSignal | undefined): AbortSignal {
  const cut = new AbortController()
  // Whoever stops reading a stream ends it with an AbortError of the stream's own: that is no failure of the body.
  body.once('error', (error) => {
    if (error.name !== 'AbortError' || signal?.aborted) cut.abort(error)
  })
  const cancel = (): void => void body.destroy(signal!.reason)
  signal?.addEventListener('abort', cancel, { once: true })
  body.once('close', () => signal?.removeEventListener('abort', cancel))
  if (signal?.aborted) cancel()
  return cut.signal
}

function createUpload(
  connection: S3Connection,
  key: string,
  body: Readable,
  options: WriteOptions,
  cut: AbortSignal
): Upload {
  const { overwrite, contentType, expectedBytes = 0, maxBytes = usualMaxBytes } = options
  return new Upload({
    client: cuttable(connection.client, cut),
    params: {
      ...connection.common,
      Key: connection.fullKey(key),
      Body: body,
      ...(contentType !== undefined && { ContentType: contentType }),
      ...(!overwrite && { IfNoneMatch: '*' })
    },
    partSize: choosePartBytes(expectedBytes, maxBytes),
    queueSize: partsInFlight,
    // Taken back here, within a bound of time.
    leavePartsOnError: true
  })
}

/**
 * The client as `Upload` uses it, every request bound to the signal: the library itself lets the parts in flight end.
 * The request that begins the upload is let through for a moment, or nobody would know what to abort.
 */
function cuttable(client: S3Client, cut: AbortSignal): S3Client {
  const late = new AbortController()
  cut.addEventListener('abort', () => setTimeout(() => late.abort(), tidyMs).unref(), { once: true })
  const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> =>
    client.send(command, { abortSignal: command instanceof CreateMultipartUploadCommand ? late.signal : cut })
  return { config: client.config, send } as unknown as S3Client
}

/**
 * Uploads to the end. False when the last answer is in doubt: it was asked for twice, and the second time the upload was
 * gone or the object there, which is what a lost first answer looks like.
 */
async function finish(upload: Upload): Promise<boolean> {
  try {
    await upload.done()
    return true
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { attempts?: number } }
    if (($metadata?.attempts ?? 1) > 1 && (name === 'NoSuchUpload' || statusOf(error) === 412)) return false
    throw error
  }
}

/** Reads the object back. What does not hold is deleted, unless it may be somebody else's. */
async function verifyWritten(
  connection: S3Connection,
  tidier: (patienceMs: number) => S3Connection,
  key: string,
  isSure: boolean,
  { verify, signal }: WriteOptions
): Promise<void> {
  try {
    await verify?.(randomAccess(connection, await headObject(connection, key)))
    signal?.throwIfAborted()
  } catch (error) {
    if (!isSure) throw alreadyThere(connection, key, error)
    const { client, common } = tidier(tidyMs)
    await client.send(new DeleteObjectCommand({ ...common, Key: connection.fullKey(key) })).catch(() => {})
    throw error
  }
}

/** An object as it is now. */
export function headObject(connection: S3Connection, key: string): Promise<StoredObject> {
  const command = new HeadObjectCommand({ ...connection.common, Key: connection.fullKey(key) })
  return connection.attempt({ permission: 's3:GetObject', key }, async () => {
    const { ContentLength, ETag } = await connection.client.send(command, {
      requestTimeout: connection.waits.firstByteMs
    })
    return { key, size: ContentLength!, version: ETag! }
  })
}

/** Aborts what this write began, known or not; says so where it can't. */
async function takeBack(
  tidier: S3Connection,
  key: string,
  uploadId: string | undefined,
  onLeftBehind: WriteOptions['onLeftBehind']
): Promise<void> {
  const signal = AbortSignal.timeout(tidyMs)
  try {
    if (uploadId !== undefined) await abortUpload(tidier, key, uploadId, signal)
    await forgiveDenied(abortUnfinished(tidier, key, signal))
  } catch (error) {
    const what = `An unfinished upload to ${urlOf({ ...tidier, key })} could not be aborted (${messageOf(error)})`
    onLeftBehind?.(`${what}; the next export to the same place, or a lifecycle rule of the bucket, removes it`)
  } finally {
    tidier.close()
  }
}

/** Whoever may not list uploads can't see what others left; the lifecycle rule of the bucket does. */
async function forgiveDenied(attempt: Promise<void>): Promise<void> {
  await attempt.catch((error) => {
    if (statusOf(error) !== 403) throw error
  })
}

/** A conditional write that lost: 412, or 409 when both came at once. */
function isTaken(error: unknown): boolean {
  return error instanceof IotLogError && (error.code === 'replaced' || statusOf(error.cause) === 409)
}

function alreadyThere(connection: S3Connection, key: string, cause: unknown): IotLogError {
  const url = urlOf({ ...connection, key })
  return new IotLogError('output-exists', `Already there, not overwritten: ${url} (--force replaces it)`, {
    subject: url,
    cause
  })
}
