import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { s3Error } from './errors.ts'
import type { S3Request } from './request.ts'
import { canonicalPath, canonicalQuery } from './uri.ts'

export const algorithmV4 = 'AWS4-HMAC-SHA256'
const terminator = 'aws4_request'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Temporary credentials have one; every request must then carry it. */
  readonly sessionToken?: string
}

/** What a request says of its signature, wherever it says it. */
export interface SignatureClaim {
  /** `AKID/20261120/ap-northeast-1/s3/aws4_request`, taken apart. */
  readonly credential: ClaimedCredential
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `20261120T010203Z` */
  readonly date: string
}

export interface ClaimedCredential {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  /** `20261120/ap-northeast-1/s3/aws4_request` */
  readonly scope: string
}

/** Takes a credential apart; undefined unless it has its five fields and ends as it must. */
export function parseCredential(text: string): ClaimedCredential | undefined {
  const fields = text.split('/')
  if (fields.length < 5) return undefined
  const [end, service, region, date] = fields.reverse()
  if (end !== terminator || !/^\d{8}$/.test(date!)) return undefined
  const scope = `${date}/${region}/${service}/${terminator}`
  return { accessKeyId: text.slice(0, -scope.length - 1), date: date!, region: region!, service: service!, scope }
}

/** Milliseconds of a date like `20261120T010203Z`; undefined for what is none. */
export function parseAmzDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts.map(Number)
  return Date.UTC(year!, month! - 1, day, hour, minute, second)
}

/** Refuses a request whose signature is not the one its content and the secret give. Returns its signing key, for chunks. */
export function checkSignature(
  request: S3Request,
  claim: SignatureClaim,
  credentials: Credentials,
  payloadHash: string,
  withoutQuery?: string
): KeyObject {
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash, withoutQuery)
  const toSign = `${algorithmV4}\n${claim.date}\n${claim.credential.scope}\n${hash('sha256', canonical)}`
  const key = signingKey(credentials, claim.credential)
  if (signText(key, toSign) === claim.signature) return key
  throw s3Error('SignatureDoesNotMatch', {
    AWSAccessKeyId: credentials.accessKeyId,
    StringToSign: toSign,
    SignatureProvided: claim.signature,
    CanonicalRequest: canonical
  })
}

/** HMAC-SHA256, hex. */
export function signText(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** What SigV4 makes of a request before it is hashed; S3 encodes the path once. */
export function canonicalRequest(
  request: S3Request,
  signedHeaders: readonly string[],
  payloadHash: string,
  withoutQuery?: string
): string {
  const query = canonicalQuery(request.pairs, withoutQuery)
  let text = `${request.method}\n${canonicalPath(request.rawPath)}\n${query}\n`
  for (const name of signedHeaders) {
    const value = request.headers[name] ?? ''
    text += `${name}:${canonicalHeader(typeof value === 'string' ? value : value.join(','))}\n`
  }
  return `${text}\n${signedHeaders.join(';')}\n${payloadHash}`
}

const canonicalHeader = (value: string): string =>
  value.includes('  ') ? value.trim().replace(/ {2,}/g, ' ') : value.trim()

const signingKeys = new Map<string, KeyObject>()

/** The key of a day, a region and a service; derived once. */
function signingKey({ secretAccessKey }: Credentials, { scope, date, region, service }: ClaimedCredential): KeyObject {
  const name = `${secretAccessKey}/${scope}`
  const known = signingKeys.get(name)
  if (known) return known
  let key: Buffer | string = `AWS4${secretAccessKey}`
  for (const field of [date, region, service, terminator]) key = createHmac('sha256', key).update(field).digest()
  if (signingKeys.size >= 100) signingKeys.clear()
  const made = createSecretKey(key as Buffer)
  signingKeys.set(name, made)
  return made
}
