import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  algorithmOfHeader,
  type Checksum,
  type ChecksumAlgorithm,
  checkChecksumForm,
  checksumHeader,
  headerChecksum,
  startChecksum
} from './checksums.ts'
import { decodeChunked } from './chunked-body.ts'
import { s3Error } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { pace } from './pace.ts'
import { sha256Mismatch } from './payload.ts'
import { Pieces } from './pieces.ts'
import { header, type S3Request } from './request.ts'
import { stopConnection } from './stop.ts'
import type { Storage } from './storage.ts'

/** A body that is complete, and what it was held against. */
export interface ReceivedBody {
  readonly content: Pieces
  /** Hex; undefined if it was not requested. */
  readonly md5: string | undefined
  readonly checksum: Checksum | undefined
}

export interface BodyLimits {
  readonly maxBytes: number
  readonly wantsMd5: boolean
  /** What may forget of the body as it grows. */
  readonly storage?: Storage
  /** A checksum header is not about this body. */
  readonly hasObjectChecksum?: boolean
}

/** The connection is gone or will not be answered: no answer is possible. */
export class Unanswered extends Error {}

const trimEveryBytes = 8 * 1024 * 1024

/** The algorithm of the checksum that headers or a trailer promise. */
export function promisedAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  return headerChecksum(request.headers)?.algorithm ?? trailerAlgorithm(request)
}

/** Reads a body whole and holds it against everything its request says of it: length, hash, MD5, checksum, signatures. */
export async function receiveBody(exchange: Exchange, limits: BodyLimits): Promise<ReceivedBody> {
  const { request } = exchange
  const length = checkLength(request, limits.maxBytes)
  const promisedMd5 = parseMd5(header(request, 'content-md5'))
  const promised = limits.hasObjectChecksum ? undefined : headerChecksum(request.headers)
  const trailer = trailerAlgorithm(request)
  if (promised && trailer) {
    throw s3Error('InvalidRequest', {}, 'Expecting a single x-amz-checksum- header or trailer.')
  }
  const algorithm = promised?.algorithm ?? trailer
  const isPromised = limits.hasObjectChecksum || algorithm !== undefined
  if (header(request, 'x-amz-sdk-checksum-algorithm') !== undefined && !isPromised) {
    const text =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
    throw s3Error('InvalidRequest', {}, text)
  }
  if (exchange.awaitsContinue) exchange.response.writeContinue()
  exchange.awaitsContinue = false

  const md5 = limits.wantsMd5 || promisedMd5 ? createHash('md5') : undefined
  const checksum = algorithm && startChecksum(algorithm)
  const content = new Pieces()
  const { bytes, trailers } = openBody(exchange)
  let trimmed = 0
  for await (const chunk of bytes) {
    md5?.update(chunk)
    checksum?.update(chunk)
    content.push(chunk)
    if (content.size > limits.maxBytes) throw s3Error('EntityTooLarge', { MaxSizeAllowed: String(limits.maxBytes) })
    if (limits.storage?.trim && content.size - trimmed >= trimEveryBytes) {
      trimmed = content.size
      limits.storage.trim([content])
    }
  }
  if (content.size !== length && length !== undefined) throw s3Error('IncompleteBody')

  const md5Hex = md5?.digest('hex')
  if (promisedMd5 && promisedMd5 !== md5Hex) throw badDigest('Content-MD5')
  const computed = algorithm && { algorithm, value: checksum!.digest().toString('base64') }
  if (promised && promised.value !== computed!.value) throw badDigest(promised.algorithm)
  if (trailer) checkTrailer(trailers, computed!)
  if (exchange.receiving.latencyMs > 0) await sleep(exchange.receiving.latencyMs, undefined, { ref: false })
  return { content, md5: md5Hex, checksum: computed }
}

/** The length that the body must have, if a header states it. */
function checkLength(request: S3Request, maxBytes: number): number | undefined {
  const decoded = header(request, 'x-amz-decoded-content-length')
  const plain = header(request, 'content-length')
  if (decoded === undefined && header(request, 'transfer-encoding') !== undefined) {
    throw s3Error('NotImplemented', { Header: 'Transfer-Encoding' })
  }
  const text = decoded ?? plain
  if (text === undefined) throw s3Error('MissingContentLength')
  if (!/^\d{1,15}$/.test(text)) throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-decoded-content-length' })
  if (Number(text) > maxBytes) {
    throw s3Error('EntityTooLarge', { ProposedSize: text, MaxSizeAllowed: String(maxBytes) })
  }
  return Number(text)
}

function parseMd5(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const digest = Buffer.from(text, 'base64')
  if (digest.length !== 16 || digest.toString('base64') !== text)
    throw s3Error('InvalidDigest', { 'Content-MD5': text })
  return digest.toString('hex')
}

function trailerAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const name = header(request, 'x-amz-trailer')
  if (name === undefined) return undefined
  const algorithm = algorithmOfHeader(name.trim().toLowerCase())
  if (!algorithm)
    throw s3Error('InvalidRequest', {}, 'The value specified in the x-amz-trailer header is not supported')
  return algorithm
}

function checkTrailer(trailers: ReadonlyMap<string, string>, computed: Checksum): void {
  const value = trailers.get(checksumHeader(computed.algorithm))
  if (value === undefined) throw s3Error('MalformedTrailerError')
  checkChecksumForm({ algorithm: computed.algorithm, value })
  if (value !== computed.value) throw badDigest(computed.algorithm)
}

const badDigest = (name: string): Error =>
  s3Error('BadDigest', {}, `The ${name} you specified did not match the calculated checksum.`)

interface OpenBody {
  readonly bytes: AsyncIterable<Buffer>
  readonly trailers: ReadonlyMap<string, string>
}

const noTrailers: ReadonlyMap<string, string> = new Map()

function openBody(exchange: Exchange): OpenBody {
  const { payload } = exchange
  const raw = rawBody(exchange)
  if (payload.kind === 'framed') return decodeChunked(raw, payload.chain, payload.hasTrailers)
  return { bytes: payload.kind === 'hashed' ? hashed(raw, payload.sha256) : raw, trailers: noTrailers }
}

async function* hashed(raw: AsyncIterable<Buffer>, claimed: string): AsyncGenerator<Buffer> {
  const sha256 = createHash('sha256')
  for await (const chunk of raw) {
    sha256.update(chunk)
    yield chunk
  }
  const computed = sha256.digest('hex')
  if (computed !== claimed) throw sha256Mismatch(claimed, computed)
}

/** The body as it comes off the connection, which an early end of the reading leaves alone: it is still to carry the answer. */
async function* rawBody({ request, receiving }: Exchange): AsyncGenerator<Buffer> {
  const { incoming } = request
  const { bytesPerSecond, stop } = receiving
  let received = 0
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length
      if (bytesPerSecond !== undefined) await pace(incoming.socket, chunk.length, bytesPerSecond)
      if (stop && received >= (stop.afterBytes ?? 0)) break
      yield chunk
    }
  } catch (error) {
    throw incoming.complete ? error : new Unanswered('The client went away', { cause: error })
  }
  if (!stop || received < (stop.afterBytes ?? 0)) return
  incoming.pause()
  stopConnection(incoming.socket, stop.kind)
  throw new Unanswered('As the fault says')
}
