import { s3Error } from './errors.ts'
import type { S3Request } from './request.ts'
import { algorithmV4, parseAmzDate, parseCredential, type SignatureClaim } from './signature.ts'

const maxExpiresS = 604_800
const maxAheadMs = 15 * 60 * 1000

/** Whether a request carries its signature in its query. */
export function isPresigned(request: S3Request): boolean {
  return request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature')
}

/** What the query says of its signature, its form and its life checked. */
export function claimOfQuery(request: S3Request, nowMs: number): SignatureClaim {
  const [algorithm, credentialText, signature, date, signedHeaders, expires] = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Signature',
    'X-Amz-Date',
    'X-Amz-SignedHeaders',
    'X-Amz-Expires'
  ].map((name) => request.query.get(name))
  if (!algorithm || !credentialText || !signature || !date || !signedHeaders || !expires) {
    throw malformed(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
    )
  }
  if (algorithm !== algorithmV4) throw malformed(`X-Amz-Algorithm only supports "${algorithmV4}"`)
  const credential = parseCredential(credentialText)
  if (!credential) {
    throw malformed(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
    )
  }
  const dateMs = parseAmzDate(date)
  if (dateMs === undefined) throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
  if (!date.startsWith(credential.date))
    throw malformed(`Invalid credential date "${credential.date}". This date is not the same as X-Amz-Date: "${date}".`)
  checkLife(dateMs, expires, nowMs)
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date }
}

function checkLife(dateMs: number, expires: string, nowMs: number): void {
  if (!/^-?\d+$/.test(expires)) throw malformed('X-Amz-Expires should be a number')
  if (Number(expires) < 0) throw malformed('X-Amz-Expires must be non-negative')
  if (Number(expires) > maxExpiresS) {
    throw malformed(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'
    )
  }
  if (dateMs - nowMs > maxAheadMs) throw s3Error('AccessDenied', {}, 'Request is not yet valid')
  const endMs = dateMs + Number(expires) * 1000
  if (nowMs <= endMs) return
  const details = {
    'X-Amz-Expires': expires,
    Expires: new Date(endMs).toISOString(),
    ServerTime: new Date(nowMs).toISOString()
  }
  throw s3Error('AccessDenied', details, 'Request has expired')
}

function malformed(text: string): Error {
  return s3Error('AuthorizationQueryParametersError', {}, text)
}
