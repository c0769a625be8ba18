import { createHash, createHmac } from 'node:crypto'
import type { AwsCredentials } from './sinks/sink.ts'

/*
 * AWS Signature Version 4 for a POST to a root path
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): all that a queue needs,
 * without its SDK in the bundle.
 */

export interface UnsignedPost {
  readonly host: string
  /** Names in lower case; all are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Where and when a signature holds. */
export interface SignatureScope {
  readonly region: string
  readonly service: string
  readonly nowMs: number
}

/** Adds the date, the token and the signature. */
export function signPost(
  { host, headers, body }: UnsignedPost,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { region, service, nowMs }: SignatureScope
): Record<string, string> {
  const stamp = `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
  const day = stamp.slice(0, 8)
  const signed: Record<string, string> = { ...headers, host, 'x-amz-date': stamp }
  if (sessionToken !== undefined) signed['x-amz-security-token'] = sessionToken
  const names = Object.keys(signed).sort()
  const list = names.join(';')
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${list}\n${sha256(body)}`
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${secretAccessKey}`
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  signed.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`
  return signed
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
