import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { s3Error } from './errors.ts'
import { decodeUri, parseQuery, type QueryPair } from './uri.ts'

/** A request, its target taken apart. */
export interface S3Request {
  readonly method: string
  /** As it was sent, without the query. */
  readonly rawPath: string
  readonly rawQuery: string
  readonly pairs: readonly QueryPair[]
  readonly query: ReadonlyMap<string, string>
  readonly headers: IncomingHttpHeaders
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly incoming: IncomingMessage
}

const maxKeyBytes = 1024
const emptyQuery: ReadonlyMap<string, string> = new Map()

/** Takes a request apart. The bucket is in the host (`bucket.localhost`, `bucket.127.0.0.1`) or leads the path. */
export function readRequest(incoming: IncomingMessage): S3Request {
  const target = incoming.url ?? ''
  const mark = target.indexOf('?')
  const rawPath = mark < 0 ? target : target.slice(0, mark)
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1)
  if (!rawPath.startsWith('/')) throw s3Error('InvalidURI')
  const host = incoming.headers.host
  if (host === undefined) throw s3Error('MissingSecurityHeader', { MissingHeaderName: 'host' })
  const hostBucket = bucketOfHost(host)
  const slash = hostBucket === undefined ? rawPath.indexOf('/', 1) : 0
  const bucket = hostBucket ?? decodeUri(rawPath.slice(1, slash < 0 ? undefined : slash))
  const key = slash < 0 ? '' : decodeUri(rawPath.slice(slash + 1))
  if (key.length > maxKeyBytes / 4 && Buffer.byteLength(key) > maxKeyBytes) {
    throw s3Error('KeyTooLongError', { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(maxKeyBytes) })
  }
  const pairs = parseQuery(rawQuery)
  return {
    method: incoming.method ?? 'GET',
    rawPath,
    rawQuery,
    pairs,
    query: pairs.length === 0 ? emptyQuery : new Map(pairs),
    headers: incoming.headers,
    bucket: bucket === '' ? undefined : bucket,
    key: key === '' ? undefined : key,
    incoming
  }
}

const hostSuffixes = ['.localhost', '.127.0.0.1']
const bucketsOfHosts = new Map<string, string | undefined>()

function bucketOfHost(host: string): string | undefined {
  if (bucketsOfHosts.has(host)) return bucketsOfHosts.get(host)
  const name = host.replace(/:\d+$/, '')
  const suffix = hostSuffixes.find((end) => name.endsWith(end))
  const bucket = suffix === undefined ? undefined : name.slice(0, -suffix.length)
  if (bucketsOfHosts.size < 1000) bucketsOfHosts.set(host, bucket)
  return bucket
}

/** A header that is there once, as text. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

/** Whether a request announces a body. */
export function hasRequestBody({ headers }: S3Request): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined
}
