import type { Documents } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { LineBlocks } from '../decode/blocks.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readText } from '../decode/read-text.ts'
import type { SucceededQuery } from './query.ts'
import type { RowReader } from './rows.ts'

/*
 * The output of a query in the bucket of results: the list of its objects, and their rows.
 */

/** The bucket of results. Keys are those of the bucket. */
export interface ResultBucket {
  readonly name: string
  readonly store: Store
  readonly documents: Documents
}

/** Bytes for path and kind before the line. */
const rowHeadBytes = 4 * 1024

/**
 * The objects that an UNLOAD has written under its prefix, in the order of its list.
 * @throws IotLogError (`query-failed`) if the list or one of its objects is missing
 */
export async function unloadedObjects(
  { id, manifestLocation }: SucceededQuery,
  prefix: string,
  bucket: ResultBucket,
  signal: AbortSignal
): Promise<readonly StoredObject[]> {
  const found = new Map<string, StoredObject>()
  for await (const page of bucket.store.list(prefix, signal)) for (const object of page) found.set(object.key, object)
  if (manifestLocation === undefined && found.size === 0) return []
  const listed = await bucket.documents.read(keyIn(bucket, manifestLocation ?? ''))
  if (!listed) throw resultMissing(id, manifestLocation ?? prefix)
  const urls = listed.bytes
    .toString()
    .split('\n')
    .map((line) => line.trim().replace(/^"(.*)"$/, '$1'))
    .filter((line) => line !== '')
  return urls.map((url) => {
    const object = found.get(keyIn(bucket, url))
    if (!object) throw resultMissing(id, url)
    return object
  })
}

/** Reads the rows of an object of a result. @throws IotLogError if it can't be read to its end */
export async function readRows(
  object: StoredObject,
  reader: RowReader,
  bucket: ResultBucket,
  context: DecoderContext,
  { maxLineBytes }: { readonly maxLineBytes: number }
): Promise<void> {
  const blocks = new LineBlocks(maxLineBytes + rowHeadBytes, (block) => reader.push(block))
  const limits = { maxRatio: Number.POSITIVE_INFINITY }
  const amounts = { storedBytes: 0, textBytes: 0 }
  try {
    await readText(
      () => bucket.store.open(object),
      context,
      limits,
      (text) => blocks.push(text),
      amounts
    )
    blocks.finish(true)
    reader.flush()
  } catch (error) {
    if (error instanceof IotLogError && error.code !== 'io') throw error
    const url = bucket.store.urlOf(object.key)
    const userText = 'The result of the query in Athena can’t be read. Ask again.'
    const text = `Can't read this result of Athena: ${url}`
    throw new IotLogError('query-failed', text, { subject: url, userText, cause: error })
  }
}

/** The key of an `s3://` URL in the bucket of results; the URL itself if it is in another bucket. */
export function keyIn({ name }: ResultBucket, url: string): string {
  const start = `s3://${name}/`
  return url.startsWith(start) ? url.slice(start.length) : url
}

function resultMissing(id: string, what: string): IotLogError {
  const userText = 'The result of the query in Athena is missing. Ask again.'
  return new IotLogError('query-failed', `The result of query ${id} is missing: ${what}`, { subject: what, userText })
}
