import type { Documents } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { LineBlocks } from '../decode/blocks.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readText } from '../decode/read-text.ts'
import type { SucceededQuery } from './query.ts'
import type { RowReader } from './rows.ts'

/*
 * What a query has written into the bucket of results: the list of its objects, and their rows.
 */

/** The bucket of results. Keys are those of the bucket. */
export interface ResultBucket {
  readonly name: string
  readonly store: Store
  readonly documents: Documents
}

/** Room for path and kind before the line. */
const rowHeadBytes = 4 * 1024

/**
 * The objects that an UNLOAD has written, in the order of its list, as they lie under the prefix it was given.
 * @throws IotLogError (`query-failed`) when the list or one of its objects is gone
 */
export async function unloadedObjects(
  { id, manifestLocation }: SucceededQuery,
  prefix: string,
  bucket: ResultBucket,
  signal: AbortSignal
): Promise<readonly StoredObject[]> {
  const lying = new Map<string, StoredObject>()
  for await (const page of bucket.store.list(prefix, signal)) for (const object of page) lying.set(object.key, object)
  if (manifestLocation === undefined && lying.size === 0) return []
  const listed = await bucket.documents.read(keyIn(bucket, manifestLocation ?? ''))
  if (!listed) throw resultMissing(id, manifestLocation ?? prefix)
  const urls = listed.bytes
    .toString()
    .split('\n')
    .map((line) => line.trim().replace(/^"(.*)"$/, '$1'))
    .filter((line) => line !== '')
  return urls.map((url) => {
    const object = lying.get(keyIn(bucket, url))
    if (!object) throw resultMissing(id, url)
    return object
  })
}

/** Reads the rows of an object of a result. @throws IotLogError when it can't be read to its end */
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
    throw new IotLogError('query-failed', `What Athena has written can't be read: ${url}`, {
      subject: url,
      userText: 'What Athena has written can’t be read. Ask again.',
      cause: error
    })
  }
}

/** The key of an `s3://` URL in the bucket of results; the URL itself where it is in another. */
export function keyIn({ name }: ResultBucket, url: string): string {
  const start = `s3://${name}/`
  return url.startsWith(start) ? url.slice(start.length) : url
}

function resultMissing(id: string, what: string): IotLogError {
  return new IotLogError('query-failed', `The result of query ${id} is gone: ${what}`, {
    subject: what,
    userText: 'The result of the query in Athena is gone. Ask again.'
  })
}
