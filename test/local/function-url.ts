import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../stand-ins/s3/connections.ts'

/*
 * A Lambda Function URL on this machine: HTTP in, events of payload format 2.0 to a handler, its result out
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).
 */

export interface FunctionUrlEvent {
  readonly version: '2.0'
  readonly routeKey: '$default'
  /** As it was sent. */
  readonly rawPath: string
  readonly rawQueryString: string
  readonly cookies?: readonly string[]
  /** Lower-case; several of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly queryStringParameters?: Readonly<Record<string, string>>
  readonly requestContext: {
    readonly accountId: 'anonymous'
    readonly apiId: string
    readonly domainName: string
    readonly domainPrefix: string
    readonly http: {
      readonly method: string
      readonly path: string
      readonly protocol: string
      readonly sourceIp: string
      readonly userAgent: string
    }
    readonly requestId: string
    readonly routeKey: '$default'
    readonly stage: '$default'
    readonly time: string
    readonly timeEpoch: number
  }
  readonly body?: string
  readonly isBase64Encoded: boolean
}

export type FunctionUrlHandler = (event: FunctionUrlEvent) => Promise<unknown>

export interface FunctionUrlOptions {
  readonly port?: number
  /** After which the function is killed. Default: 10 s. */
  readonly timeoutMs?: number
  /** Gets what the handler throws. */
  readonly onError?: (error: unknown) => void
}

export interface FunctionUrlServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Lambda's limit of a request's payload: 6 MB. */
const maxPayloadBytes = 6_291_456

/** Serves a handler on loopback. What it throws is a 502, what it takes too long for a 504. */
export async function serveFunctionUrl(
  handler: FunctionUrlHandler,
  options: FunctionUrlOptions = {}
): Promise<FunctionUrlServer> {
  const { timeoutMs = 10_000, onError = () => {} } = options
  const server = createServer(async (incoming, response) => {
    try {
      const body = await readBody(incoming)
      if (!body) return sendError(response, 413, 'Request Too Long')
      const running = handler(eventOf(incoming, body, server.address() as { port: number }))
      const late = Symbol('late')
      const result = await Promise.race([running, sleep(timeoutMs, late, { ref: false })])
      if (result === late) sendError(response, 504, 'Gateway Timeout')
      else sendResult(response, result)
    } catch (error) {
      onError(error)
      if (response.headersSent) response.destroy()
      else sendError(response, 502, 'Internal Server Error')
    }
  })
  const connections = await listen(server, options.port ?? 0)
  const close = (): Promise<void> => connections.shut()
  return { url: `http://127.0.0.1:${connections.port}`, port: connections.port, close, [Symbol.asyncDispose]: close }
}

function eventOf(incoming: IncomingMessage, body: Buffer, { port }: { port: number }): FunctionUrlEvent {
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const rawPath = mark < 0 ? target : target.slice(0, mark)
  const rawQueryString = mark < 0 ? '' : target.slice(mark + 1)
  const { cookie, ...headers } = joinedHeaders(incoming)
  const isText = body.length > 0 && isTextType(headers['content-type'] ?? '')
  const now = new Date()
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: {
      ...headers,
      'x-amzn-trace-id': `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': String(port),
      'x-forwarded-proto': 'http'
    },
    ...(rawQueryString === '' ? {} : { queryStringParameters: joinedQuery(rawQueryString) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: headers.host ?? '',
      domainPrefix: 'local',
      http: {
        method: incoming.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${incoming.httpVersion}`,
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? ''
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: `${now.toUTCString()}`,
      timeEpoch: now.getTime()
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText
  }
}

/** What arrives as text; a form does not. */
function isTextType(type: string): boolean {
  return /^(?:text\/|application\/(?:json|javascript|xml|.*\+(?:json|xml))\b)/.test(type.toLowerCase())
}

function joinedHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')])
  )
}

function joinedQuery(raw: string): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(raw)) {
    joined[name] = joined[name] === undefined ? value : `${joined[name]},${value}`
  }
  return joined
}

/** A result without a status is the body of a 200, as JSON. */
function sendResult(response: ServerResponse, result: unknown): void {
  const isWhole = typeof result === 'object' && result !== null && 'statusCode' in result
  if (!isWhole) {
    response.writeHead(200, { 'content-type': 'application/json' })
    return void response.end(typeof result === 'string' ? result : JSON.stringify(result ?? null))
  }
  const { statusCode, headers, body, isBase64Encoded, cookies } = result as {
    statusCode: number
    headers?: Record<string, string | number | boolean>
    body?: string
    isBase64Encoded?: boolean
    cookies?: string[]
  }
  const sent = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
  const withType = { 'content-type': 'application/json', ...Object.fromEntries(sent) }
  response.writeHead(statusCode, { ...withType, ...(cookies ? { 'set-cookie': cookies } : {}) })
  response.end(isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''))
}

function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ Message: message }))
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxPayloadBytes) chunks.push(chunk)
  }
  return length > maxPayloadBytes ? undefined : Buffer.concat(chunks)
}
