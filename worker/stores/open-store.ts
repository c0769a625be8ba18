import type { Documents } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Store, StoreSettings } from '../contract/store.ts'
import { directoryScheme } from './directory.ts'
import { s3Scheme } from './s3.ts'
import type { ObjectLocation, StoreLocation, StoreScheme } from './scheme.ts'

/** All kinds of stores by the scheme of their URLs. */
export const storeSchemes: Readonly<Record<string, StoreScheme>> = {
  'file:': directoryScheme,
  's3:': s3Scheme
}

/** Opens the store of a URL. Like all functions here: @throws IotLogError (`wrong-config`) for an unknown scheme */
export function openStore(settings: StoreSettings): Store {
  return schemeOf(settings.url).openStore(settings)
}

/** Opens the documents below a URL. @throws IotLogError (`wrong-config`) if the store has none */
export function openDocuments(settings: StoreSettings): Documents {
  return schemeOf(settings.url).openDocuments(settings)
}

export function locateStore(url: string): StoreLocation {
  return schemeOf(url).locate(url)
}

export function isSameBucket(url: string, other: string): boolean {
  return schemeOf(url) === schemeOf(other) && locateStore(url).bucket === locateStore(other).bucket
}

export function locateObject(url: string): ObjectLocation {
  return schemeOf(url).locateObject(url)
}

export function isStoreUrl(text: string): boolean {
  return Object.hasOwn(storeSchemes, schemeName(text))
}

function schemeOf(url: string): StoreScheme {
  if (isStoreUrl(url)) return storeSchemes[schemeName(url)]!
  const known = Object.keys(storeSchemes).map((one) => `${one}//…`)
  const text = `No store reads ${url}: the source must be one of ${known.join(', ')}`
  throw new IotLogError('wrong-config', text, { subject: url })
}

const schemeName = (url: string): string => url.slice(0, url.indexOf(':') + 1).toLowerCase()
