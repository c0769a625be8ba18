import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { IotLogError } from '../../contract/errors.ts'
import { compareKeys } from '../../contract/key-order.ts'
import type { StoredObject } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'
import { urlOf } from './location.ts'

/** Classes whose objects must be restored before they can be read: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html */
const archivedClasses: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/** Lists pages of at most 1,000 objects below a prefix, in key order; if `after` is given, only keys after it. */
export async function* listPages(
  connection: S3Connection,
  prefix: string,
  signal?: AbortSignal,
  after?: string
): AsyncGenerator<readonly StoredObject[]> {
  let last = ''
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const start = { ...(after !== undefined && { StartAfter: connection.fullKey(after) }) }
    const from = token === undefined ? start : { ContinuationToken: token }
    const answer = await listPage(connection, prefix, from, signal)
    if (answer.IsTruncated !== (answer.NextContinuationToken !== undefined)) throw noListing(connection)
    const page = (answer.Contents ?? []).map((object) => ({
      key: decodedKey(connection, answer, object.Key!).slice(connection.prefix.length),
      size: object.Size!,
      version: object.ETag!,
      ...(archivedClasses.has(object.StorageClass ?? '') && { isArchived: true })
    }))
    for (const { key } of page) {
      if (last !== '' && compareKeys(last, key) >= 0) throw disordered(connection, key)
      last = key
    }
    token = answer.NextContinuationToken
    if (page.length > 0) yield page
  }
}

/** Lists the folders one level below a prefix: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html */
export async function* listFolders(
  connection: S3Connection,
  prefix: string,
  signal?: AbortSignal
): AsyncGenerator<readonly string[]> {
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const from = token === undefined ? {} : { ContinuationToken: token }
    const answer = await listPage(connection, prefix, { ...from, Delimiter: '/' }, signal)
    if (answer.IsTruncated !== (answer.NextContinuationToken !== undefined)) throw noListing(connection)
    token = answer.NextContinuationToken
    yield (answer.CommonPrefixes ?? []).map(({ Prefix = '' }) =>
      decodedKey(connection, answer, Prefix).slice(connection.prefix.length)
    )
  }
}

function listPage(
  connection: S3Connection,
  prefix: string,
  from: { readonly StartAfter?: string; readonly ContinuationToken?: string; readonly Delimiter?: string },
  signal: AbortSignal | undefined
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command({
    ...connection.common,
    Prefix: connection.fullKey(prefix),
    // Otherwise keys with control characters break the XML, and some parsers trim spaces.
    EncodingType: 'url',
    ...from
  })
  const options = { requestTimeout: connection.waits.firstByteMs, ...(signal && { abortSignal: signal }) }
  return connection.attempt({ permission: 's3:ListBucket', key: prefix, signal }, () =>
    connection.client.send(command, options)
  )
}

/** `encoding-type=url` writes a space as `+`. */
function decodedKey(connection: S3Connection, { EncodingType }: ListObjectsV2CommandOutput, encoded: string): string {
  if (EncodingType !== 'url') return encoded
  if (!encoded.includes('%') && !encoded.includes('+')) return encoded
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    throw noListing(connection)
  }
}

/** Directory buckets (S3 Express) list in no order, and exports need key order. */
function disordered(connection: S3Connection, key: string): IotLogError {
  const place = urlOf({ ...connection, key })
  const text = `${urlOf(connection)} does not list in key order (at ${place}): directory buckets can't be read`
  return new IotLogError('wrong-config', text, { subject: place })
}

/** Another web server may respond with 200 too. Without this error that would look like a day without logs. */
function noListing(connection: S3Connection): IotLogError {
  const place = urlOf(connection)
  const text = `The response for ${place} is not a listing of S3: check the endpoint`
  return new IotLogError('unavailable', text, { subject: place })
}
