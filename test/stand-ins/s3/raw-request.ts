import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { S3Server } from './server.ts'

/** A request signed by hand, so that any part of it can be wrong. */
export interface RawRequest {
  readonly method?: string
  /** As it goes over the wire. */
  readonly path?: string
  /** Encoded and sorted already. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  readonly signing?: Signing
  /** Changes the headers once they are signed; `undefined` takes one out. */
  readonly afterwards?: Readonly<Record<string, string | undefined>>
}

export interface Signing {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  readonly service?: string
  readonly terminator?: string
  readonly dateMs?: number
  readonly scopeDate?: string
  /** The value of `x-amz-content-sha256`. Default: the body's hash. */
  readonly payloadHash?: string
  /** Names that the signature leaves out. */
  readonly without?: readonly string[]
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The Code of an error. */
  readonly code: string | undefined
  /** Any element of the body. */
  element(name: string): string | undefined
}

export async function sendRaw(server: S3Server, raw: RawRequest): Promise<RawAnswer> {
  return sendPlain(server, raw, signedHeaders(server, raw).headers)
}

/** Sends a request as it stands, unsigned. */
export async function sendPlain(
  server: S3Server,
  raw: RawRequest,
  headers: Readonly<Record<string, string | undefined>> = raw.headers ?? {}
): Promise<RawAnswer> {
  const sent = Object.fromEntries(
    Object.entries({ ...headers, ...raw.afterwards }).filter(([, value]) => value !== undefined)
  )
  const path = raw.query === undefined ? (raw.path ?? '/') : `${raw.path ?? '/'}?${raw.query}`
  const outgoing = request({
    host: '127.0.0.1',
    port: server.port,
    method: raw.method ?? 'GET',
    path,
    headers: sent,
    agent: false
  })
  outgoing.end(raw.body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const body = await buffer(incoming)
  const text = body.toString()
  const element = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  return { status: incoming.statusCode!, headers: incoming.headers, body, code: element('Code'), element }
}

export interface SignedHeaders {
  readonly headers: Record<string, string>
  readonly signature: string
  readonly date: string
  readonly scope: string
  readonly key: Buffer
}

/** The headers of a request with its signature, written apart from the server's own. */
export function signedHeaders(server: S3Server, raw: RawRequest): SignedHeaders {
  const { credentials, region } = server
  const signing = {
    ...credentials,
    region,
    service: 's3',
    terminator: 'aws4_request',
    dateMs: Date.now(),
    payloadHash: sha256(raw.body ?? ''),
    without: [] as readonly string[],
    ...raw.signing
  }
  const date = new Date(signing.dateMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const scopeDate = signing.scopeDate ?? date.slice(0, 8)
  const headers: Record<string, string> = {
    host: `127.0.0.1:${server.port}`,
    'x-amz-content-sha256': signing.payloadHash,
    'x-amz-date': date,
    ...(raw.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(raw.body)) }),
    ...raw.headers
  }
  const names = Object.keys(headers)
    .filter((name) => name !== 'content-length' && !signing.without.includes(name))
    .sort()
  const canonical = [
    raw.method ?? 'GET',
    raw.path ?? '/',
    raw.query ?? '',
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    signing.payloadHash
  ].join('\n')
  const scope = `${scopeDate}/${signing.region}/${signing.service}/${signing.terminator}`
  let key = Buffer.from(`AWS4${signing.secretAccessKey}`)
  for (const field of scope.split('/')) key = hmac(key, field)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex')
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${signing.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { headers, signature, date, scope, key }
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
export const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
