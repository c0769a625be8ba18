import { closeSync, existsSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { IotLogError } from '../contract/errors.ts'
import { compareKeys } from '../contract/key-order.ts'
import type { ObjectBody, RandomAccess, Store, StoredObject, WriteOptions } from '../contract/store.ts'
import { storeError } from './directory-error.ts'
import { fileAccess, writeFileWhole } from './directory-write.ts'
import type { StoreScheme } from './scheme.ts'

/*
 * A directory as a store: keys are paths below it, with `/` between segments. Reads are synchronous on purpose: they
 * run in scan threads, where a local read takes 10 us, and a promise for it another 10 us.
 */

const pageSize = 1000
/** The bytes of one read. With more the page cache is not faster. */
const readBytes = 256 * 1024
/** The size of an object that is listed but not found: not 0, so that it is opened and gets the outcome vanished. */
const unknownSize = 1

/** `file:///directory`. */
export const directoryScheme: StoreScheme = {
  openStore: ({ url }) => new DirectoryStore(pathOfUrl(url)),
  // Several machines share documents. Only conditional writes keep them from overwriting one another.
  openDocuments: ({ url }) => {
    const text = `Job documents need a bucket, not ${url}: set the environment's source or output.store to s3://…`
    throw new IotLogError('wrong-config', text, { subject: url })
  },
  locate: (url) => ({ bucket: url, prefix: '' }),
  locateObject: (url) => {
    const path = pathOfUrl(url)
    const isDirectory = url.endsWith('/') || statOf(path)?.isDirectory() === true
    return { store: pathToFileURL(dirname(path)).href, key: isDirectory ? `${basename(path)}/` : basename(path) }
  }
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    const text = `Not the URL of a directory: ${url} (file:///directory, with three slashes)`
    throw new IotLogError('wrong-config', text, { subject: url, cause: error })
  }
}

class DirectoryStore implements Store {
  readonly url: string
  readonly parallelLists = 1
  readonly readAhead = { objects: 0, bytes: 0 }
  readonly #root: string
  #spareBuffer: Buffer | undefined

  constructor(root: string) {
    this.#root = root
    this.url = pathToFileURL(root).href.replace(/\/$/, '')
  }

  urlOf(key: string): string {
    return pathToFileURL(this.#pathOf(key)).href
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<readonly StoredObject[]> {
    this.#checkRoot()
    const slash = prefix.lastIndexOf('/') + 1
    let page: StoredObject[] = []
    for (const object of this.#walk(prefix.slice(0, slash), prefix.slice(slash), [])) {
      if (page.push(object) < pageSize) continue
      signal?.throwIfAborted()
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  async *listFolders(prefix: string): AsyncGenerator<readonly string[]> {
    this.#checkRoot()
    const slash = prefix.lastIndexOf('/') + 1
    const above = prefix.slice(0, slash)
    const path = this.#pathOf(above)
    const names = childNames(path, prefix.slice(slash)).filter((name) => statOf(`${path}/${name}`)?.isDirectory())
    yield names.map((name) => `${above}${name}/`).sort(compareKeys)
  }

  announce(): void {}

  open(object: StoredObject): ObjectBody {
    const path = this.#pathOf(object.key)
    let descriptor: number | undefined = attempt(path, () => openSync(path, 'r'))
    const buffer = this.#spareBuffer ?? Buffer.allocUnsafeSlow(readBytes)
    this.#spareBuffer = undefined
    // Reads the listed number of bytes: a read for the end of every small file would take as long as reading it.
    let left = object.size
    return {
      read: () => {
        if (descriptor === undefined || left === 0) return null
        const length = attempt(path, () => readSync(descriptor!, buffer, 0, Math.min(left, readBytes), null))
        if (length === 0) {
          const text = `The object ends at byte ${object.size - left}, not at byte ${object.size}: ${path}`
          throw new IotLogError('io', text, { subject: object.key })
        }
        left -= length
        return buffer.subarray(0, length)
      },
      close: () => {
        if (descriptor === undefined) return
        closeSync(descriptor)
        descriptor = undefined
        this.#spareBuffer = buffer
      }
    }
  }

  async openRandom(object: StoredObject): Promise<RandomAccess & AsyncDisposable> {
    const path = this.#pathOf(object.key)
    const handle = await open(path, 'r').catch((error) => {
      throw storeError(path, error)
    })
    return { ...fileAccess(handle, object.size, readBytes), [Symbol.asyncDispose]: () => handle.close() }
  }

  async write(key: string, body: Readable, options: WriteOptions): Promise<void> {
    await writeFileWhole(this.#pathOf(key), body, options)
  }

  async has(key: string): Promise<boolean> {
    return existsSync(this.#pathOf(key))
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #pathOf(key: string): string {
    const isInside = !key.includes('\0') && key.split('/').every((segment) => segment !== '..' && segment !== '.')
    if (!isInside)
      throw new IotLogError('io', `A key of a directory store has no "." or ".." segment: ${key}`, { subject: key })
    return join(this.#root, key)
  }

  #checkRoot(): void {
    const isDirectory = attempt(this.#root, () => statSync(this.#root).isDirectory())
    if (!isDirectory) throw new IotLogError('not-found', `Not a directory: ${this.#root}`, { subject: this.#root })
  }

  /**
   * The objects below `directory` whose next segment begins with `start`, in key order. A directory's keys continue with
   * a slash, so `a.gz` comes before everything in `a/`: a directory waits until all names before it are listed.
   */
  *#walk(directory: string, start: string, above: readonly string[]): Generator<StoredObject> {
    const path = this.#pathOf(directory)
    const waiting: WaitingDirectory[] = []
    for (const name of childNames(path, start)) {
      const key = directory + name
      while (waiting.length > 0 && compareKeys(waiting[0]!.prefix, key) < 0) yield* this.#walkWaiting(waiting.shift()!)
      const childPath = `${path}/${name}`
      const stats = statOf(childPath)
      if (!stats) yield { key, size: unknownSize }
      else if (stats.isFile()) yield { key, size: stats.size }
      else if (stats.isDirectory()) insert(waiting, { prefix: `${key}/`, above: descend(childPath, stats, above) })
    }
    for (const directoryLeft of waiting) yield* this.#walkWaiting(directoryLeft)
  }

  #walkWaiting({ prefix, above }: WaitingDirectory): Generator<StoredObject> {
    return this.#walk(prefix, '', above)
  }
}

/** A directory that is to be listed later. */
interface WaitingDirectory {
  readonly prefix: string
  readonly above: readonly string[]
}

function insert(waiting: WaitingDirectory[], directory: WaitingDirectory): void {
  const position = waiting.findIndex((one) => compareKeys(directory.prefix, one.prefix) < 0)
  waiting.splice(position < 0 ? waiting.length : position, 0, directory)
}

/** The names in a directory, sorted; a directory that does not exist has none. */
function childNames(path: string, start: string): string[] {
  const names = attempt(path, () => readdirSync(path), [])
  return (start === '' ? names : names.filter((name) => name.startsWith(start))).sort(compareKeys)
}

/** Links are followed. A link to a directory above would be an endless loop. */
function descend(path: string, stats: Stats, above: readonly string[]): readonly string[] {
  const identity = `${stats.dev}:${stats.ino}`
  if (!above.includes(identity)) return [...above, identity]
  throw new IotLogError('io', `A link leads back to a directory above it: ${path}`, { subject: path })
}

/** Undefined for a listed name that is not found: deleted since, a broken link, or a name that is not UTF-8. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined
    throw storeError(path, error)
  }
}

/** Runs a file system call. `ifMissing`, if given, is the result for a path that does not exist. */
function attempt<T>(path: string, call: () => T, ...ifMissing: [T?]): T {
  try {
    return call()
  } catch (error) {
    const failure = storeError(path, error)
    if (failure.code === 'not-found' && ifMissing.length > 0) return ifMissing[0] as T
    throw failure
  }
}
