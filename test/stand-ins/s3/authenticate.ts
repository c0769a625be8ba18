import type { KeyObject } from 'node:crypto'
import { s3Error } from './errors.ts'
import { type Payload, payloadOf } from './payload.ts'
import { claimOfQuery, isPresigned } from './presigned.ts'
import { header, type S3Request } from './request.ts'
import {
  algorithmV4,
  type ClaimedCredential,
  type Credentials,
  checkSignature,
  parseAmzDate,
  parseCredential,
  type SignatureClaim
} from './signature.ts'

/** What the server holds a request's signature against. */
export interface AuthenticationSettings {
  readonly credentials: ReadonlyMap<string, Credentials>
  /** The region that the request's signature must name. */
  readonly region: string
  readonly nowMs: number
}

/** Who asked, and how the body is vouched for. */
export interface Authentication {
  readonly payload: Payload
  readonly isPresigned: boolean
}

const maxSkewMs = 15 * 60 * 1000

/** Checks everything S3 checks of a request's signature, in its header or in its query; throws the error of S3. */
export function authenticate(request: S3Request, settings: AuthenticationSettings): Authentication {
  const authorization = header(request, 'authorization')
  const presigned = isPresigned(request)
  if (authorization !== undefined && presigned) {
    const text =
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'
    throw s3Error('InvalidArgument', { ArgumentName: 'Authorization', ArgumentValue: authorization }, text)
  }
  if (presigned) return authenticateQuery(request, settings)
  if (authorization === undefined) throw s3Error('AccessDenied')
  return authenticateHeader(request, authorization, settings)
}

function authenticateHeader(
  request: S3Request,
  authorization: string,
  settings: AuthenticationSettings
): Authentication {
  const claim = claimOfHeader(request, authorization)
  checkScope(claim.credential, settings.region, 'AuthorizationHeaderMalformed')
  const credentials = credentialsOf(claim.credential, settings)
  checkToken(credentials, header(request, 'x-amz-security-token'))
  const dateMs = parseAmzDate(claim.date)
  if (dateMs === undefined) {
    throw s3Error('AccessDenied', {}, 'AWS authentication requires a valid Date or x-amz-date header')
  }
  if (!claim.date.startsWith(claim.credential.date)) {
    const text = 'The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.'
    throw s3Error('AuthorizationHeaderMalformed', {}, text)
  }
  if (Math.abs(dateMs - settings.nowMs) > maxSkewMs) {
    throw s3Error('RequestTimeTooSkewed', {
      RequestTime: claim.date,
      ServerTime: new Date(settings.nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: String(maxSkewMs)
    })
  }
  checkSignedHeaders(request, claim.signedHeaders)
  const declared = header(request, 'x-amz-content-sha256')
  if (declared === undefined) {
    throw s3Error('InvalidRequest', {}, 'Missing required header for this request: x-amz-content-sha256')
  }
  const key = checkSignature(request, claim, credentials, declared)
  return { payload: payloadOf(request, declared, chain(claim, key)), isPresigned: false }
}

function authenticateQuery(request: S3Request, settings: AuthenticationSettings): Authentication {
  const claim = claimOfQuery(request, settings.nowMs)
  checkScope(claim.credential, settings.region, 'AuthorizationQueryParametersError')
  const credentials = credentialsOf(claim.credential, settings)
  checkToken(credentials, request.query.get('X-Amz-Security-Token') ?? header(request, 'x-amz-security-token'))
  checkSignedHeaders(request, claim.signedHeaders)
  const declared = header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  const key = checkSignature(request, claim, credentials, declared, 'X-Amz-Signature')
  return { payload: payloadOf(request, declared, chain(claim, key)), isPresigned: true }
}

const chain = ({ credential, date, signature }: SignatureClaim, key: KeyObject) => ({
  key,
  scope: credential.scope,
  date,
  signature
})

/** What an Authorization header says, form checked. */
function claimOfHeader(request: S3Request, authorization: string): SignatureClaim {
  if (!authorization.startsWith(`${algorithmV4} `)) {
    const text = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
    throw s3Error('InvalidRequest', {}, text)
  }
  const fields = new Map<string, string>()
  for (const field of authorization.slice(algorithmV4.length + 1).split(',')) {
    const equals = field.indexOf('=')
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim())
  }
  const credential = credentialOf(requiredField(fields, 'Credential'))
  if (!credential) {
    const text =
      'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
    throw s3Error('AuthorizationHeaderMalformed', {}, text)
  }
  const signedHeaders = headersOf(requiredField(fields, 'SignedHeaders'))
  const date = header(request, 'x-amz-date') ?? ''
  return { credential, signedHeaders, signature: requiredField(fields, 'Signature'), date }
}

function requiredField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value) return value
  throw s3Error('AuthorizationHeaderMalformed', {}, `The authorization header is malformed; missing ${name}.`)
}

// A client sends the same credential and the same list of headers again and again.
const credentialOf = remembered(parseCredential)
const headersOf = remembered((text: string) => text.split(';'))

function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const parsed = parse(text)
    if (known.size < 1000) known.set(text, parsed)
    return parsed
  }
}

function checkScope(
  { service, region }: ClaimedCredential,
  expected: string,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError'
): void {
  const start =
    code === 'AuthorizationHeaderMalformed'
      ? 'The authorization header is malformed'
      : 'Error parsing the X-Amz-Credential parameter'
  if (service !== 's3') {
    throw s3Error(code, {}, `${start}; incorrect service "${service}". This endpoint belongs to "s3".`)
  }
  if (region !== expected) {
    throw s3Error(code, { Region: expected }, `${start}; the region '${region}' is wrong; expecting '${expected}'`)
  }
}

function credentialsOf({ accessKeyId }: ClaimedCredential, settings: AuthenticationSettings): Credentials {
  const found = settings.credentials.get(accessKeyId)
  if (!found) throw s3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId })
  return found
}

function checkToken({ accessKeyId, sessionToken }: Credentials, token: string | undefined): void {
  if (token === sessionToken) return
  // S3 does not know a temporary key apart from its token.
  if (token === undefined) throw s3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId })
  throw s3Error('InvalidToken', { 'Token-0': token })
}

/** The host and every `x-amz-` header must be under the signature. */
function checkSignedHeaders(request: S3Request, signedHeaders: readonly string[]): void {
  const unsigned: string[] = []
  if (!signedHeaders.includes('host')) unsigned.push('host')
  for (const name in request.headers) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) unsigned.push(name)
  }
  if (unsigned.length === 0) return
  const details = { HeadersNotSigned: unsigned.join(', ') }
  throw s3Error('AccessDenied', details, 'There were headers present in the request which were not signed')
}
