import { addAbortListener } from 'node:events'
import type { Readable } from 'node:stream'
import { statusOf } from '../../contract/aws-errors.ts'
import { IotLogError, messageOf } from '../../contract/errors.ts'
import type { WriteOptions } from '../../contract/store.ts'
import type { S3Attempt, S3Connection } from './connection.ts'
import { urlOf } from './location.ts'
import { abortUnfinished, abortUpload } from './multipart-cleanup.ts'
import { deleteWritten, readBack } from './read-back.ts'
import { type CuttableUpload, createUpload, type WriteOutcome } from './upload.ts'

/*
 * Writes an object that appears complete or not at all, by a multipart upload that S3 makes visible in one step. Then the
 * object is read back and verified. Every failure aborts the upload. If the process is killed, the next write of the same
 * key aborts it. Of two writers of one key the later one wins.
 */

/** Retry time-out of the cleanup: a person who cancels does not wait much longer. */
const tidyMs = 1_500
/** Clocks differ: an upload that began at most so long before this write may be its own. */
const clockSlackMs = 5_000

/** A running write. */
interface ObjectWrite {
  readonly connection: S3Connection
  readonly key: string
  readonly body: Readable
  readonly options: WriteOptions
  readonly upload: CuttableUpload
  /** Its signal aborts when the body fails or the write is cancelled. */
  readonly what: S3Attempt & { readonly signal: AbortSignal }
  readonly startedMs: number
}

/**
 * Writes `body` under `key`. `connectTidier` reaches the same bucket, with the short retry time-out that it is given.
 */
export async function writeObject(
  connection: S3Connection,
  connectTidier: (patienceMs: number) => S3Connection,
  key: string,
  body: Readable,
  options: WriteOptions
): Promise<void> {
  using cutter = cutWith(body, options.signal)
  const upload = createUpload(connection, key, body, options, cutter.cut)
  const what = { permission: 's3:PutObject', key, signal: cutter.cut } as const
  const write: ObjectWrite = { connection, key, body, options, upload, what, startedMs: Date.now() }
  const sent = await sendObject(write)
  const outcome = sent.kind === 'failed' ? sent : await verifyObject(write, sent)
  if (outcome.kind === 'failed' || upload.isBeginningInDoubt) {
    const tidier = connectTidier(tidyMs)
    await cleanUp(write, tidier, sent, outcome).finally(() => tidier.close())
  }
  if (outcome.kind === 'failed') throw outcome.error
}

/** Uploads the body, after aborting unfinished uploads of killed processes. */
async function sendObject(write: ObjectWrite): Promise<WriteOutcome> {
  const { connection, key, body, upload, what } = write
  try {
    await connection.attempt(what, () => forgiveDenied(abortUnfinished(connection, key, { signal: what.signal })))
    return await connection.attempt(what, () => upload.finish())
  } catch (error) {
    body.destroy()
    return { kind: 'failed', error: writeError(write, error) }
  }
}

/** Reads the object back, which settles a write in doubt. */
async function verifyObject(write: ObjectWrite, sent: WriteOutcome): Promise<WriteOutcome> {
  const { connection, key, options } = write
  try {
    await readBack(connection, key, options)
    return { kind: 'written' }
  } catch (error) {
    if (sent.kind !== 'in-doubt' || options.signal?.aborted) return { kind: 'failed', error }
    if (isVerdict(error)) {
      const cause = await connection.attempt(write.what, () => Promise.reject(sent.error)).catch((thrown) => thrown)
      return { kind: 'failed', error: writeError(write, cause) }
    }
    const what = `${urlOf({ ...connection, key })} may exist, but could not be read back`
    options.onLeftBehind?.(`${what} (${messageOf(error)})`)
    return { kind: 'failed', error }
  }
}

/** Cleans up. Parts that are left cost money, even if the object exists. */
async function cleanUp(
  write: ObjectWrite,
  tidier: S3Connection,
  sent: WriteOutcome,
  outcome: WriteOutcome
): Promise<void> {
  const { key, upload, what, options } = write
  const isFailed = outcome.kind === 'failed'
  if (isFailed && sent.kind === 'written') return deleteWritten(tidier, key, options.onLeftBehind)
  await takeBack(write, tidier)
  if (isFailed && what.signal.aborted && upload.isLastSent) await deleteIfOurs(tidier, key, options)
}

/** Whether reading back has found no object, or another one. */
function isVerdict(error: unknown): boolean {
  return !(error instanceof IotLogError) || error.code === 'not-found' || error.code === 'archive-invalid'
}

/** Aborts `cut`, with the reason, if the body fails or the signal aborts. Disposing removes the listener. */
function cutWith(body: Readable, signal: AbortSignal | undefined): { readonly cut: AbortSignal } & Disposable {
  const cut = new AbortController()
  // A reader that stops ends the stream with an AbortError. That is not a failure of the body.
  body.once('error', (error) => {
    if (error.name !== 'AbortError' || signal?.aborted) cut.abort(error)
  })
  // A body that has ended can't fail. The signal itself aborts the requests after it.
  const cancel = (): void => {
    body.destroy(signal!.reason)
    cut.abort(signal!.reason)
  }
  const listener = signal && addAbortListener(signal, cancel)
  if (signal?.aborted) cancel()
  return { cut: cut.signal, [Symbol.dispose]: () => listener?.[Symbol.dispose]() }
}

/** Deletes the object if the last request was aborted, but S3 has carried it out. */
async function deleteIfOurs(tidier: S3Connection, key: string, options: WriteOptions): Promise<void> {
  if (!options.verify) return
  const { signal: _, ...unbound } = options
  await readBack(tidier, key, unbound).then(
    () => deleteWritten(tidier, key, options.onLeftBehind),
    () => {}
  )
}

/** Aborts only the upload of this write. Reports it if that fails. */
async function takeBack({ key, upload, startedMs, options }: ObjectWrite, tidier: S3Connection): Promise<void> {
  const { uploadId, isBeginningInDoubt } = upload
  try {
    if (uploadId !== undefined) await abortUpload(tidier, key, uploadId)
    if (isBeginningInDoubt) {
      await forgiveDenied(abortUnfinished(tidier, key, { sinceMs: startedMs - clockSlackMs }))
    }
  } catch (error) {
    const what = `An unfinished upload to ${urlOf({ ...tidier, key })} could not be aborted (${messageOf(error)})`
    options.onLeftBehind?.(`${what}; the next export to the same place, or a lifecycle rule of the bucket, removes it`)
  }
}

/** Without the permission to list uploads, those of others stay, until the bucket's lifecycle rule removes them. */
async function forgiveDenied(attempt: Promise<void>): Promise<void> {
  await attempt.catch((error) => {
    if (statusOf(error) !== 403) throw error
  })
}

/** The error of a write. S3 responds with 412 if another writer was faster, and with 409 if both wrote at once. */
function writeError({ connection, key }: ObjectWrite, error: unknown): unknown {
  const isTaken = error instanceof IotLogError && (error.code === 'replaced' || statusOf(error.cause) === 409)
  if (!isTaken) return error
  const url = urlOf({ ...connection, key })
  const text = `Already there, not overwritten: ${url} (--force replaces it)`
  return new IotLogError('output-exists', text, { subject: url, cause: error })
}
