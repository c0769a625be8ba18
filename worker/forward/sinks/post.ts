import { addAbortListener } from 'node:events'
import { type Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** The response to a POST. */
interface PostAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The first 4 KiB. */
  readonly text: string
}

interface PostOptions {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly agent: HttpAgent | HttpsAgent
  /** Without a byte in either direction. */
  readonly idleMs: number
  readonly signal: AbortSignal
}

const keptBytes = 4096

/** Sends one request, without retries or redirects. Fails with the connection's error, or the signal's reason. */
export async function post({ url, headers, body, agent, idleMs, signal }: PostOptions): Promise<PostAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(body.length) },
    agent,
    timeout: idleMs
  })
  using _listener = addAbortListener(signal, () => void request.destroy(signal.reason))
  request.on('timeout', () => request.destroy(new Error(`no answer within ${idleMs / 1000} s`)))
  request.on('error', reject)
  request.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      if (text.length < keptBytes) text += chunk
    })
    response.on('end', () =>
      resolve({ status: response.statusCode!, headers: response.headers, text: text.slice(0, keptBytes) })
    )
    response.on('error', reject)
    response.on('close', () => reject(new Error('the response is incomplete')))
  })
  request.end(body)
  return await promise
}
