import { checkBucket } from './buckets.ts'
import { checkCopySource, checkWrite } from './conditions.ts'
import { s3Error } from './errors.ts'
import type { ObjectExchange } from './exchange.ts'
import { checkRestored } from './get-object.ts'
import { newObjectProperties } from './object-headers.ts'
import { Pieces } from './pieces.ts'
import { reply } from './reply.ts'
import { header } from './request.ts'
import type { Storage, StoredObject } from './storage.ts'
import { decodeUri } from './uri.ts'
import { element, xmlDocument } from './xml.ts'

const maxCopyBytes = 5 * 1024 ** 3

/** CopyObject, of up to 5 GiB, with conditions on either side. */
export async function copyObject(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request, service } = exchange
  const source = copySource(exchange)
  if (source.object.size > maxCopyBytes)
    throw s3Error(
      'InvalidRequest',
      {},
      'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120'
    )
  const directive = header(request, 'x-amz-metadata-directive') ?? 'COPY'
  const asked = newObjectProperties(request)
  const isReplaced = directive === 'REPLACE'
  if (!isReplaced && directive !== 'COPY')
    throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-metadata-directive' })
  const isItself = source.storage === bucket.storage && source.object.key === key
  if (isItself && !isReplaced && asked.storageClass === source.object.storageClass) {
    const text =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
    throw s3Error('InvalidRequest', {}, text)
  }
  checkWrite(request, bucket.storage.find(key))
  const { etag, checksum, tagging } = source.object
  const properties = { ...asked, headers: isReplaced ? asked.headers : source.object.headers, tagging, etag, checksum }
  const copied = bucket.storage.put(key, contentOf(source), properties, service.nowMs())
  await reply(exchange, 200, {}, copyResult('CopyObjectResult', etag, copied.lastModifiedMs))
}

export interface CopySource {
  readonly storage: Storage
  readonly object: StoredObject
}

/** The object that `x-amz-copy-source` names, its bucket's and its own conditions checked. */
export function copySource({ request, service }: ObjectExchange): CopySource {
  const text = decodeUri((header(request, 'x-amz-copy-source') ?? '').replace(/^\//, ''))
  const slash = text.indexOf('/')
  if (slash <= 0) throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-copy-source', ArgumentValue: text })
  const bucket = service.buckets.get(text.slice(0, slash))
  if (!bucket) throw s3Error('NoSuchBucket', { BucketName: text.slice(0, slash) })
  checkBucket({ ...request, headers: sourceHeaders(request.headers) }, bucket, service.region)
  const object = bucket.storage.find(text.slice(slash + 1))
  if (!object) throw s3Error('NoSuchKey', { Key: text.slice(slash + 1) })
  checkCopySource(request, object)
  checkRestored(object)
  return { storage: bucket.storage, object }
}

const sourceHeaders = (headers: ObjectExchange['request']['headers']): ObjectExchange['request']['headers'] => ({
  'x-amz-request-payer': headers['x-amz-request-payer'],
  'x-amz-expected-bucket-owner': headers['x-amz-source-expected-bucket-owner']
})

/** A source's bytes, or a span of them. */
export function contentOf({ storage, object }: CopySource, start = 0, length = object.size): Pieces {
  const open = storage.open(object)
  try {
    return Pieces.of(open.read(start, length))
  } finally {
    open.close()
  }
}

export function copyResult(name: string, etag: string, lastModifiedMs: number): string {
  const modified = element('LastModified', new Date(lastModifiedMs).toISOString())
  return xmlDocument(name, `${modified}${element('ETag', `"${etag}"`)}`)
}
