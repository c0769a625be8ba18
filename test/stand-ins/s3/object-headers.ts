import { checksumHeader } from './checksums.ts'
import { s3Error } from './errors.ts'
import { header, type S3Request } from './request.ts'
import type { ObjectProperties, StoredObject } from './storage.ts'

/** What a request that begins an object says of it. */
export type NewObjectProperties = Pick<ObjectProperties, 'storageClass' | 'headers' | 'tagging'>

const storageClasses: ReadonlySet<string> = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR'
])
const kept = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled'
]
const refused = [
  'x-amz-grant-',
  'x-amz-object-lock-',
  'x-amz-server-side-encryption-customer-',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes'
]
const maxMetadataBytes = 2048

/** Reads the headers that stay with an object; refuses those that would need what the server has not. */
export function newObjectProperties(request: S3Request): NewObjectProperties {
  const storageClass = header(request, 'x-amz-storage-class') ?? 'STANDARD'
  if (!storageClasses.has(storageClass)) throw s3Error('InvalidStorageClass', { StorageClassRequested: storageClass })
  const acl = header(request, 'x-amz-acl') ?? 'private'
  if (acl !== 'private' && acl !== 'bucket-owner-full-control') throw s3Error('AccessControlListNotSupported')
  for (const name in request.headers) {
    if (refused.some((start) => name.startsWith(start))) throw s3Error('NotImplemented', { Header: name })
  }
  return { storageClass, headers: keptHeaders(request), tagging: header(request, 'x-amz-tagging') }
}

function keptHeaders(request: S3Request): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': header(request, 'content-type') || 'binary/octet-stream' }
  const encoding = (header(request, 'content-encoding') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'aws-chunked')
  if (encoding.length > 0) headers['content-encoding'] = encoding.join(',')
  for (const name of kept) {
    const value = header(request, name)
    if (value !== undefined) headers[name] = value
  }
  let metadataBytes = 0
  for (const name in request.headers) {
    if (!name.startsWith('x-amz-meta-')) continue
    headers[name] = header(request, name)!
    metadataBytes += name.length - 'x-amz-meta-'.length + headers[name].length
  }
  if (metadataBytes > maxMetadataBytes) throw s3Error('MetadataTooLarge')
  return headers
}

/** The headers of a GET or HEAD of an object, without those of its length. */
export function headersOf(object: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...object.headers
  }
  if (object.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = object.storageClass
  if (object.archiveStatus) headers['x-amz-archive-status'] = object.archiveStatus
  if (object.tagging) headers['x-amz-tagging-count'] = String(object.tagging.split('&').length)
  return headers
}

/** The headers of an object's checksum. */
export function checksumHeadersOf({ checksum }: StoredObject): Record<string, string> {
  if (!checksum) return {}
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }
}
