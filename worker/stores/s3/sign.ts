import { createHash, createHmac } from 'node:crypto'

/*
 * AWS Signature Version 4 for a GET
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). It is written by hand
 * because the SDK's signature takes five times as long as inflating a small object (bench/README.md).
 */

/** The credentials that sign a request. Temporary ones have a `sessionToken`. */
export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** A GET without a body, before it is signed. */
export interface UnsignedGet {
  /** Encoded, and without a query. */
  readonly path: string
  /** Names in lower case. `host` among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const service = 's3'

/** Signs the request: adds the date, the hash of the body, the token and the signature to its headers. */
export function signGet(
  { path, headers }: UnsignedGet,
  credentials: SigningCredentials,
  region: string,
  nowMs: number
): Record<string, string> {
  const stamp = `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
  const signed: Record<string, string> = { ...headers, 'x-amz-content-sha256': emptyHash, 'x-amz-date': stamp }
  if (credentials.sessionToken !== undefined) signed['x-amz-security-token'] = credentials.sessionToken
  const names = Object.keys(signed).sort()
  const list = names.join(';')
  const canonical = `GET\n${path}\n\n${names.map((name) => `${name}:${signed[name]}\n`).join('')}\n${list}\n${emptyHash}`
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = signingKey(credentials.secretAccessKey, stamp.slice(0, 8), region)
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const credential = `${credentials.accessKeyId}/${scope}`
  signed.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${list}, Signature=${signature}`
  return signed
}

/** Encodes a key for a path: every byte but the unreserved ones of RFC 3986 and the slash. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
}

/** The signing key takes four hashes and is the same for a day. */
let latestKey: { readonly from: string; readonly key: Buffer } | undefined

function signingKey(secret: string, day: string, region: string): Buffer {
  const from = `${secret}/${day}/${region}`
  if (latestKey?.from !== from) {
    const parts = [day, region, service, 'aws4_request']
    const key = parts.reduce<Buffer | string>(
      (above, part) => createHmac('sha256', above).update(part).digest(),
      `AWS4${secret}`
    )
    latestKey = { from, key: key as Buffer }
  }
  return latestKey.key
}
