import { buffer } from 'node:stream/consumers'
import type { Deflater, Effort } from '../../../../worker/outputs/zip/deflater.ts'
import type { WrittenEntry } from '../../../../worker/outputs/zip/manifest.ts'
import { ZipWriter } from '../../../../worker/outputs/zip/zip.ts'
import { deflaters } from '../../../support/native-add-on.ts'

/** The date of all entries. */
export const time = new Date(Date.UTC(2023, 9, 1))

interface ZipOptions {
  readonly deflater?: Deflater
  readonly effort?: Effort
  readonly threads?: number
}

/** A whole zip in memory, and what the writer says of it. */
export async function writeZip(
  contents: Readonly<Record<string, string | Buffer>>,
  { deflater = deflaters[0]!, effort = 'small', threads = 2 }: ZipOptions = {}
): Promise<{ bytes: Buffer; entries: WrittenEntry[] }> {
  const zip = new ZipWriter(deflater, () => effort, threads)
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
