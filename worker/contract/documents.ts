/** A small object and what changes with it. */
export interface StoredDocument {
  readonly bytes: Buffer
  /** Changes with every replacement (S3's ETag). */
  readonly version: string
}

/**
 * Small objects that several processes change, such as job documents. Every write is conditional, so no process
 * overwrites what it has not seen. All calls fail with an IotLogError (`denied`, `unavailable`, `io`) when the store
 * refuses, within the time for retries that it was opened with.
 */
export interface Documents extends AsyncDisposable {
  /** Undefined when there is none. */
  read(key: string): Promise<StoredDocument | undefined>
  /** Writes a new document and returns its version; undefined when there is one already. */
  create(key: string, bytes: Buffer): Promise<string | undefined>
  /** Replaces exactly this version and returns the new one; undefined when it has changed or gone meanwhile. */
  replace(key: string, bytes: Buffer, version: string): Promise<string | undefined>
  /** Removes a document, if it is there. */
  remove(key: string): Promise<void>
  /** The keys below a prefix, in order, at most `most`; only those after `after`, if it is given. */
  list(prefix: string, most: number, after?: string): Promise<readonly string[]>
}
