import { matches } from './conditions.ts'
import { s3Error } from './errors.ts'
import type { BucketExchange, ObjectExchange } from './exchange.ts'
import { reply } from './reply.ts'
import { header } from './request.ts'
import { receiveBody } from './request-body.ts'
import { element, xmlDocument } from './xml.ts'
import { childText, parseXml, type XmlElement } from './xml-parse.ts'

const maxDeletes = 1000
const maxDocumentBytes = 2 * 1024 * 1024

/** DeleteObject: 204 whether or not there was anything, unless `If-Match` asks for something that is not there. */
export async function deleteObject(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request } = exchange
  const ifMatch = header(request, 'if-match')
  const existing = bucket.storage.find(key)
  if (ifMatch !== undefined) {
    if (!existing) throw s3Error('NoSuchKey', { Key: key })
    if (!matches(ifMatch, existing.etag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' })
  }
  bucket.storage.delete(key)
  await reply(exchange, 204)
}

/** DeleteObjects: up to 1,000 keys, under a checksum. */
export async function deleteObjects(exchange: BucketExchange): Promise<void> {
  const { bucket, request } = exchange
  const { content, checksum } = await receiveBody(exchange, { maxBytes: maxDocumentBytes, wantsMd5: false })
  if (!checksum && header(request, 'content-md5') === undefined) {
    throw s3Error('InvalidRequest', {}, 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  }
  const root = parseXml(content.read(0, content.size).toString(), 'Delete')
  const objects = root.children.filter(({ name }) => name === 'Object')
  if (objects.length === 0 || objects.length > maxDeletes) throw s3Error('MalformedXML')
  const isQuiet = childText(root, 'Quiet') === 'true'
  const keys = objects.map(keyOf)
  for (const key of keys) bucket.storage.delete(key)
  const deleted = isQuiet ? [] : keys.map((key) => `<Deleted>${element('Key', key)}</Deleted>`)
  await reply(exchange, 200, {}, xmlDocument('DeleteResult', deleted.join('')))
}

function keyOf(object: XmlElement): string {
  const key = childText(object, 'Key')
  if (!key) throw s3Error('MalformedXML')
  if (object.children.length > 1) throw s3Error('NotImplemented', {}, 'Only keys are deleted here, on no condition')
  return key
}
