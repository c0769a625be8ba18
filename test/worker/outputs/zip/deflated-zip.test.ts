import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ZipArchive } from 'archiver'
import { DeflatedZip } from '../../../../worker/outputs/zip/deflated-zip.ts'

const time = new Date(Date.UTC(2023, 9, 1))

/*
 * What deflated-zip.ts takes from inside of archiver. When an update breaks this, look at `_appendStream` in
 * compress-commons: lib/archivers/zip/zip-archive-output-stream.js.
 */
describe("archiver's engine", () => {
  it('archiver’s engine has the methods that are used', () => {
    const { engine } = (new ZipArchive() as unknown as { _module: { engine: Record<string, () => void> } })._module
    const { _appendStream, _writeLocalFileHeader, _afterAppend, getBytesWritten } = engine
    const parameters = [_appendStream, _writeLocalFileHeader, _afterAppend, getBytesWritten].map((one) => one?.length)
    assert.deepEqual(parameters, [3, 1, 1, 0])
  })

  it('archiver’s engine takes deflated bytes as they are, between headers that a reader of a pipe understands', async () => {
    const zip = new DeflatedZip()
    const body = buffer(zip)
    zip.appendDeflated(Readable.from([Buffer.from('deflated')]), () => ({ bytes: 1000, crc32: 0xfedcba98 }), 'a', time)
    await once(zip, 'entry')
    zip.appendDeflated(Readable.from([Buffer.from('more')]), () => ({ bytes: 5, crc32: 7 }), 'b', time)
    await once(zip, 'entry')
    await zip.finalize()
    const bytes = await body
    const second = localHeader.length + 'adeflated'.length + 20 + descriptor(0, 0, 0).length
    const expected = [
      ...[localHeader, 'a', zip64Extra, 'deflated', descriptor(0xfedcba98, 8, 1000)],
      ...[localHeader, 'b', zip64Extra, 'more', descriptor(7, 4, 5)],
      ...[centralHeader(0xfedcba98, 8, 1000, 0), 'a', centralHeader(7, 4, 5, second), 'b'],
      end(2, 2 * 47, second + localHeader.length + 'bmore'.length + 20 + descriptor(0, 0, 0).length)
    ]
    const whole = Buffer.concat(expected.map((part) => Buffer.from(part as string)))
    assert.equal(bytes.toString('hex'), whole.toString('hex'))
  })

  it('archiver’s engine passes on what it gets, without joined copies', async () => {
    const zip = new DeflatedZip()
    const pieces = Array.from({ length: 8 }, () => Buffer.alloc(300_000))
    zip.appendDeflated(Readable.from(pieces), () => ({ bytes: 1, crc32: 7 }), 'a', time)
    // The reader comes when the pieces wait.
    await once(zip, 'readable')
    await setImmediate()
    const written = once(zip, 'entry').then(() => zip.finalize())
    const passedOn = await Array.fromAsync(zip as AsyncIterable<Buffer>)
    await written
    // The first comes with the header.
    assert.ok(pieces.slice(1).every((piece) => passedOn.includes(piece)))
  })

  it('archiver’s engine marks an entry as zip64 in the directory if it needs it', async () => {
    const zip = new DeflatedZip()
    const body = buffer(zip)
    zip.appendDeflated(Readable.from([Buffer.from('deflated')]), () => ({ bytes: 2 ** 32 - 1, crc32: 7 }), 'a', time)
    await once(zip, 'entry')
    await zip.finalize()
    const bytes = await body
    const central = bytes.subarray(bytes.indexOf('PK\x01\x02'))
    assert.equal(central.readUInt32LE(24), 0xffffffff)
    const extra = central.subarray(47, 47 + central.readUInt16LE(30))
    assert.deepEqual(
      [extra.readUInt16LE(0), extra.readBigUInt64LE(4), extra.readBigUInt64LE(12)],
      [1, 2n ** 32n - 1n, 8n]
    )
  })
})

/** Layouts of APPNOTE.TXT 4.3.7, 4.3.9, 4.3.12 and 4.3.16; numbers by their bytes. */
function fields(signature: string, ...numbers: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  const parts = numbers.map(([bytes, value]) => {
    const field = Buffer.alloc(8)
    field.writeBigUInt64LE(BigInt(value))
    return field.subarray(0, bytes)
  })
  return Buffer.concat([Buffer.from(signature, 'latin1'), ...parts])
}

const localHeader = fields(
  'PK\x03\x04',
  ...([
    [2, 45],
    [2, 1 << 3],
    [2, 8],
    [4, dosTime()],
    [4, 0],
    [4, 0],
    [4, 0],
    [2, 1],
    [2, 20]
  ] as const)
)
const zip64Extra = fields('', [2, 1], [2, 16], [8, 0], [8, 0])

function descriptor(crc32: number, deflatedBytes: number, bytes: number): Buffer {
  return fields('PK\x07\x08', [4, crc32], [8, deflatedBytes], [8, bytes])
}

function centralHeader(crc32: number, deflatedBytes: number, bytes: number, offset: number): Buffer {
  const unix = (3 << 8) | 45
  const archived = 0x20
  const mode = ((0o100644 << 16) | archived) >>> 0
  return fields(
    'PK\x01\x02',
    ...([
      [2, unix],
      [2, 45],
      [2, 1 << 3],
      [2, 8],
      [4, dosTime()],
      [4, crc32]
    ] as const),
    ...([
      [4, deflatedBytes],
      [4, bytes],
      [2, 1],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, mode],
      [4, offset]
    ] as const)
  )
}

function end(entries: number, directoryBytes: number, offset: number): Buffer {
  return fields('PK\x05\x06', [2, 0], [2, 0], [2, entries], [2, entries], [4, directoryBytes], [4, offset], [2, 0])
}

/** 2023-10-01 00:00:00 (APPNOTE.TXT 4.4.6): the time below, the date above. */
function dosTime(): number {
  return (((2023 - 1980) << 9) | (10 << 5) | 1) << 16
}
