import { createHmac } from 'node:crypto'

/** The app's request URLs, as its manifest has them. */
export interface Ingress {
  readonly commandsUrl: string
  readonly interactiveUrl: string
}

/** How a request to the app went. */
export interface Delivery {
  /** Undefined when no answer came in time, or none at all. */
  readonly status: number | undefined
  readonly contentType: string
  readonly body: string
  readonly seconds: number
  /** Slack's word for the error that the user sees: `operation_timeout`, `http_client_error`, `http_service_error`, `dispatch_failed`. */
  readonly failure: string | undefined
}

export interface DeliverySettings {
  readonly signingSecret: string
  /** 3,000 unless a test can't wait. */
  readonly timeoutMs: number
  readonly nowMs: () => number
}

/** `v0=` and the HMAC over version, time and raw body: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signatureOf(signingSecret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

/** The headers that Slack sends with a form. */
export function signedHeadersOf(signingSecret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  return {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json,*/*',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(signingSecret, timestamp, body)
  }
}

/** Sends a form to the app as Slack does: signed, once, with 3 seconds for all of it. */
export async function deliver(url: string, body: string, settings: DeliverySettings): Promise<Delivery> {
  const { signingSecret, timeoutMs, nowMs } = settings
  const startMs = performance.now()
  const seconds = (): number => (performance.now() - startMs) / 1000
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: signedHeadersOf(signingSecret, body, nowMs()),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs)
    })
    const { status } = answer
    const contentType = answer.headers.get('content-type') ?? ''
    return { status, contentType, body: await answer.text(), seconds: seconds(), failure: failureOf(status) }
  } catch (error) {
    const failure = (error as Error).name === 'TimeoutError' ? 'operation_timeout' : 'dispatch_failed'
    return { status: undefined, contentType: '', body: '', seconds: seconds(), failure }
  }
}

function failureOf(status: number): string | undefined {
  if (status === 200) return undefined
  return status >= 500 ? 'http_service_error' : 'http_client_error'
}
