import type { Documents } from '../contract/documents.ts'
import type { Store, StoreSettings } from '../contract/store.ts'

/** One kind of store, known by the scheme of its URLs. */
export interface StoreScheme {
  /** Opens the store of a URL, in scan threads too. Nothing is loaded or touched before the first use. */
  openStore(settings: StoreSettings): Store
  /**
   * Opens the documents below a URL, as late as a store.
   * @throws IotLogError (`wrong-config`) with the reason, where a store has no conditional writes
   */
  openDocuments(settings: StoreSettings): Documents
  /** Splits the URL of a store. */
  locate(url: string): StoreLocation
  /** Splits the URL of an object. */
  locateObject(url: string): ObjectLocation
}

/** The part of a bucket that a store is. */
export interface StoreLocation {
  /** A store without buckets is one itself, by its URL. */
  readonly bucket: string
  /** What the store's keys are below of: empty, or ends with a slash. */
  readonly prefix: string
}

export interface ObjectLocation {
  /** URL of the object's store. */
  readonly store: string
  /** Ends with a slash where the URL is of a directory or prefix; empty where it is of a bucket. */
  readonly key: string
}
