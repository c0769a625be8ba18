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
 * An object that appears whole or not at all: a multipart upload as the bytes come, which S3 makes visible at once when
 * it is completed, then read back for verification. What it began is aborted on every failure; what a killed process
 * began, by the next write of the same key. Of two writers of one key the later takes over.
 */

/** For cleanup: a person who cancels does not wait much longer. */
const tidyMs = 1_500
/** Clocks differ: an upload that was begun so much before this write may be its own. */
const clockSlackMs = 5_000

/** A write on its way. */
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

/** Uploads the body, in place of what a killed process left unfinished. */
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
      const cause = await connection.attempt(write.what, () => Promise.reject(sent.error)).catch((told) => told)
      return { kind: 'failed', error: writeError(write, cause) }
    }
    const what = `${urlOf({ ...connection, key })} may be there, and could not be read back`
    options.onLeftBehind?.(`${what} (${messageOf(error)})`)
    return { kind: 'failed', error }
  }
}

/** Removes what the write began. Parts that are left are paid for, even when the object is there. */
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

/** Whether reading back has found nothing, or something else. */
function isVerdict(error: unknown): boolean {
  return !(error instanceof IotLogError) || error.code === 'not-found' || error.code === 'archive-invalid'
}

/** Aborts `cut`, with the reason, when the body fails or the signal says so; disposing lets go of the signal. */
function cutWith(body: Readable, signal: AbortSignal | undefined): { readonly cut: AbortSignal } & Disposable {
  const cut = new AbortController()
  // A reader that stops ends the stream with an AbortError of the stream's own: that is no failure of the body.
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
  await readBack(tidier, key, unbound).then(
    () => deleteWritten(tidier, key, options.onLeftBehind),
    () => {}
  )
}

/** Aborts what this write began, and nothing of others; says so where it can't. */
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

/** Without the permission to list uploads, what others left is not seen; the bucket's lifecycle rule removes it. */
async function forgiveDenied(attempt: Promise<void>): Promise<void> {
  await attempt.catch((error) => {
    if (statusOf(error) !== 403) throw error
  })
}

/** The error of a write; one that lost against another writer got 412, or 409 when both came at once. */
function writeError({ connection, key }: ObjectWrite, error: unknown): unknown {
  const isTaken = error instanceof IotLogError && (error.code === 'replaced' || statusOf(error.cause) === 409)
  if (!isTaken) return error
  const url = urlOf({ ...connection, key })
  return new IotLogError('output-exists', `Already there, not overwritten: ${url} (--force replaces it)`, {
    subject: url,
    cause: error
  })
}
