import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DownloadLink } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'

/** The limit of Signature Version 4: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html */
const longestSeconds = 7 * 24 * 3600

/**
 * A link that downloads an object without credentials. It expires after the given time, or when the signing credentials
 * expire, whichever is first. The result has that time.
 */
export async function presignDownload(
  connection: S3Connection,
  key: string,
  minutes: number,
  nowMs: number
): Promise<DownloadLink> {
  const signer = connection.signer()
  const what = { permission: 's3:GetObject', key } as const
  const { expiration } = await connection.attempt(what, () => signer.config.credentials())
  const seconds = Math.min(minutes * 60, longestSeconds)
  const name = key.slice(key.lastIndexOf('/') + 1)
  const command = new GetObjectCommand({
    ...connection.common,
    Key: connection.fullKey(key),
    ResponseContentDisposition: `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"`
  })
  const signingDate = new Date(nowMs)
  const url = await getSignedUrl(signer, command, { expiresIn: seconds, signingDate })
  const expiresMs = Math.min(nowMs + seconds * 1000, expiration?.getTime() ?? Number.POSITIVE_INFINITY)
  return { url, expiresMs, isCutShort: expiresMs < nowMs + seconds * 1000 }
}
