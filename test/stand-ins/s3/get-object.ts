import { checkRead } from './conditions.ts'
import { S3Error, s3Error } from './errors.ts'
import type { ObjectExchange } from './exchange.ts'
import { checksumHeadersOf, headersOf } from './object-headers.ts'
import { type ByteRange, parseRange } from './range.ts'
import { reply, replyWith } from './reply.ts'
import { header, type S3Request } from './request.ts'
import type { StoredObject } from './storage.ts'

const overrides = ['type', 'language', 'disposition', 'encoding'].map(
  (name) => [`response-content-${name}`, `content-${name}`] as const
)
const allOverrides = [
  ...overrides,
  ['response-cache-control', 'cache-control'],
  ['response-expires', 'expires']
] as const

/** GetObject and HeadObject: they differ in the body, and in what an archived object answers. */
export async function getObject(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request } = exchange
  const object = bucket.storage.find(key)
  if (!object) throw s3Error('NoSuchKey', { Key: key })
  const headers = headersOf(object)
  if (bucket.requesterPays) headers['x-amz-request-charged'] = 'requester'
  if (checkRead(request, object) === 'not-modified') {
    const { etag, 'last-modified': lastModified } = headers
    return reply(exchange, 304, { etag: etag!, 'last-modified': lastModified! })
  }
  if (request.method === 'GET') checkRestored(object)
  const range = sentRange(exchange, object, rangeOf(request, object))
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${object.size}`
  else if (header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED') {
    Object.assign(headers, checksumHeadersOf(object))
  }
  if (exchange.sending.hasWrongChecksum) Object.assign(headers, wrongChecksum(object))
  for (const [parameter, name] of request.pairs.length > 0 ? allOverrides : []) {
    const value = request.query.get(parameter)
    if (value !== undefined) headers[name] = checkHeaderText(parameter, value)
  }
  await send(exchange, object, range, headers)
}

async function send(
  exchange: ObjectExchange,
  object: StoredObject,
  range: ByteRange | undefined,
  headers: Record<string, string>
): Promise<void> {
  const { start, end } = range ?? { start: 0, end: object.size }
  const status = range ? 206 : 200
  if (exchange.request.method === 'HEAD') {
    return replyWith(exchange, status, headers, { read: () => Buffer.alloc(0) }, start, end - start)
  }
  const open = exchange.bucket.storage.open(object)
  try {
    await replyWith(exchange, status, headers, open, start, end - start)
  } finally {
    open.close()
  }
}

/** Refuses to read what is asleep in an archive. */
export function checkRestored(object: StoredObject): void {
  const { storageClass, archiveStatus } = object
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE' && !archiveStatus) return
  const tier = archiveStatus ? { AccessTier: archiveStatus } : {}
  throw s3Error('InvalidObjectState', { StorageClass: storageClass, ...tier })
}

function rangeOf(request: S3Request, object: StoredObject): ByteRange | undefined {
  const text = header(request, 'range')
  if (text === undefined) return undefined
  const range = parseRange(text, object.size)
  if (range !== 'unsatisfiable') return range
  const { status, code, message } = s3Error('InvalidRange')
  const details = { ActualObjectSize: String(object.size), RangeRequested: text }
  throw new S3Error(status, code, message, details, { 'content-range': `bytes */${object.size}` })
}

/** The range that a fault sends instead. */
function sentRange(
  { sending }: ObjectExchange,
  { size }: StoredObject,
  asked: ByteRange | undefined
): ByteRange | undefined {
  if (!sending.wrongRange) return asked
  const { start, bytes = asked ? asked.end - asked.start : size } = sending.wrongRange
  return { start, end: Math.min(start + bytes, size) }
}

function checkHeaderText(parameter: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a header must not have
  if (!/[\u0000-\u001f\u007f]|[^\u0000-\u00ff]/.test(value)) return value
  const details = { ArgumentName: parameter, ArgumentValue: value }
  throw s3Error('InvalidArgument', details, 'Header value cannot be represented using ISO-8859-1.')
}

/** A CRC32 that is certainly not the object's own. */
function wrongChecksum({ checksum }: StoredObject): Record<string, string> {
  const value = checksum?.value === 'AAAAAA==' ? 'AAAAAQ==' : 'AAAAAA=='
  return { 'x-amz-checksum-crc32': value, 'x-amz-checksum-type': 'FULL_OBJECT' }
}
