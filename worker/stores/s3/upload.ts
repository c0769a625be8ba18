import type { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { WriteOptions } from '../store.ts'
import type { S3Connection } from './connection.ts'
import { choosePartBytes } from './part-size.ts'
import { statusOf } from './patience.ts'

const partsInFlight = 2
/** The largest object that has to succeed where the caller does not say: limits.maxArchiveBytes as it is shipped. */
const usualMaxBytes = 50 * 1024 ** 3
/** How long the request that begins an upload may go on when it is cancelled: or nobody would know what to abort. */
const lateMs = 1_000

/** An upload on its way, and how far it got. */
export interface CuttableUpload {
  /**
   * Uploads to the end. False when the last answer is in doubt: it was asked for twice, and the second time the upload
   * was gone or the object there, which is what a lost first answer looks like.
   */
  finish(): Promise<boolean>
  /** Of a multipart upload that was begun. */
  readonly uploadId: string | undefined
  /** Whether a multipart upload may have been begun whose answer never came. */
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
  const state = { isBeginning: false, isLastSent: false }
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
    finish: () => finish(upload),
    get uploadId() {
      return upload.uploadId
    },
    get isBeginningInDoubt() {
      return state.isBeginning && upload.uploadId === undefined
    },
    get isLastSent() {
      return state.isLastSent
    }
  }
}

/** The client as the library uses it: it reads its configuration and sends. */
function cuttable(
  client: S3Client,
  body: Readable,
  cut: AbortSignal,
  state: { isBeginning: boolean; isLastSent: boolean }
): S3Client {
  const late = new AbortController()
  cut.addEventListener('abort', () => setTimeout(() => late.abort(), lateMs).unref(), { once: true })
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    const isFirst = command instanceof CreateMultipartUploadCommand
    state.isBeginning ||= isFirst
    state.isLastSent ||= command instanceof PutObjectCommand || command instanceof CompleteMultipartUploadCommand
    try {
      return await client.send(command, { abortSignal: isFirst ? late.signal : cut })
    } catch (error) {
      body.destroy(error as Error)
      throw error
    }
  }
  return { config: client.config, send } as unknown as S3Client
}

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
