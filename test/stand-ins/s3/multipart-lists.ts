import type { Part, Upload } from './buckets.ts'
import { s3Error } from './errors.ts'
import type { BucketExchange, ObjectExchange } from './exchange.ts'
import { compareUtf8 } from './key-order.ts'
import { parseCount, parseEncoding } from './list-objects.ts'
import { findUpload, sortedParts } from './multipart.ts'
import { reply } from './reply.ts'
import { encodeListed } from './uri.ts'
import { element, optionalElement, xmlDocument } from './xml.ts'

const maxPage = 1000
const isoDate = (ms: number): string => new Date(ms).toISOString()

/** ListMultipartUploads: by key, then by their beginning. */
export async function listMultipartUploads(exchange: BucketExchange): Promise<void> {
  const { bucket, request } = exchange
  const { query } = request
  if (query.get('delimiter')) throw s3Error('NotImplemented', {}, 'Uploads are listed without a delimiter here')
  const prefix = query.get('prefix') ?? ''
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '')
  const maxUploads = parseCount(query.get('max-uploads'), 'max-uploads', maxPage)
  const encoding = parseEncoding(query.get('encoding-type'))
  const encode = encoding === 'url' ? encodeListed : (key: string): string => key
  const matching = sortedUploads(bucket.uploads).filter(({ key }) => key.startsWith(prefix))
  const left = matching.slice(firstUpload(matching, keyMarker, idMarker))
  const page = left.slice(0, maxUploads)
  const last = left.length > page.length ? page.at(-1) : undefined
  const head =
    element('Bucket', bucket.name) +
    element('KeyMarker', encode(keyMarker)) +
    element('UploadIdMarker', idMarker) +
    (last ? element('NextKeyMarker', encode(last.key)) + element('NextUploadIdMarker', last.id) : '') +
    element('Prefix', encode(prefix)) +
    optionalElement('EncodingType', encoding) +
    element('MaxUploads', maxUploads) +
    element('IsTruncated', last !== undefined)
  const uploads = page.map((upload) => `<Upload>${uploadElements(upload, encode)}</Upload>`)
  await reply(exchange, 200, {}, xmlDocument('ListMultipartUploadsResult', head + uploads.join('')))
}

const uploadElements = (upload: Upload, encode: (key: string) => string): string =>
  element('Key', encode(upload.key)) +
  element('UploadId', upload.id) +
  element('StorageClass', upload.properties.storageClass) +
  element('Initiated', isoDate(upload.initiatedMs))

const sortedUploads = (uploads: ReadonlyMap<string, Upload>): Upload[] =>
  [...uploads.values()].sort((a, b) => compareUtf8(a.key, b.key) || a.initiatedMs - b.initiatedMs)

/** The first upload behind both markers; without an id marker, behind the key's last. */
function firstUpload(uploads: readonly Upload[], keyMarker: string, idMarker: string): number {
  if (keyMarker === '') return 0
  const marked = uploads.findIndex(({ key, id }) => key === keyMarker && id === idMarker)
  if (marked >= 0) return marked + 1
  const behind = uploads.findIndex(({ key }) => compareUtf8(key, keyMarker) > 0)
  return behind < 0 ? uploads.length : behind
}

/** ListParts. */
export async function listParts(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request } = exchange
  const upload = findUpload(exchange)
  const marker = parseCount(request.query.get('part-number-marker') ?? '0', 'part-number-marker', 10_000)
  const maxParts = parseCount(request.query.get('max-parts'), 'max-parts', maxPage)
  const left = sortedParts(upload).filter(({ number }) => number > marker)
  const page = left.slice(0, maxParts)
  const isTruncated = left.length > page.length
  const head =
    element('Bucket', bucket.name) +
    element('Key', key) +
    element('UploadId', upload.id) +
    element('StorageClass', upload.properties.storageClass) +
    element('PartNumberMarker', marker) +
    (isTruncated ? element('NextPartNumberMarker', page.at(-1)?.number ?? marker) : '') +
    element('MaxParts', maxParts) +
    element('IsTruncated', isTruncated)
  const parts = page.map((part) => `<Part>${partElements(part)}</Part>`)
  await reply(exchange, 200, {}, xmlDocument('ListPartsResult', head + parts.join('')))
}

const partElements = ({ number, lastModifiedMs, etag, size, checksum }: Part): string =>
  element('PartNumber', number) +
  element('LastModified', isoDate(lastModifiedMs)) +
  element('ETag', `"${etag}"`) +
  element('Size', size) +
  (checksum ? element(`Checksum${checksum.algorithm}`, checksum.value) : '')
