import { addAbortListener } from 'node:events'
import type { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { attemptsOf, statusOf } from '../../contract/aws-errors.ts'
import type { WriteOptions } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'
import { choosePartBytes } from './part-size.ts'

const partsInFlight = 2
/** The largest object that has to succeed where the caller does not say: limits.maxArchiveBytes as it is shipped. */
const usualMaxBytes = 50 * 1024 ** 3
/** How long the request that begins an upload may go on when it is cancelled: or nobody would know what to abort. */
const lateMs = 1_000

/** What became of a write. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The object may be there: the last request got no answer, or a repeated one found its work done. */
  | { readonly kind: 'in-doubt'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

/** An upload on its way, and how far it got. */
export interface CuttableUpload {
  /** Uploads to the end. @throws where it has failed */
  finish(): Promise<WriteOutcome>
  /** Of a multipart upload that was begun. */
  readonly uploadId: string | undefined
  /** Whether a multipart upload may have been begun whose id is not known: its answer never came. */
  readonly isBeginningInDoubt: boolean
  /** Whether the request that makes the object visible was sent. */
  readonly isLastSent: boolean
}

/**
 * Prepares an upload by the SDK's library, every request of it bound to `cut`: the library itself lets parts in flight
 * end, and tells of a refused one only when the next bytes of the body have come.
 */
export function createUpload(
  connection: S3Connection,
  key: string,
  body: Readable,
  options: WriteOptions,
  cut: AbortSignal
): CuttableUpload {
  const { overwrite, contentType, expectedBytes = 0, maxBytes = usualMaxBytes } = options
  const state: UploadState = { beginning: 'no', isLastSent: false }
  const upload = new Upload({
    client: cuttable(connection.client, body, cut, state),
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
  return {
    finish: () => finish(upload, state),
    get uploadId() {
      return upload.uploadId
    },
    get isBeginningInDoubt() {
      return state.beginning === 'sent' || state.beginning === 'repeated'
    },
    get isLastSent() {
      return state.isLastSent
    }
  }
}

interface UploadState {
  /** Why the first request failed that did; it ended the body, and so the others fail as well. */
  failure?: unknown
  /** Of the request that begins a multipart upload. */
  beginning: 'no' | 'sent' | 'answered' | 'repeated'
  isLastSent: boolean
}

/** The client as the library uses it: it reads its configuration and sends. */
function cuttable(client: S3Client, body: Readable, cut: AbortSignal, state: UploadState): S3Client {
  const late = new AbortController()
  const failed = new AbortController()
  const cutOrFailed = AbortSignal.any([cut, failed.signal])
  addAbortListener(cut, () => setTimeout(() => late.abort(), lateMs).unref())
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    const isFirst = command instanceof CreateMultipartUploadCommand
    if (isFirst) state.beginning = 'sent'
    state.isLastSent ||= command instanceof PutObjectCommand || command instanceof CompleteMultipartUploadCommand
    try {
      const answer = await client.send(command, { abortSignal: isFirst ? late.signal : cutOrFailed })
      if (isFirst) state.beginning = attemptsOf(answer) > 1 ? 'repeated' : 'answered'
      return answer
    } catch (error) {
      state.failure ??= error
      failed.abort()
      // Without an error: the body has none of its own.
      body.destroy()
      throw error
    }
  }
  return { config: client.config, send } as unknown as S3Client
}

async function finish(upload: Upload, state: UploadState): Promise<WriteOutcome> {
  try {
    await upload.done()
    return { kind: 'written' }
  } catch (told) {
    const error = state.failure ?? told
    const isGone = (error as Error).name === 'NoSuchUpload' || statusOf(error) === 412
    const isRepeated = attemptsOf(error) > 1 && isGone
    const isUnanswered = state.isLastSent && '$metadata' in (error as object) && statusOf(error) === undefined
    if (isRepeated || isUnanswered) return { kind: 'in-doubt', error }
    throw error
  }
}
