import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipArchive } from 'archiver'

/** What went into an entry, before deflate. */
export interface EntryContent {
  readonly bytes: number
  readonly crc32: number
}

/**
 * archiver's zip for entries that come deflated. archiver deflates on one core and has no documented way around it, so
 * one method of its engine is replaced, the one that writes the entry of a stream (compress-commons 7.0.1,
 * `ZipArchiveOutputStream._appendStream`); test/worker/outputs/zip/deflated-zip.test.ts holds archiver to it. Headers,
 * descriptors and the directory are archiver's.
 */
export class DeflatedZip extends ZipArchive {
  #content: () => EntryContent = () => ({ bytes: 0, crc32: 0 })

  constructor() {
    super({ highWaterMark })
    engineOf(this)._appendStream = (entry, deflated, callback) => {
      this.#appendDeflated(entry, deflated).then(() => callback(null, entry), callback)
    }
  }

  /** Adds an entry, the only one that is open; `content` is asked for when `deflated` has ended. */
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
    // The directory, by which most programs read, says zip64 only of an entry that needs it.
    entry.isZip64 = () => Math.max(bytes, deflatedBytes) >= zip64Bytes
    entry.setExtra(noExtra)
  }
}

/** Less than most pieces of deflate have: a stream that holds several joins them for its reader, a copy each. */
const highWaterMark = 64 * 1024

/**
 * In a local header: sizes take eight bytes in the descriptor that follows the data (APPNOTE.TXT 4.3.9.2 and 4.5.3).
 * Whether an entry exceeds 4 GiB is known at its end, and who reads the zip from a pipe must know before.
 */
const zip64Extra = Buffer.from([0x01, 0x00, 16, 0, ...Array<number>(16).fill(0)])
/** In fields of four bytes this says that the number is in those of zip64 (APPNOTE.TXT 4.4.8). */
const zip64Bytes = 0xffffffff
const noExtra = Buffer.alloc(0)

/** What is used of archiver's engine. */
interface Engine extends Writable {
  _appendStream(entry: Entry, deflated: Readable, callback: (error: unknown, entry?: Entry) => void): void
  _writeLocalFileHeader(entry: Entry): void
  /** Writes the descriptor and takes the entry into the directory. */
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
