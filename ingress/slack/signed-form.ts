import type { Deadline } from '../jobs/deadline.ts'
import { type FunctionUrlEvent, formBytes, RequestRefused } from '../jobs/function-url.ts'
import type { SlackServices } from './services.ts'
import { verifySignature } from './verify-signature.ts'

/** A form that Slack has signed. */
export interface SignedForm {
  readonly fields: URLSearchParams
  readonly signature: string
}

/**
 * Reads a form and believes it only when its signature holds; nothing but the secrets is touched before. Undefined when
 * Slack only looks at the certificate (`ssl_check`), which it does unsigned.
 * @throws RequestRefused 400, 401, 413, 415; OutOfTimeError when the secrets do not come in time
 */
export async function readSignedForm(
  event: FunctionUrlEvent,
  services: SlackServices,
  mostBytes: number,
  deadline: Deadline
): Promise<SignedForm | undefined> {
  const body = formBytes(event, mostBytes)
  const fields = new URLSearchParams(body.toString())
  if (fields.get('ssl_check') === '1') return undefined
  const signature = event.headers['x-slack-signature'] ?? ''
  const request = { body, timestamp: event.headers['x-slack-request-timestamp'], signature }
  const { signingSecrets } = await deadline.within('secrets', () => services.secrets())
  const verdict = verifySignature(request, signingSecrets, services.nowMs())
  if (verdict === 'valid') return { fields, signature }
  // Which of the three it was helps an operator, and would help a forger.
  services.log.warn('A request was not signed by Slack just now', { verdict, path: event.rawPath })
  throw new RequestRefused(401, 'The signature is not valid')
}
