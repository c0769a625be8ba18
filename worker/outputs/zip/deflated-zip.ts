import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipArchive } from 'archiver'

/** The content of an entry, before deflate. */
interface EntryContent {
  readonly bytes: number
  readonly crc32: number
}

/**
 * archiver's zip for entries that are deflated already. archiver deflates on one core and has no documented option against
 * it. So one method of its engine is replaced, the one that writes the entry of a stream (compress-commons 7.0.1,
 * `ZipArchiveOutputStream._appendStream`). test/worker/outputs/zip/deflated-zip.test.ts checks that archiver still has it.
 * archiver writes headers, descriptors and the directory.
 */
export class DeflatedZip extends ZipArchive {
  #content: () => EntryContent = () => ({ bytes: 0, crc32: 0 })

  constructor() {
    super({ highWaterMark })
    engineOf(this)._appendStream = (entry, deflated, callback) => {
      this.#appendDeflated(entry, deflated).then(() => callback(null, entry), callback)
    }
  }

  /** Adds an entry, the only open one. `content` is called when `deflated` has ended. */
  appendDeflated(deflated: Readable, content: () => EntryContent, name: string, date: Date): void {
    this.#content = content
    this.append(deflated, { name, date })
  }

  async #appendDeflated(entry: Entry, deflated: Readable): Promise<void> {
    const engine = engineOf(this)
    entry.isZip64 = () => true
    entry.setExtra(zip64Extra)
    engine._writeLocalFileHeader(entry)
    const start = engine.getBytesWritten()
    await pipeline(deflated, engine, { end: false })
    const { bytes, crc32 } = this.#content()
    const deflatedBytes = engine.getBytesWritten() - start
    entry.setSize(bytes)
    entry.setCompressedSize(deflatedBytes)
    entry.setCrc(crc32)
    engine._afterAppend(entry)
    // Most programs read the directory. It marks only those entries as zip64 that need it.
    entry.isZip64 = () => Math.max(bytes, deflatedBytes) >= zip64Bytes
    entry.setExtra(noExtra)
  }
}

/** Smaller than most pieces of deflate: a stream that holds several pieces joins them for its reader, by copying. */
const highWaterMark = 64 * 1024

/**
 * In a local header: sizes take eight bytes in the descriptor that follows the data (APPNOTE.TXT 4.3.9.2 and 4.5.3).
 * A program that reads the zip from a pipe must know this before the data. Whether the entry exceeds 4 GiB is known only
 * at its end.
 */
const zip64Extra = Buffer.from([0x01, 0x00, 16, 0, ...Array<number>(16).fill(0)])
/** In a field of four bytes this value says that the number is in the zip64 field (APPNOTE.TXT 4.4.8). */
const zip64Bytes = 0xffffffff
const noExtra = Buffer.alloc(0)

/** The used part of archiver's engine. */
interface Engine extends Writable {
  _appendStream(entry: Entry, deflated: Readable, callback: (error: unknown, entry?: Entry) => void): void
  _writeLocalFileHeader(entry: Entry): void
  /** Writes the descriptor and adds the entry to the directory. */
  _afterAppend(entry: Entry): void
  getBytesWritten(): number
}

interface Entry {
  isZip64(): boolean
  setExtra(extra: Buffer): void
  setSize(bytes: number): void
  setCompressedSize(bytes: number): void
  setCrc(crc32: number): void
}

function engineOf(archive: ZipArchive): Engine {
  return (archive as unknown as { _module: { engine: Engine } })._module.engine
}
