import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Credentials, checkSignature, parseAmzDate, parseCredential } from '../s3/signature.ts'
import { Refusal } from './refusal.ts'

export interface AuthenticationSettings {
  /** As a credential's scope names it: `batch`, `athena`. */
  readonly service: string
  /** The credentials of an access key; undefined if it is unknown. */
  credentialsOf(accessKeyId: string): Credentials | undefined
  readonly region: string
  readonly nowMs: number
}

const maxSkewMs = 5 * 60_000
const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+), ?SignedHeaders=(?<headers>[^,\s]+), ?Signature=(?<signature>[0-9a-f]{64})$/

/**
 * Checks the SigV4 signature of a request to a service other than S3, and gives the access key that made it.
 * @throws Refusal as AWS refuses it
 */
export function authenticate(incoming: IncomingMessage, body: Buffer, settings: AuthenticationSettings): string {
  const { service, credentialsOf, region, nowMs } = settings
  const { headers } = incoming
  if (headers.authorization === undefined) {
    throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
  }
  const fields = authorizationForm.exec(headers.authorization)?.groups
  const credential = parseCredential(fields?.credential ?? '')
  const date = String(headers['x-amz-date'] ?? '')
  const dateMs = parseAmzDate(date)
  if (!fields || !credential || dateMs === undefined) {
    throw new Refusal('IncompleteSignatureException', 'The authorization header is malformed', 403)
  }
  if (credential.service !== service) throw wrong(`Credential should be scoped to correct service: '${service}'.`)
  if (credential.region !== region) throw wrong(`Credential should be scoped to a valid region: '${region}'.`)
  if (!date.startsWith(credential.date)) throw wrong('Date in Credential scope does not match YYYYMMDD from ISO-8601')
  if (Math.abs(dateMs - nowMs) > maxSkewMs) throw wrong(`Signature expired: ${date}`)
  const credentials = credentialsOf(credential.accessKeyId)
  if (!credentials || (headers['x-amz-security-token'] ?? '') !== (credentials.sessionToken ?? '')) {
    throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.', 403)
  }
  const signedHeaders = fields.headers!.split(';')
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date')) {
    throw wrong("'Host' and 'X-Amz-Date' must be signed")
  }
  const path = incoming.url ?? '/'
  const request = {
    method: incoming.method ?? 'GET',
    rawPath: path,
    rawQuery: '',
    pairs: [],
    query: new Map<string, string>(),
    headers,
    bucket: undefined,
    key: undefined,
    incoming
  }
  const claim = { credential, signedHeaders, signature: fields.signature!, date }
  try {
    checkSignature(request, claim, credentials, createHash('sha256').update(body).digest('hex'))
  } catch {
    throw wrong('The request signature we calculated does not match the signature you provided.')
  }
  return credential.accessKeyId
}

const wrong = (message: string): Refusal => new Refusal('InvalidSignatureException', message, 403)
