import { createHash, randomBytes } from 'node:crypto'
import type { Part, Upload } from './buckets.ts'
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumHeader,
  parseAlgorithm,
  startChecksum
} from './checksums.ts'
import { contentOf, copyResult, copySource } from './copy-object.ts'
import { s3Error } from './errors.ts'
import type { ObjectExchange } from './exchange.ts'
import { newObjectProperties } from './object-headers.ts'
import type { Pieces } from './pieces.ts'
import { etagOf } from './put-object.ts'
import { parseRange } from './range.ts'
import { reply } from './reply.ts'
import { header, type S3Request } from './request.ts'
import { promisedAlgorithm, receiveBody } from './request-body.ts'
import { element, xmlDocument } from './xml.ts'

const maxPartBytes = 5 * 1024 ** 3
const maxParts = 10_000

export async function createMultipartUpload(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request, service } = exchange
  const algorithmText = header(request, 'x-amz-checksum-algorithm')
  const algorithm = algorithmText === undefined ? undefined : parseAlgorithm(algorithmText)
  const checksumType = checksumTypeOf(header(request, 'x-amz-checksum-type'), algorithm)
  const upload: Upload = {
    id: randomBytes(48).toString('base64url'),
    key,
    initiatedMs: service.nowMs(),
    properties: newObjectProperties(request),
    algorithm,
    checksumType,
    parts: new Map()
  }
  bucket.uploads.set(upload.id, upload)
  const inside = element('Bucket', bucket.name) + element('Key', key) + element('UploadId', upload.id)
  const headers = algorithm ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType } : {}
  await reply(exchange, 200, headers, xmlDocument('InitiateMultipartUploadResult', inside))
}

function checksumTypeOf(text: string | undefined, algorithm: ChecksumAlgorithm | undefined): ChecksumType {
  const isFullOnly = algorithm === 'CRC64NVME'
  const type = text ?? (isFullOnly ? 'FULL_OBJECT' : 'COMPOSITE')
  const isOfHash = algorithm === 'SHA1' || algorithm === 'SHA256'
  const isPossible = type === 'COMPOSITE' ? !isFullOnly : type === 'FULL_OBJECT' && !isOfHash
  if (isPossible && (algorithm || text === undefined)) return type as ChecksumType
  throw s3Error(
    'InvalidRequest',
    {},
    `The ${type} checksum type cannot be used with the ${algorithm ?? 'null'} checksum algorithm.`
  )
}

export async function uploadPart(exchange: ObjectExchange): Promise<void> {
  const { bucket, request } = exchange
  const { storage } = bucket
  const upload = findUpload(exchange)
  const number = partNumberOf(request)
  const promised = promisedAlgorithm(request)
  if (upload.algorithm && promised !== upload.algorithm) {
    const given = promised?.toLowerCase() ?? 'null'
    const text = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${given}`
    throw s3Error('InvalidRequest', {}, text)
  }
  const limits = { maxBytes: maxPartBytes, wantsMd5: !storage.hasPlainEtags, storage }
  const { content, md5, checksum } = await receiveBody(exchange, limits)
  const part = keepPart(exchange, upload, { number, etag: etagOf(md5), checksum, content })
  const checksumHeaders = part.checksum ? { [checksumHeader(part.checksum.algorithm)]: part.checksum.value } : {}
  await reply(exchange, 200, { etag: `"${part.etag}"`, ...checksumHeaders })
}

/** UploadPartCopy: a part that is a span of an object. */
export async function uploadPartCopy(exchange: ObjectExchange): Promise<void> {
  const { request } = exchange
  const upload = findUpload(exchange)
  const number = partNumberOf(request)
  const source = copySource(exchange)
  const rangeText = header(request, 'x-amz-copy-source-range')
  const range =
    rangeText === undefined ? { start: 0, end: source.object.size } : parseRange(rangeText, source.object.size)
  if (!range || range === 'unsatisfiable') throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-copy-source-range' })
  const content = contentOf(source, range.start, range.end - range.start)
  const bytes = content.read(0, content.size)
  const running = upload.algorithm && startChecksum(upload.algorithm)
  running?.update(bytes)
  const checksum = running && { algorithm: upload.algorithm!, value: running.digest().toString('base64') }
  const etag = createHash('md5').update(bytes).digest('hex')
  const part = keepPart(exchange, upload, { number, etag, checksum, content })
  await reply(exchange, 200, {}, copyResult('CopyPartResult', part.etag, part.lastModifiedMs))
}

function keepPart(
  exchange: ObjectExchange,
  upload: Upload,
  part: Pick<Part, 'number' | 'etag' | 'checksum'> & { readonly content: Pieces }
): Part {
  const { bucket, service } = exchange
  // The upload may have been completed or aborted while the body came in.
  if (!bucket.uploads.has(upload.id)) throw noSuchUpload(upload.id)
  const { storage } = bucket
  const content = storage.stage ? storage.stage(part.content) : part.content
  const kept = { ...part, content, size: content.size, lastModifiedMs: service.nowMs() }
  upload.parts.set(part.number, kept)
  storage.trim?.(sortedParts(upload).map((one) => one.content))
  return kept
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(exchange: ObjectExchange): Promise<void> {
  exchange.bucket.uploads.delete(findUpload(exchange).id)
  await reply(exchange, 204)
}

/** The upload that a request names, which must be for its key. */
export function findUpload({ bucket, key, request }: ObjectExchange): Upload {
  const id = request.query.get('uploadId') ?? ''
  const upload = bucket.uploads.get(id)
  if (upload?.key !== key) throw noSuchUpload(id)
  return upload
}

const noSuchUpload = (id: string): Error => s3Error('NoSuchUpload', { UploadId: id })

export function sortedParts(upload: Upload): Part[] {
  return [...upload.parts.values()].sort((a, b) => a.number - b.number)
}

function partNumberOf(request: S3Request): number {
  const text = request.query.get('partNumber') ?? ''
  const number = Number(text)
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= maxParts) return number
  const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`
  throw s3Error('InvalidArgument', { ArgumentName: 'partNumber', ArgumentValue: text }, message)
}
