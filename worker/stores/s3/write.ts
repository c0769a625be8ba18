import { addAbortListener } from 'node:events'
import type { Readable } from 'node:stream'
import { statusOf } from '../../contract/aws-errors.ts'
import { IotLogError, messageOf } from '../../contract/errors.ts'
import type { WriteOptions } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'
import { urlOf } from './location.ts'
import { abortUnfinished, abortUpload } from './multipart-cleanup.ts'
import { deleteWritten, readBack } from './read-back.ts'
import { type CuttableUpload, createUpload } from './upload.ts'

/*
 * An object that appears whole or not at all: a multipart upload as the bytes come, which S3 makes visible at once when
 * it is completed, then read back for verification. What it began is aborted on every failure; what a killed process
 * began, by the next write of the same key. Of two writers of one key the later takes over.
 */

/** For taking back what was begun: whoever cancels does not wait much longer. */
const tidyMs = 1_500
/** Clocks differ: an upload that was begun so much before this write may be its own. */
const clockSlackMs = 5_000

/** Writes `body` under `key`. `connectTidier` reaches the same bucket with as little patience as it is given. */
export async function writeObject(
  connection: S3Connection,
  connectTidier: (patienceMs: number) => S3Connection,
  key: string,
  body: Readable,
  options: WriteOptions
): Promise<void> {
  const startedMs = Date.now()
  using cutter = cutWith(body, options.signal)
  const what = { permission: 's3:PutObject', key, signal: cutter.cut } as const
  const upload = createUpload(connection, key, body, options, cutter.cut)
  const tidy = async (run: (tidier: S3Connection) => Promise<void>): Promise<void> => {
    const tidier = connectTidier(tidyMs)
    await run(tidier).finally(() => tidier.close())
  }
  const failed = (error: unknown): Error => (isTaken(error) ? alreadyThere(connection, key, error) : (error as Error))
  let doubt: unknown
  try {
    await connection.attempt(what, () => forgiveDenied(abortUnfinished(connection, key, { signal: cutter.cut })))
    doubt = await connection.attempt(what, () => upload.finish())
  } catch (error) {
    body.destroy()
    await tidy(async (tidier) => {
      await takeBack(tidier, key, upload, startedMs, options)
      if (cutter.cut.aborted && upload.isLastSent) await deleteIfOurs(tidier, key, options)
    })
    throw failed(error)
  }
  try {
    await readBack(connection, key, options)
  } catch (error) {
    await tidy(async (tidier) => {
      if (doubt === undefined) return deleteWritten(tidier, key, options.onLeftBehind)
      await takeBack(tidier, key, upload, startedMs, options)
      if (options.signal?.aborted) await deleteIfOurs(tidier, key, options)
    })
    if (doubt === undefined || options.signal?.aborted) throw error
    if (!isVerdict(error)) {
      const what = `${urlOf({ ...connection, key })} may be there, and could not be read back`
      options.onLeftBehind?.(`${what} (${messageOf(error)})`)
      throw error
    }
    throw await connection.attempt(what, () => Promise.reject(doubt)).catch(failed)
  }
  // Parts that an upload in doubt has left are paid for, though the object is there.
  if (upload.isBeginningInDoubt) await tidy((tidier) => takeBack(tidier, key, upload, startedMs, options))
}

/** Whether reading back has told that nothing is there, or something else. */
function isVerdict(error: unknown): boolean {
  return !(error instanceof IotLogError) || error.code === 'not-found' || error.code === 'archive-invalid'
}

/** Aborts `cut`, with the reason, when the body fails or the signal says so; disposing lets go of the signal. */
function cutWith(body: Readable, signal: AbortSignal | undefined): { readonly cut: AbortSignal } & Disposable {
  const cut = new AbortController()
  // Whoever stops reading a stream ends it with an AbortError of the stream's own: that is no failure of the body.
  body.once('error', (error) => {
    if (error.name !== 'AbortError' || signal?.aborted) cut.abort(error)
  })
  // A body that has ended fails no more: the requests after it are cut by the signal itself.
  const cancel = (): void => {
    body.destroy(signal!.reason)
    cut.abort(signal!.reason)
  }
  const listener = signal && addAbortListener(signal, cancel)
  if (signal?.aborted) cancel()
  return { cut: cut.signal, [Symbol.dispose]: () => listener?.[Symbol.dispose]() }
}

/** The last request was cut: it may have been carried out all the same. */
async function deleteIfOurs(tidier: S3Connection, key: string, options: WriteOptions): Promise<void> {
  if (!options.verify) return
  const { signal: _, ...unbound } = options
  const isOurs = await readBack(tidier, key, unbound).then(
    () => true,
    () => false
  )
  if (isOurs) await deleteWritten(tidier, key, options.onLeftBehind)
}

/** Aborts what this write began, and nothing of others; says so where it can't. */
async function takeBack(
  tidier: S3Connection,
  key: string,
  { uploadId, isBeginningInDoubt }: CuttableUpload,
  startedMs: number,
  { onLeftBehind }: WriteOptions
): Promise<void> {
  try {
    if (uploadId !== undefined) await abortUpload(tidier, key, uploadId)
    if (isBeginningInDoubt) {
      await forgiveDenied(abortUnfinished(tidier, key, { sinceMs: startedMs - clockSlackMs }))
    }
  } catch (error) {
    const what = `An unfinished upload to ${urlOf({ ...tidier, key })} could not be aborted (${messageOf(error)})`
    onLeftBehind?.(`${what}; the next export to the same place, or a lifecycle rule of the bucket, removes it`)
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
