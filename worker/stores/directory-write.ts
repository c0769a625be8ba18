import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs'
import { type FileHandle, link, open, rename } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { IotLogError } from '../contract/errors.ts'
import type { RandomAccess, WriteOptions } from '../contract/store.ts'
import { freeBytes } from '../spool/free-bytes.ts'
import { storeError } from './directory-error.ts'

/*
 * Writes a file that appears complete or not at all: the bytes go to a hidden file beside it, are synced and verified, and
 * only then get the name. The next write of the same name removes hidden files of killed processes of this machine.
 */

let writesOfThisProcess = 0

/** Writes `body` to `path`. A failure, also of the body, removes the written bytes and the directories made for them. */
export async function writeFileWhole(path: string, body: Readable, options: WriteOptions): Promise<void> {
  if (options.overwrite) checkReplaceable(path)
  const madeDirectory = makeParents(path)
  const partial = join(dirname(path), `${partialStart(path)}${process.pid}-${writesOfThisProcess++}.partial`)
  try {
    removeDeadPartials(path)
    await writePartial(partial, body, options)
    options.signal?.throwIfAborted()
    await takeName(partial, path, options.overwrite)
  } catch (error) {
    body.destroy()
    removeIfPossible(partial)
    removeEmptyParents(path, madeDirectory)
    options.signal?.throwIfAborted()
    throw storeError(path, error)
  }
}

async function writePartial(partial: string, body: Readable, options: WriteOptions): Promise<void> {
  await using handle = await open(partial, 'wx+')
  let size = 0
  await pipeline(
    body,
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        await writeAll(handle, chunk)
        size += chunk.length
        freeBytes(chunk)
      }
    },
    options.signal ? { signal: options.signal } : {}
  )
  await handle.sync()
  await options.verify?.(fileAccess(handle, size, 64 * 1024))
}

/** Reads spans of an open file. */
export function fileAccess(handle: FileHandle, size: number, spanBytes: number): RandomAccess {
  return {
    size,
    spanBytes,
    read: async (from, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, from)
      return buffer.subarray(0, bytesRead)
    }
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten
  }
}

async function takeName(partial: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) return rename(partial, path)
  try {
    await link(partial, path)
  } catch (error) {
    // Some file systems have no hard links. There the check and the rename are two steps.
    if (!isCode(error, 'EEXIST') && !existsSync(path)) return rename(partial, path)
    const text = `Already there, not overwritten: ${path} (--force replaces it)`
    throw new IotLogError('output-exists', text, { subject: path })
  }
  removeIfPossible(partial)
}

function partialStart(path: string): string {
  const name = basename(path)
  const short = Buffer.byteLength(name) <= 120 ? name : createHash('sha256').update(name).digest('hex')
  return `.${short}.${hostname().replaceAll('/', '_').slice(0, 64)}.`
}

function removeDeadPartials(path: string): void {
  const start = partialStart(path)
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(start)) continue
    const owner = /^(\d+)-\d+\.partial$/.exec(name.slice(start.length))
    if (owner && !isRunning(Number(owner[1]))) removeIfPossible(join(dirname(path), name))
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    return !isCode(error, 'ESRCH')
  }
}

/** A file is replaced by a rename. That would remove a pipe or device instead of writing to it. */
function checkReplaceable(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats && !stats.isFile()) {
    throw new IotLogError('output-exists', `Not a file, not replaced: ${path}`, { subject: path })
  }
}

function makeParents(path: string): string | undefined {
  try {
    return mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOTDIR')) {
      throw new IotLogError('output-exists', `Not a directory: ${dirname(path)}`, { subject: path, cause: error })
    }
    throw storeError(dirname(path), error)
  }
}

/** Removes the directories that this write made, up to `made`, unless they are in use. */
function removeEmptyParents(path: string, made: string | undefined): void {
  if (made === undefined) return
  for (let directory = dirname(path); directory.length >= made.length; directory = dirname(directory)) {
    try {
      rmdirSync(directory)
    } catch {
      return
    }
  }
}

/** A file that can't be removed does not exist, or the error that led here explains why. */
function removeIfPossible(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code
