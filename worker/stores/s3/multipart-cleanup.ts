import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { S3Connection } from './connection.ts'

/*
 * Multipart uploads that were neither completed nor aborted. Their parts are invisible and cost money until they are
 * aborted.
 */

/** Aborts the unfinished uploads of exactly this key; if `sinceMs` is given, only those that began then or later. */
export async function abortUnfinished(
  connection: S3Connection,
  key: string,
  { sinceMs = Number.NEGATIVE_INFINITY, signal }: { readonly sinceMs?: number; readonly signal?: AbortSignal }
): Promise<void> {
  const prefix = connection.fullKey(key)
  let markers: { KeyMarker?: string; UploadIdMarker?: string } = {}
  for (let isDone = false; !isDone; ) {
    const command = new ListMultipartUploadsCommand({ ...connection.common, Prefix: prefix, ...markers })
    const page = await connection.client.send(command, signal ? { abortSignal: signal } : {})
    const own = (page.Uploads ?? []).filter(
      (upload) => upload.Key === prefix && (upload.Initiated?.getTime() ?? Number.POSITIVE_INFINITY) >= sinceMs
    )
    await Promise.all(own.map((upload) => abortUpload(connection, key, upload.UploadId!, signal)))
    markers = { KeyMarker: page.NextKeyMarker!, UploadIdMarker: page.NextUploadIdMarker! }
    isDone = page.IsTruncated !== true
  }
}

/** Aborts one upload, if it still exists. */
export async function abortUpload(
  connection: S3Connection,
  key: string,
  uploadId: string,
  signal?: AbortSignal
): Promise<void> {
  const target = { Key: connection.fullKey(key), UploadId: uploadId }
  const command = new AbortMultipartUploadCommand({ ...connection.common, ...target })
  try {
    await connection.client.send(command, signal ? { abortSignal: signal } : {})
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error
  }
}
