import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IotLogError } from '../../../../worker/contract/errors.ts'
import type { RandomAccess } from '../../../../worker/contract/store.ts'
import type { WrittenEntry } from '../../../../worker/outputs/zip/manifest.ts'
import { verifyArchive } from '../../../../worker/outputs/zip/verify.ts'
import { writeZip } from './write-zip.ts'

function accessTo(bytes: Buffer): RandomAccess {
  return { size: bytes.length, spanBytes: 1024, read: async (from, length) => bytes.subarray(from, from + length) }
}

/** Adds to a field of the last entry in the central directory (APPNOTE.TXT, 4.3.12). */
function withLast(bytes: Buffer, offset: number, added: number): Buffer {
  const changed = Buffer.from(bytes)
  const at = changed.lastIndexOf('PK\x01\x02') + offset
  changed.writeUInt32LE(changed.readUInt32LE(at) + added, at)
  return changed
}

describe('verifying an archive', () => {
  it('verifying accepts what was written', async () => {
    const { bytes, entries } = await writeZip({
      'a.log': 'some lines\n'.repeat(1000),
      'b.log': '',
      'manifest.json': '{}'
    })
    await verifyArchive(accessTo(bytes), entries)
  })

  it('verifying detects every difference', async () => {
    const { bytes, entries } = await writeZip({ 'a.log': 'some lines\n'.repeat(1000), 'manifest.json': '{}' })
    const [first, last] = entries as [WrittenEntry, WrittenEntry]
    const differences: readonly (readonly [string, Buffer, readonly WrittenEntry[], RegExp])[] = [
      ['an entry is missing', bytes, [first, last, { ...last, name: 'x' }], /holds 2 of 3 entries/],
      ['an entry too many', bytes, [first], /holds manifest\.json where nothing was written/],
      ['another name', bytes, [{ ...first, name: 'b.log' }, last], /holds a\.log where b\.log/],
      ['another size', bytes, [{ ...first, bytes: 5 }, last], /11000 of 5 bytes/],
      ['another checksum', bytes, [{ ...first, crc32: 5 }, last], /another checksum/],
      ['a cut end', bytes.subarray(0, -30), entries, /written archive is invalid/],
      [
        'a byte too many before the directory',
        Buffer.concat([bytes.subarray(0, 20), Buffer.from('x'), bytes.subarray(20)]),
        entries,
        /written archive is invalid/
      ],
      ['a header that is not where the directory says', withLast(bytes, 42, 1), entries, /header signature/],
      ['data that goes beyond the end', withLast(bytes, 20, bytes.length), entries, /overflows file bounds/]
    ]
    for (const [name, written, expected, message] of differences) {
      await assert.rejects(verifyArchive(accessTo(written), expected), (error) => {
        assert.ok(error instanceof IotLogError, `${name}: ${error}`)
        assert.equal(error.code, 'archive-invalid', name)
        assert.match(error.message, message, name)
        return true
      })
    }
  })
})
