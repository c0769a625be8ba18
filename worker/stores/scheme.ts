import type { Documents } from '../contract/documents.ts'
import type { Store, StoreSettings } from '../contract/store.ts'

/** One kind of store, by the scheme of its URLs. */
export interface StoreScheme {
  /** Opens the store of a URL, in scan threads too. The first use loads modules and connects. */
  openStore(settings: StoreSettings): Store
  /**
   * Opens the documents below a URL, in the same way.
   * @throws IotLogError (`wrong-config`) with the reason, if the store has no conditional writes
   */
  openDocuments(settings: StoreSettings): Documents
  /** Splits the URL of a store. */
  locate(url: string): StoreLocation
  /** Splits the URL of an object. */
  locateObject(url: string): ObjectLocation
}

/** The place of a store in a bucket. */
export interface StoreLocation {
  /** The bucket; the URL of the store if it has no buckets. */
  readonly bucket: string
  /** The common start of the store's keys: empty, or ends with a slash. */
  readonly prefix: string
}

export interface ObjectLocation {
  /** URL of the object's store. */
  readonly store: string
  /** Ends with a slash if the URL is that of a directory or prefix; empty if it is that of a bucket. */
  readonly key: string
}
