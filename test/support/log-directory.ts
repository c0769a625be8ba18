import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts'

/** A temporary directory with objects in it. */
export function logDirectory(objects: Readonly<Record<string, Buffer | string>>): TemporaryDirectory {
  const directory = temporaryDirectory()
  for (const [key, bytes] of Object.entries(objects)) writeObject(directory, key, bytes)
  return directory
}

export function writeObject(directory: TemporaryDirectory, key: string, bytes: Buffer | string): void {
  const path = join(directory.path, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** A day on which one line in `oneIn` matches `THING00001`: objects of 11 MB of text, one file by many names. */
export function largeMatchingDay(objects = 64, oneIn = 1): TemporaryDirectory {
  const nameAt = (at: number): string => (at % oneIn === 0 ? 'THING00001' : 'THING00002')
  const line = (at: number): string => `{"thingName":"${nameAt(at)}","value":${Math.sin(at)}}\n`
  const text = Array.from({ length: 200_000 }, (_, at) => line(at)).join('')
  const first = 'telemetry/2023/10/01/00/00.gz'
  const directory = logDirectory({ [first]: gzipSync(text, { level: 1 }) })
  for (let number = 1; number < objects; number++) {
    const name = `telemetry/2023/10/01/00/${String(number).padStart(2, '0')}.gz`
    linkSync(join(directory.path, first), join(directory.path, name))
  }
  return directory
}
