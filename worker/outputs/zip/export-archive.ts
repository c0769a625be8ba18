import type { Store } from '../../contract/store.ts'
import { effortByOffset } from './deflate-effort.ts'
import type { Deflater } from './deflater.ts'
import { manifestName, type WrittenEntry } from './manifest.ts'
import { type MeasuredBody, measureBody } from './measure.ts'
import { verifyArchive } from './verify.ts'
import { ZipWriter } from './zip.ts'

/** Where an archive goes. */
export interface ArchiveTarget {
  readonly store: Store
  readonly key: string
  /** Replace what is there. */
  readonly overwrite: boolean
}

export interface ArchiveSettings {
  readonly target: ArchiveTarget
  /** The entries in their order, one for each category. */
  readonly entryNames: readonly string[]
  /** The date of all entries. */
  readonly time: Date
  readonly deflater: Deflater
  /** How many cores may deflate. */
  readonly threads: number
  /** About how large it may become; decides how a store cuts it. */
  readonly expectedBytes: number
  readonly maxBytes: number
  /** Cancels the archive until it is under its name. */
  readonly signal: AbortSignal
  readonly onLeftBehind?: (text: string) => void
}

interface StartedArchive {
  readonly zip: ZipWriter
  readonly measured: MeasuredBody
  readonly upload: Promise<void>
}

/** What was written. */
export interface WrittenArchive {
  readonly url: string
  readonly bytes: number
  readonly sha256: string
}

/**
 * The archive of one export. It begins with the first line that is kept, so that an export without hits writes
 * nothing; entries follow one another in the order of the categories, empty ones too. Ends with `finish` or `fail`;
 * until `finish` has returned nothing stands under the archive's name.
 */
export class ExportArchive {
  readonly #settings: ArchiveSettings
  readonly #failed = new AbortController()
  readonly #entries: WrittenEntry[] = []
  #started: StartedArchive | undefined
  #openEntry = -1

  constructor(settings: ArchiveSettings) {
    this.#settings = settings
  }

  /** Aborts, with the reason, when the archive can't be written: a full disk must stop the scan. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  /** Adds lines to the entry of a category; categories come in order. Waits until they fit. */
  async write(category: number, lines: Buffer): Promise<void> {
    await this.#openEntryOf(category)
    await this.#started!.zip.write(lines)
  }

  /** Closes the entries and tells what they hold; empty ones are added, unless no entry holds anything. */
  async closeEntries(): Promise<readonly WrittenEntry[]> {
    if (!this.#started) return []
    await this.#openEntryOf(this.#settings.entryNames.length - 1)
    await this.#closeEntry()
    return [...this.#entries]
  }

  /** Writes the manifest, ends the archive, and returns once it is verified and under its name. */
  async finish(manifest: Iterable<string>): Promise<WrittenArchive> {
    const { zip, measured, upload } = this.#start()
    zip.beginEntry(manifestName, this.#settings.time)
    for (const piece of manifest) await zip.write(Buffer.from(piece))
    await this.#closeEntry()
    zip.finish()
    await upload
    const { store, key } = this.#settings.target
    return { url: store.urlOf(key), bytes: measured.bytes(), sha256: measured.sha256() }
  }

  /** Gives up; returns when nothing is left of the archive. */
  async fail(error: unknown): Promise<void> {
    this.#started?.zip.fail(error)
    await this.#started?.upload.catch(() => {})
  }

  async #openEntryOf(category: number): Promise<void> {
    const { zip } = this.#start()
    while (this.#openEntry < category) {
      if (this.#openEntry >= 0) await this.#closeEntry()
      zip.beginEntry(this.#settings.entryNames[++this.#openEntry]!, this.#settings.time)
    }
  }

  async #closeEntry(): Promise<void> {
    this.#entries.push(await this.#started!.zip.endEntry())
  }

  #start(): StartedArchive {
    if (this.#started) return this.#started
    const { target, deflater, threads, expectedBytes, maxBytes, signal, onLeftBehind } = this.#settings
    const zip = new ZipWriter(deflater, effortByOffset, threads)
    const measured = measureBody(zip.body, maxBytes)
    const upload = target.store.write(target.key, measured.body, {
      overwrite: target.overwrite,
      contentType: 'application/zip',
      expectedBytes,
      maxBytes,
      signal,
      verify: (written) => verifyArchive(written, this.#entries),
      ...(onLeftBehind && { onLeftBehind })
    })
    upload.catch((error) => {
      zip.fail(error)
      this.#failed.abort(error)
    })
    this.#started = { zip, measured, upload }
    return this.#started
  }
}
