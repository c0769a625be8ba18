import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Pieces } from './pieces.ts'

/** Where files wait until they are whole: on the same file system, so that a rename does. */
export const stagingDirectory = '.s3-staging'

const writeBytes = 1024 * 1024
let written = 0

/** Writes content to a new file in the staging directory of `root` and returns its path. */
export function writePieces(root: string, content: Pieces): string {
  mkdirSync(join(root, stagingDirectory), { recursive: true })
  const path = join(root, stagingDirectory, `${process.pid}-${written++}`)
  const descriptor = openSync(path, 'wx')
  try {
    for (let at = 0; at < content.size; at += writeBytes) {
      writeAll(descriptor, content.read(at, Math.min(writeBytes, content.size - at)))
    }
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
  return path
}

/** Removes the staging directory if nothing waits in it. */
export function removeStage(root: string): void {
  try {
    rmdirSync(join(root, stagingDirectory))
  } catch {}
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
