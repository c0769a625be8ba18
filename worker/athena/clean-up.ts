import limitConcurrency from 'p-limit'
import { messageOf } from '../contract/errors.ts'
import type { QueryStatus } from './api.ts'
import { keyIn, type ResultBucket } from './result-objects.ts'

/** Deletes at once; one after the other a large result would take minutes. */
const atOnce = 32
const keysPerPass = 10_000

/**
 * Takes away what queries of an export have written: everything under its prefix. Never fails: a rule of the bucket
 * removes what stays, and `onLeftBehind` is told of it.
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
    const keys = own.map((url) => keyIn(bucket, url)).filter((key) => !key.startsWith('s3:'))
    await Promise.all(keys.map((key) => limit(() => bucket.documents.remove(key))))
    for (let found = await bucket.documents.list(prefix, keysPerPass); found.length > 0; ) {
      await Promise.all(found.map((key) => limit(() => bucket.documents.remove(key))))
      found = await bucket.documents.list(prefix, keysPerPass)
    }
  } catch (error) {
    onLeftBehind(`Results of Athena may be left under s3://${bucket.name}/${prefix}: ${messageOf(error)}`)
  }
}
