/** A small object and what changes with it. */
export interface StoredRecord {
  readonly bytes: Buffer
  /** Changes with every replacement (S3's ETag). */
  readonly version: string
}

/**
 * Small objects that several processes change: every write is conditional, so that nothing is overwritten unseen. All
 * calls fail with an IotLogError (`denied`, `unavailable`, `io`) when the store refuses, within the patience it was
 * opened with.
 */
export interface Records extends AsyncDisposable {
  /** Undefined when there is none. */
  read(key: string): Promise<StoredRecord | undefined>
  /** Writes a record that is not there yet and gives its version; undefined when there is one already. */
  create(key: string, bytes: Buffer): Promise<string | undefined>
  /** Replaces exactly this version and gives the new one; undefined when it has changed or gone meanwhile. */
  replace(key: string, bytes: Buffer, version: string): Promise<string | undefined>
  /** Removes a record; one that is gone is as good. */
  remove(key: string): Promise<void>
  /** The keys below a prefix in their order, at most so many; only those after `after`, where it is given. */
  list(prefix: string, most: number, after?: string): Promise<readonly string[]>
}
