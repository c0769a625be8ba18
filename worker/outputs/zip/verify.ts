import { IotLogError, messageOf } from '../../contract/errors.ts'
import type { RandomAccess } from '../../contract/store.ts'
import { openZip } from '../../decode/open-zip.ts'
import type { WrittenEntry } from './manifest.ts'

/**
 * Opens a written archive and compares its directory with the written entries: names in their order, sizes and CRCs. The
 * header of each entry must be where the directory says, and its data must end within the archive.
 * @throws IotLogError (`archive-invalid`) with the first difference
 */
export async function verifyArchive(written: RandomAccess, expected: readonly WrittenEntry[]): Promise<void> {
  try {
    await compareEntries(written, expected)
  } catch (error) {
    throw error instanceof IotLogError ? error : invalid(messageOf(error))
  }
}

async function compareEntries(written: RandomAccess, expected: readonly WrittenEntry[]): Promise<void> {
  const zip = await openZip(written)
  let count = 0
  for await (const entry of zip.eachEntry()) {
    const wanted = expected[count++]
    const name = entry.fileNameRaw.toString()
    if (name !== wanted?.name) {
      throw invalid(`it holds ${name} where ${wanted?.name ?? 'nothing'} was written`)
    }
    if (entry.uncompressedSize !== wanted.bytes) {
      throw invalid(`${wanted.name} has ${entry.uncompressedSize} of ${wanted.bytes} bytes`)
    }
    if (entry.crc32 !== wanted.crc32) throw invalid(`${wanted.name} has another checksum`)
    // yauzl rejects an invalid header, and data beyond the end of the archive.
    await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  }
  if (count !== expected.length) throw invalid(`it holds ${count} of ${expected.length} entries`)
}

function invalid(difference: string): IotLogError {
  return new IotLogError('archive-invalid', `The written archive is invalid: ${difference}`)
}
