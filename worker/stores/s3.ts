import type { Documents } from '../contract/documents.ts'
import type { Store, StoreSettings } from '../contract/store.ts'
import { aheadBytes, mostGets, parallelLists } from './s3/bounds.ts'
import type { ConnectedS3Store } from './s3/connected-store.ts'
import { parseS3Url, urlOf } from './s3/location.ts'
import type { StoreScheme } from './scheme.ts'

/** `s3://bucket[/prefix]`. The SDK takes 100 ms to load. An export of a directory does not load it. */
export const s3Scheme: StoreScheme = {
  openStore: openS3Store,
  openDocuments: openS3Documents,
  locate: parseS3Url,
  locateObject: (url) => {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(url) ?? []
    return { store: `s3://${bucket}`, key }
  }
}

function openS3Store(settings: StoreSettings): Store {
  const location = parseS3Url(settings.url)
  let connected: Promise<ConnectedS3Store> | undefined
  const connect = (): Promise<ConnectedS3Store> => {
    connected ??= import('./s3/connected-store.ts').then((module) => new module.ConnectedS3Store(settings))
    return connected
  }
  return {
    url: urlOf(location),
    parallelLists,
    readAhead: { objects: mostGets, bytes: aheadBytes },
    urlOf: (key) => urlOf({ ...location, key }),
    list: async function* (prefix, signal) {
      yield* (await connect()).list(prefix, signal)
    },
    listFolders: async function* (prefix, signal) {
      yield* (await connect()).listFolders(prefix, signal)
    },
    announce: (objects) => {
      // If the SDK can't be loaded, the next call to open an object fails.
      connect().then(
        (store) => store.announce(objects),
        () => {}
      )
    },
    open: async (object) => (await connect()).open(object),
    openRandom: async (object) => (await connect()).openRandom(object),
    write: async (key, body, options) => (await connect()).write(key, body, options),
    has: async (key, signal) => (await connect()).has(key, signal),
    link: async (key, minutes, nowMs) => (await connect()).link(key, minutes, nowMs),
    [Symbol.asyncDispose]: async () => (await connected)?.[Symbol.asyncDispose]()
  }
}

function openS3Documents(settings: StoreSettings): Documents {
  parseS3Url(settings.url)
  let connected: Promise<Documents> | undefined
  const connect = (): Promise<Documents> => {
    connected ??= import('./s3/documents.ts').then((module) => new module.S3Documents(settings))
    return connected
  }
  return {
    read: async (key) => (await connect()).read(key),
    create: async (key, bytes) => (await connect()).create(key, bytes),
    replace: async (key, bytes, version) => (await connect()).replace(key, bytes, version),
    remove: async (key) => (await connect()).remove(key),
    list: async (prefix, most, after) => (await connect()).list(prefix, most, after),
    [Symbol.asyncDispose]: async () => (await connected)?.[Symbol.asyncDispose]()
  }
}
