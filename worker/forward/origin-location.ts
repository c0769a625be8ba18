import type { Category } from '../contract/config.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { parseS3Url } from '../stores/s3/location.ts'
import { categoryTimes } from './category-of-key.ts'
import type { DocumentOrigin } from './document.ts'

/**
 * Where the objects of a category come from, as an event of the bucket would tell it, so that a backfill gives the same
 * ids. A directory stands for a bucket by its URL.
 */
export function originPlaces({ url }: Store, category: Category): (object: StoredObject) => DocumentOrigin {
  const { bucket, prefix } = url.startsWith('s3:') ? parseS3Url(url) : { bucket: url, prefix: '' }
  const timeOf = categoryTimes(category)
  return (object) => ({
    bucket,
    key: prefix + object.key,
    version: versionOf(object),
    category: category.name,
    keyTimeMs: timeOf(object.key) ?? 0
  })
}

/** The ETag without its quotes; the size where a store knows no versions. */
export function versionOf({ version, size }: StoredObject): string {
  return version?.replace(/^"(.*)"$/, '$1') ?? String(size)
}
