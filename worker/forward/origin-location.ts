import type { Category } from '../contract/config.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { locateStore } from '../stores/open-store.ts'
import { categoryTimes } from './category-of-key.ts'
import type { DocumentOrigin } from './document.ts'

/**
 * Where the objects of a category come from. An event of the bucket says the same, so a backfill gives the same ids.
 */
export function originPlaces({ url }: Store, category: Category): (object: StoredObject) => DocumentOrigin {
  const { bucket, prefix } = locateStore(url)
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
