import { lowerBound } from '../../s3/key-order.ts'
import type { S3Server } from '../../s3/server.ts'
import type { StoredObject } from '../../s3/storage.ts'
import type { Placement } from './projection.ts'

/** An object of a table. */
export interface TableObject {
  readonly uri: string
  readonly bucket: string
  readonly key: string
  readonly size: number
  readonly lastModifiedMs: number
  readonly partition: readonly string[]
}

const archived = ['GLACIER', 'DEEP_ARCHIVE']

/** The objects of a table. Hidden, empty and archived ones are none of it. */
export function objectsOf(
  s3: S3Server,
  { bucket, prefix, partitionOf }: Placement,
  readsFolders: boolean
): TableObject[] {
  const storage = s3.storage(bucket)
  const objects: TableObject[] = []
  for (let position = lowerBound(storage, prefix); position < storage.count; position++) {
    const key = storage.keyAt(position)
    if (!key.startsWith(prefix)) break
    const partition = partitionOf(key)
    const isListed = partition && !isHidden(partition.rest) && (readsFolders || !partition.rest.includes('/'))
    const object = isListed ? storage.objectAt(position) : undefined
    if (partition && object && isRead(object)) {
      const { size, lastModifiedMs } = object
      objects.push({ uri: `s3://${bucket}/${key}`, bucket, key, size, lastModifiedMs, partition: partition.values })
    }
  }
  return objects
}

/** Below a partition's prefix, a name that begins with `_` or `.` hides what it names. */
const isHidden = (rest: string): boolean => rest === '' || rest.split('/').some((name) => /^[_.]/.test(name))

/** Athena leaves out objects that are archived: https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html */
const isRead = ({ size, storageClass, archiveStatus }: StoredObject): boolean =>
  size > 0 && archiveStatus === undefined && !archived.includes(storageClass)
