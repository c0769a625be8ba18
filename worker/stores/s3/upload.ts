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
/** The default of `maxBytes`, the largest object that must succeed: the default of limits.maxArchiveBytes. */
const usualMaxBytes = 50 * 1024 ** 3
/** After a cancel the request that begins an upload may still take so long. Without its id there is nothing to abort. */
const lateMs = 1_000

/** The outcome of a write. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The object may exist: the last request got no response, or its retry found the work done. */
  | { readonly kind: 'in-doubt'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

/** A running upload and its state. */
export interface CuttableUpload {
  /** Uploads to the end. @throws the error of the first failed request */
  finish(): Promise<WriteOutcome>
  /** The id of the multipart upload, if there is one. */
  readonly uploadId: string | undefined
  /** Whether there may be a multipart upload with an unknown id, since the response was lost. */
  readonly isBeginningInDoubt: boolean
  /** Whether the request that makes the object visible was sent. */
  readonly isLastSent: boolean
}

/**
 * Prepares an upload by the SDK's library. `cut` aborts all its requests: the library itself waits for the parts in
 * flight, and reports a refused part only with the next bytes of the body.
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
    // write.ts aborts them, within a time limit.
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
  /** The first failure. It destroys the body, so the other requests fail too. */
  failure?: unknown
  /** The state of the request that begins a multipart upload. */
  beginning: 'no' | 'sent' | 'answered' | 'repeated'
  isLastSent: boolean
}

/** The client for the library, which uses only its configuration and `send`. */
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
      // Without an error: the body itself has not failed.
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
  } catch (reported) {
    const error = state.failure ?? reported
    const isGone = (error as Error).name === 'NoSuchUpload' || statusOf(error) === 412
    const isRepeated = attemptsOf(error) > 1 && isGone
    const isUnanswered = state.isLastSent && '$metadata' in (error as object) && statusOf(error) === undefined
    if (isRepeated || isUnanswered) return { kind: 'in-doubt', error }
    throw error
  }
}
