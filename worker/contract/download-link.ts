import { createHmac, timingSafeEqual } from 'node:crypto'

/*
 * Download links with a signed expiry. Programs with the key create and check them, and store nothing. The ingress
 * answers a click with a new presigned URL.
 */

const signatureLength = 32
const signaturePattern = /^[0-9a-f]{32}$/
const secondsPattern = /^[1-9]\d{0,11}$/

/** `expired` was once valid; `forged` was never made with any of the keys. */
export type DownloadCheck = 'valid' | 'expired' | 'forged'

/** `/download/<id>?e=<unix seconds>&s=<32 hex>`: valid until `expiresMs`, rounded up to a whole second. */
export function downloadPath(key: string, id: string, expiresMs: number): string {
  if (key === '') throw new RangeError('A link cannot be signed with an empty key')
  const expires = String(Math.ceil(expiresMs / 1000))
  return `/download/${encodeURIComponent(id)}?e=${expires}&s=${signatureOf(key, id, expires)}`
}

/**
 * Checks the query of a download path against all valid keys, in constant time. Missing, repeated or malformed
 * parameters are forged.
 */
export function checkDownload(
  keys: readonly string[],
  id: string,
  query: URLSearchParams,
  nowMs: number
): DownloadCheck {
  const [expires, isOneTime] = onlyValue(query, 'e')
  const [signature, isOneSignature] = onlyValue(query, 's')
  if (!isOneTime || !isOneSignature || !secondsPattern.test(expires) || !signaturePattern.test(signature)) {
    return 'forged'
  }
  const given = Buffer.from(signature)
  const matches = keys.filter((key) => key !== '' && timingSafeEqual(Buffer.from(signatureOf(key, id, expires)), given))
  if (matches.length === 0) return 'forged'
  return nowMs <= Number(expires) * 1000 ? 'valid' : 'expired'
}

function onlyValue(query: URLSearchParams, name: string): readonly [string, boolean] {
  const values = query.getAll(name)
  return [values[0] ?? '', values.length === 1]
}

/** Half of an HMAC-SHA256, as RFC 2104 section 5 allows; the first line keeps it apart from other uses of the key. */
function signatureOf(key: string, id: string, expires: string): string {
  return createHmac('sha256', key).update(`iot-log download\n${id}\n${expires}`).digest('hex').slice(0, signatureLength)
}
