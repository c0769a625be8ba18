import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { S3Bucket } from './bucket.ts'
import { type AnswerSink, GetSocket, type GetWaits, type Origin } from './get-socket.ts'
import { encodeKey, signGet } from './sign.ts'

/*
 * GETs with as little CPU as possible. The SDK resolves the bucket's address and the credentials. Request, signature and
 * response are handled here. Only the expected response is accepted. After any other, the SDK repeats the GET: it knows
 * all errors and redirects of S3.
 */

/** A part of an object. */
export interface Span {
  readonly key: string
  /** Of the whole object, as listed. */
  readonly size: number
  readonly version: string | undefined
  readonly from: number
  readonly to: number
}

/** The address of a bucket's objects. */
interface Endpoint extends Origin {
  readonly hostHeader: string
  /** The part of the path before the encoded key. */
  readonly pathBefore: string
  readonly signingRegion: string
}

/** The lean GETs of one bucket and thread. */
export class LeanGets {
  readonly #bucket: S3Bucket
  readonly #waits: GetWaits
  readonly #idle: GetSocket[] = []
  readonly #busy = new Set<GetSocket>()
  #endpoint: Promise<Endpoint | undefined> | undefined

  constructor(bucket: S3Bucket, waits: GetWaits) {
    this.#bucket = bucket
    this.#waits = waits
  }

  /**
   * Fetches a span. False if the SDK has to fetch it; then no bytes were passed on.
   * @throws Error if the connection broke; then some bytes may have been passed on
   */
  async get(span: Span, onBytes: (bytes: Buffer) => void, signal: AbortSignal): Promise<boolean> {
    this.#endpoint ??= findEndpoint(this.#bucket)
    const endpoint = await this.#endpoint
    const request = endpoint && (await this.#signedRequest(span, endpoint))
    if (request === undefined || !endpoint) return false
    const sink: AnswerSink = { onHead: (head) => isExpected(head, span), onBytes }
    return !(await this.#exchange(request, sink, endpoint, signal))
  }

  close(): void {
    for (const socket of [...this.#idle.splice(0), ...this.#busy]) socket.close()
  }

  async #exchange(request: string, sink: AnswerSink, origin: Origin, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      signal.throwIfAborted()
      const reused = this.#takeIdle()
      let hasAnswered = false
      const watched: AnswerSink = {
        onHead: (head) => {
          hasAnswered = true
          return sink.onHead(head)
        },
        onBytes: sink.onBytes
      }
      try {
        return await this.#send(reused ?? new GetSocket(origin, this.#waits), request, watched, signal)
      } catch (error) {
        // S3 closes idle connections. Only the next request finds out.
        if (!reused || hasAnswered || signal.aborted) throw error
      }
    }
  }

  async #send(socket: GetSocket, request: string, sink: AnswerSink, signal: AbortSignal): Promise<boolean> {
    this.#busy.add(socket)
    try {
      return await socket.get(request, sink, signal)
    } finally {
      this.#busy.delete(socket)
      if (socket.isUsable) this.#idle.push(socket)
    }
  }

  #takeIdle(): GetSocket | undefined {
    for (let socket = this.#idle.pop(); socket; socket = this.#idle.pop()) if (socket.isUsable) return socket
    return undefined
  }

  /** Undefined without credentials. The SDK's GET then reports the reason. */
  async #signedRequest(span: Span, endpoint: Endpoint): Promise<string | undefined> {
    const { client, common, fullKey } = this.#bucket
    const credentials = await client.config.credentials().catch(() => undefined)
    if (!credentials) return undefined
    const isWhole = span.from === 0 && span.to === span.size
    const path = endpoint.pathBefore + encodeKey(fullKey(span.key))
    const headers = {
      host: endpoint.hostHeader,
      ...(span.version !== undefined && { 'if-match': span.version }),
      ...(!isWhole && { range: `bytes=${span.from}-${span.to - 1}` }),
      ...(common.ExpectedBucketOwner !== undefined && { 'x-amz-expected-bucket-owner': common.ExpectedBucketOwner }),
      ...(common.RequestPayer !== undefined && { 'x-amz-request-payer': common.RequestPayer })
    }
    const nowMs = Date.now() + client.config.systemClockOffset
    const signed = signGet({ path, headers }, credentials, endpoint.signingRegion, nowMs)
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`)
    return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  }
}

function isExpected(head: Parameters<AnswerSink['onHead']>[0], { from, to, size }: Span): boolean {
  if (head.contentLength !== to - from) return false
  if (from === 0 && to === size) return head.status === 200
  return head.status === 206 && head.contentRange === `bytes ${from}-${to - 1}/${size}`
}

/**
 * Finds out where the SDK would send a GET, without sending one. Undefined if it would not sign with SigV4: directory
 * buckets, multi-region access points.
 */
async function findEndpoint({ client, common }: S3Bucket): Promise<Endpoint | undefined> {
  const command = new GetObjectCommand({ ...common, Key: 'key' })
  let endpoint: Endpoint | undefined
  command.middlewareStack.add(
    (_next, context) =>
      async ({ request }) => {
        const { protocol, hostname, port, path } = request as RequestPlace
        const scheme = (context as { endpointV2?: EndpointChoice }).endpointV2?.properties?.authSchemes?.[0]
        if (scheme === undefined || scheme.name === 'sigv4') {
          const isTls = protocol === 'https:'
          const signingRegion = scheme?.signingRegion ?? (await client.config.region())
          const hostHeader = port === undefined ? hostname : `${hostname}:${port}`
          const pathBefore = path.slice(0, -'key'.length)
          const host = hostname.replace(/^\[(.*)\]$/, '$1')
          endpoint = { host, port: port ?? (isTls ? 443 : 80), isTls, hostHeader, pathBefore, signingRegion }
        }
        return { response: {}, output: { $metadata: {} } as never }
      },
    { step: 'build', priority: 'low', name: 'findEndpoint' }
  )
  await client.send(command).catch(() => {})
  return endpoint
}

interface RequestPlace {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

interface EndpointChoice {
  readonly properties?: { readonly authSchemes?: readonly { readonly name: string; readonly signingRegion?: string }[] }
}
