import type { ServerResponse } from 'node:http'
import { noEffects } from './effects.ts'
import { S3Error } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { pace, pacedChunkBytes } from './pace.ts'
import { stopConnection } from './stop.ts'
import { errorDocument } from './xml.ts'

export type Headers = Readonly<Record<string, string | number>>

/** Bytes to send. */
export interface Source {
  read(start: number, length: number): Buffer
}

const chunkBytes = 1024 * 1024

/** Answers with what is at hand. */
export async function reply(exchange: Exchange, status: number, headers: Headers = {}, body?: string): Promise<void> {
  const bytes = Buffer.from(body ?? '')
  const source = { read: (start: number, length: number) => bytes.subarray(start, start + length) }
  const type = body === undefined ? {} : { 'content-type': 'application/xml' }
  await replyWith(exchange, status, { ...type, ...headers }, source, 0, bytes.length)
}

/** Answers with `length` bytes of a source from `start`, as its faults allow. The first bytes are read before the head is sent. */
export async function replyWith(
  exchange: Exchange,
  status: number,
  headers: Headers,
  source: Source,
  start: number,
  length: number
): Promise<void> {
  const { response, sending } = exchange
  if (exchange.request.method === 'HEAD') {
    if (sendHead(exchange, status, headers, length)) response.end()
    return
  }
  if (sending === noEffects && length <= chunkBytes) {
    const body = source.read(start, length)
    if (sendHead(exchange, status, headers, length)) response.end(body)
    return
  }
  await sendSlowly(exchange, status, headers, source, start, length)
}

async function sendSlowly(
  exchange: Exchange,
  status: number,
  headers: Headers,
  source: Source,
  start: number,
  length: number
): Promise<void> {
  const { response } = exchange
  const { bytesPerSecond, stop, corruptAt } = exchange.sending
  const end = Math.min(length, stop?.afterBytes ?? length)
  const step = bytesPerSecond === undefined ? chunkBytes : pacedChunkBytes(bytesPerSecond)
  let chunk = source.read(start, Math.min(step, end))
  if (!sendHead(exchange, status, headers, length)) return
  if (end === 0) response.flushHeaders()
  for (let sent = 0; sent < end; ) {
    if (bytesPerSecond !== undefined && response.socket) await pace(response.socket, chunk.length, bytesPerSecond)
    const goesOn = response.write(corrupted(chunk, (corruptAt ?? -1) - sent))
    sent += chunk.length
    if (!goesOn) await drained(response)
    if (response.destroyed) return
    if (sent < end) chunk = source.read(start + sent, Math.min(step, end - sent))
  }
  if (!stop || (stop.afterBytes ?? 0) >= length) response.end()
  else await stopAfterFlush(response, stop.kind)
}

async function stopAfterFlush(response: ServerResponse, kind: 'cut' | 'reset' | 'hang'): Promise<void> {
  const { socket } = response
  await new Promise<void>((resolve) => (socket && !socket.destroyed ? socket.write('', () => resolve()) : resolve()))
  stopConnection(socket, kind)
}

function corrupted(chunk: Buffer, at: number): Buffer {
  if (at < 0 || at >= chunk.length) return chunk
  const copy = Buffer.from(chunk)
  copy[at]! ^= 0xff
  return copy
}

/** Sends status and headers; false if no body can follow. */
function sendHead(exchange: Exchange, status: number, headers: Headers, length: number): boolean {
  const { response, record, requestId } = exchange
  record.status = status
  if (exchange.sending.losesAnswer) stopConnection(response.socket, 'reset')
  if (response.destroyed || response.socket === null) return false
  const hasNoLength = status === 204 || status === 304
  const date = exchange.service.date()
  response.writeHead(status, {
    ...(date === undefined ? {} : { date }),
    'x-amz-request-id': requestId,
    'x-amz-id-2': `${requestId}/embedded`,
    Server: 'AmazonS3',
    ...(hasNoLength ? {} : { 'content-length': length }),
    // The client has not sent its body, and is not going to.
    ...(exchange.awaitsContinue ? { connection: 'close' } : {}),
    ...headers
  })
  return true
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

/** Answers with an error: S3's XML, or for HEAD its status alone. */
export async function replyError(exchange: Exchange, error: unknown): Promise<void> {
  const { request, requestId } = exchange
  const known =
    error instanceof S3Error
      ? error
      : new S3Error(500, 'InternalError', error instanceof Error ? error.message : String(error))
  const body = errorDocument({
    Code: known.code,
    Message: known.message,
    ...known.details,
    ...(request.bucket === undefined ? {} : { BucketName: request.bucket }),
    Resource: request.rawPath,
    RequestId: requestId,
    HostId: `${requestId}/embedded`
  })
  if (known.status === 304) await reply(exchange, 304, known.headers)
  else await reply(exchange, known.status, known.headers, body)
}
