import { createHash } from 'node:crypto'
import type { Part, Upload } from './buckets.ts'
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  headerChecksum,
  type ObjectChecksum,
  startChecksum
} from './checksums.ts'
import { checkWrite } from './conditions.ts'
import { combineCrc32 } from './crc.ts'
import { s3Error } from './errors.ts'
import type { ObjectExchange } from './exchange.ts'
import { findUpload } from './multipart.ts'
import { Pieces } from './pieces.ts'
import { reply } from './reply.ts'
import { header } from './request.ts'
import { receiveBody } from './request-body.ts'
import { element, xmlDocument } from './xml.ts'
import { childText, parseXml, type XmlElement } from './xml-parse.ts'

const minPartBytes = 5 * 1024 * 1024
const maxParts = 10_000
const maxDocumentBytes = 4 * 1024 * 1024

/** CompleteMultipartUpload: the named parts become the object, if they are what the request says. */
export async function completeMultipartUpload(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request, service } = exchange
  const { promised, content: document } = await readDocument(exchange)
  const upload = findUpload(exchange)
  const parts = namedParts(upload, parseXml(document, 'CompleteMultipartUpload'))
  checkSizes(parts)
  checkObjectSize(parts, header(request, 'x-amz-mp-object-size'))
  const checksum = checksumOfParts(upload, parts)
  if (promised && checksum && promised.value !== checksum.value) {
    throw s3Error('BadDigest', {}, `The ${checksum.algorithm} you specified did not match the calculated checksum.`)
  }
  checkWrite(request, bucket.storage.find(key))
  const etag = etagOfParts(parts)
  const content = Pieces.join(parts.map((part) => part.content))
  bucket.storage.put(key, content, { ...upload.properties, etag, checksum }, service.nowMs())
  bucket.uploads.delete(upload.id)
  const inside =
    element('Location', `http://${request.headers.host}/${bucket.name}/${key}`) +
    element('Bucket', bucket.name) +
    element('Key', key) +
    element('ETag', `"${etag}"`) +
    (checksum ? element(`Checksum${checksum.algorithm}`, checksum.value) + element('ChecksumType', checksum.type) : '')
  await reply(exchange, 200, {}, xmlDocument('CompleteMultipartUploadResult', inside))
}

/** The request's document. A checksum header is the object's here, and not the document's. */
async function readDocument(exchange: ObjectExchange) {
  const promised = headerChecksum(exchange.request.headers, true)
  const limits = { maxBytes: maxDocumentBytes, wantsMd5: false, hasObjectChecksum: true }
  const { content } = await receiveBody(exchange, limits)
  return { promised, content: content.read(0, content.size).toString() }
}

function namedParts(upload: Upload, root: XmlElement): Part[] {
  if (root.children.length === 0 || root.children.some(({ name }) => name !== 'Part')) throw s3Error('MalformedXML')
  if (root.children.length > maxParts) throw s3Error('MalformedXML')
  let before = 0
  return root.children.map((element) => {
    const text = childText(element, 'PartNumber')
    const etag = childText(element, 'ETag')
    if (text === undefined || etag === undefined || !/^\d{1,5}$/.test(text)) throw s3Error('MalformedXML')
    const number = Number(text)
    if (number <= before) throw s3Error('InvalidPartOrder', { UploadId: upload.id })
    before = number
    return namedPart(upload, number, etag.replaceAll('"', ''), element)
  })
}

function namedPart(upload: Upload, number: number, etag: string, element: XmlElement): Part {
  const part = upload.parts.get(number)
  const details = { UploadId: upload.id, PartNumber: String(number), ETag: etag }
  if (part?.etag !== etag) throw s3Error('InvalidPart', details)
  for (const algorithm of checksumAlgorithms) {
    const claimed = childText(element, `Checksum${algorithm}`)
    if (claimed === undefined) {
      if (algorithm === upload.algorithm && upload.checksumType === 'COMPOSITE')
        throw missingChecksum(algorithm, number)
    } else if (part.checksum?.algorithm !== algorithm || part.checksum.value !== claimed) {
      throw s3Error('InvalidPart', details)
    }
  }
  return part
}

function missingChecksum(algorithm: ChecksumAlgorithm, number: number): Error {
  const name = algorithm.toLowerCase()
  const text = `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`
  return s3Error('InvalidRequest', {}, text)
}

function checkSizes(parts: readonly Part[]): void {
  for (const { size, number, etag } of parts.slice(0, -1)) {
    if (size >= minPartBytes) continue
    throw s3Error('EntityTooSmall', {
      ProposedSize: String(size),
      MinSizeAllowed: String(minPartBytes),
      PartNumber: String(number),
      ETag: etag
    })
  }
}

function checkObjectSize(parts: readonly Part[], promised: string | undefined): void {
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  if (promised === undefined || Number(promised) === size) return
  throw s3Error('InvalidRequest', {}, 'The provided x-amz-mp-object-size header does not match what was uploaded.')
}

/** `md5-of-md5s-N` */
function etagOfParts(parts: readonly Part[]): string {
  const sums = createHash('md5')
  for (const { etag } of parts) sums.update(etag, 'hex')
  return `${sums.digest('hex')}-${parts.length}`
}

function checksumOfParts(
  { algorithm, checksumType: type }: Upload,
  parts: readonly Part[]
): ObjectChecksum | undefined {
  if (!algorithm) return undefined
  const digests = parts.map(({ checksum }) => Buffer.from(checksum!.value, 'base64'))
  if (type === 'COMPOSITE') {
    const running = startChecksum(algorithm)
    for (const digest of digests) running.update(digest)
    return { algorithm, type, value: `${running.digest().toString('base64')}-${parts.length}` }
  }
  if (algorithm === 'CRC32') return { algorithm, type, value: combined(parts, digests) }
  const running = startChecksum(algorithm)
  for (const { content, size } of parts) running.update(content.read(0, size))
  return { algorithm, type, value: running.digest().toString('base64') }
}

function combined(parts: readonly Part[], digests: readonly Buffer[]): string {
  const crc = parts.reduce((sum, part, at) => combineCrc32(sum, digests[at]!.readUInt32BE(), part.size), 0)
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE(crc)
  return digest.toString('base64')
}
