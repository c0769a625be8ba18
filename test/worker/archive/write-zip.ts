import { buffer } from 'node:stream/consumers'
import type { WrittenEntry } from '../../../worker/archive/manifest.ts'
import { ZipWriter } from '../../../worker/archive/zip.ts'

/** The date of all entries. */
export const time = new Date(Date.UTC(2023, 9, 1))

/** A whole zip in memory, and what the writer says of it. */
export async function writeZip(
  contents: Readonly<Record<string, string | Buffer>>,
  { level = 6, threads = 2 } = {}
): Promise<{ bytes: Buffer; entries: WrittenEntry[] }> {
  const zip = new ZipWriter(() => level, threads)
  const body = buffer(zip.body)
  const entries: WrittenEntry[] = []
  for (const [name, content] of Object.entries(contents)) {
    zip.beginEntry(name, time)
    if (content.length > 0) await zip.write(Buffer.from(content))
    entries.push(await zip.endEntry())
  }
  zip.finish()
  return { bytes: await body, entries }
}
