import { decodeContinuation, encodeContinuation } from './continuation.ts'
import { s3Error } from './errors.ts'
import type { BucketExchange } from './exchange.ts'
import { listPage } from './list.ts'
import { reply } from './reply.ts'
import type { StoredObject } from './storage.ts'
import { encodeListed } from './uri.ts'
import { element, escapeXml, optionalElement, xmlDocument } from './xml.ts'

const maxPageKeys = 1000

/** ListObjectsV2. */
export async function listObjects(exchange: BucketExchange): Promise<void> {
  const { bucket, request } = exchange
  const { query } = request
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const startAfter = query.get('start-after')
  const token = query.get('continuation-token')
  const maxKeys = parseCount(query.get('max-keys'), 'max-keys', maxPageKeys)
  const encoding = parseEncoding(query.get('encoding-type'))
  const after = token !== undefined ? decodeContinuation(token) : placeOf(startAfter)
  const page = listPage(bucket.storage, { prefix, delimiter, maxKeys, after })
  const encode = encoding === 'url' ? encodeListed : (key: string): string => key

  const contents: string[] = []
  for (const position of page.positions) {
    const object = bucket.storage.objectAt(position)
    if (object) contents.push(contentsElement(object, encode))
  }
  const commons = page.commonPrefixes.map(
    (common) => `<CommonPrefixes>${element('Prefix', encode(common))}</CommonPrefixes>`
  )
  const isTruncated = page.next !== undefined
  const head =
    element('Name', bucket.name) +
    element('Prefix', encode(prefix)) +
    (delimiter === '' ? '' : element('Delimiter', encode(delimiter))) +
    (startAfter === undefined ? '' : element('StartAfter', encode(startAfter))) +
    optionalElement('EncodingType', encoding) +
    optionalElement('ContinuationToken', token) +
    (page.next ? element('NextContinuationToken', encodeContinuation(page.next)) : '') +
    element('KeyCount', contents.length + commons.length) +
    element('MaxKeys', maxKeys) +
    element('IsTruncated', isTruncated)
  await reply(exchange, 200, {}, xmlDocument('ListBucketResult', head + contents.join('') + commons.join('')))
}

const placeOf = (key: string | undefined) => (key ? { key, isCommonPrefix: false } : undefined)

function contentsElement(object: StoredObject, encode: (key: string) => string): string {
  return (
    `<Contents><Key>${escapeXml(encode(object.key))}</Key><LastModified>${isoDate(object.lastModifiedMs)}</LastModified>` +
    `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.size}</Size><StorageClass>${object.storageClass}</StorageClass></Contents>`
  )
}

let lastMs = Number.NaN
let lastIso = ''

/** Objects of one page often share their time. */
function isoDate(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms
    lastIso = `${new Date(ms).toISOString().slice(0, 19)}.000Z`
  }
  return lastIso
}

/** A count like `max-keys`: at most `limit`, which is also what is meant where none is given. */
export function parseCount(text: string | undefined, name: string, limit: number): number {
  if (text === undefined || text === '') return limit
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: name, ArgumentValue: text },
      `Provided ${name} not an integer or within integer range`
    )
  }
  return Math.min(Number(text), limit)
}

/** `url` or nothing. */
export function parseEncoding(text: string | undefined): 'url' | undefined {
  if (text === undefined || text === 'url') return text
  throw s3Error(
    'InvalidArgument',
    { ArgumentName: 'encoding-type', ArgumentValue: text },
    'Invalid Encoding Method specified in Request'
  )
}
