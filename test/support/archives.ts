import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { fromBufferPromise } from 'yauzl'

/** The files of a zip, wholly decompressed, their checksums compared. */
export async function readArchive(path: string): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(readFileSync(path), { lazyEntries: true })
  const files = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    const bytes = await buffer(await zip.openReadStreamPromise(entry))
    if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} has a wrong checksum`)
    files.set(entry.fileName, bytes)
  }
  return files
}

/** The manifest of an archive that {@link readArchive} has read. */
export function manifestOf(files: ReadonlyMap<string, Buffer>): ReturnType<typeof JSON.parse> {
  return JSON.parse(files.get('manifest.json')!.toString())
}
