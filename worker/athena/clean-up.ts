import limitConcurrency from 'p-limit'
import { messageOf } from '../contract/errors.ts'
import type { QueryStatus } from './api.ts'
import { keyIn, type ResultBucket } from './result-objects.ts'

/** Deletes in flight. One after the other they would take minutes for a large result. */
const atOnce = 32
const keysPerPass = 10_000

/**
 * Deletes the results of an export's queries: everything under its prefix. Never fails: `onLeftBehind` reports a failure,
 * and a lifecycle rule of the bucket removes the rest.
 */
export async function removeResults(
  bucket: ResultBucket,
  prefix: string,
  ended: readonly Pick<QueryStatus, 'manifestLocation' | 'outputLocation'>[],
  onLeftBehind: (text: string) => void = () => {}
): Promise<void> {
  const limit = limitConcurrency(atOnce)
  try {
    const own = ended.flatMap(({ manifestLocation, outputLocation }) =>
      [manifestLocation, outputLocation, outputLocation && `${outputLocation}.metadata`].filter(
        (url) => url !== undefined
      )
    )
    let keys: readonly string[] = own.map((url) => keyIn(bucket, url)).filter((key) => !key.startsWith('s3:'))
    do {
      await Promise.all(keys.map((key) => limit(() => bucket.documents.remove(key))))
      keys = await bucket.documents.list(prefix, keysPerPass)
    } while (keys.length > 0)
  } catch (error) {
    onLeftBehind(`Results of Athena may be left under s3://${bucket.name}/${prefix}: ${messageOf(error)}`)
  }
}
