import { createHmac, timingSafeEqual } from 'node:crypto'

/*
 * Slack's request signature, version 0 (https://docs.slack.dev/authentication/verifying-requests-from-slack): an
 * HMAC-SHA256 over the version, the time and the raw bytes of the body. Pure.
 */

/** How far a request's time may be from ours, in either direction. */
export const longestSkewSeconds = 300

/** The bytes of a request as they came, and what its headers say of them. */
export interface SignedRequest {
  readonly body: Buffer
  /** `X-Slack-Request-Timestamp`: whole seconds since 1970. */
  readonly timestamp: string | undefined
  /** `X-Slack-Signature`: `v0=` and 64 hexadecimal digits. */
  readonly signature: string | undefined
}

export type Verdict = 'valid' | 'malformed' | 'stale' | 'forged'

/** Whether one of the secrets signed the request just now. Several secrets are in force while one is being replaced. */
export function verifySignature(request: SignedRequest, secrets: readonly string[], nowMs: number): Verdict {
  const { body, timestamp = '', signature = '' } = request
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'malformed'
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > longestSkewSeconds) return 'stale'
  const given = Buffer.from(signature)
  // All are compared, so that the time taken does not tell which one it was. An empty secret would be anyone's.
  const matches = secrets.filter(
    (secret) => secret !== '' && timingSafeEqual(Buffer.from(signBody(body, timestamp, secret)), given)
  )
  return matches.length > 0 ? 'valid' : 'forged'
}

/** The signature that Slack would send. */
export function signBody(body: Buffer, timestamp: string, secret: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}
