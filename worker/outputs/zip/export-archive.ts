import type { NotRead } from '../../contract/outcome.ts'
import type { ManifestHead, WrittenArchive } from '../../contract/result.ts'
import type { Store } from '../../contract/store.ts'
import type { OpenOutput, Output, OutputPlan } from '../../export/output.ts'
import { chooseDeflater } from './choose-deflater.ts'
import { effortByOffset } from './deflate-effort.ts'
import type { Deflater } from './deflater.ts'
import { manifestName, manifestPieces, type WrittenEntry } from './manifest.ts'
import { type MeasuredBody, measureBody } from './measure.ts'
import { verifyArchive } from './verify.ts'
import { ZipWriter } from './zip.ts'

/** The place of an archive. */
export interface ArchiveTarget {
  readonly store: Store
  readonly key: string
  /** Whether to replace an existing archive. */
  readonly overwrite: boolean
}

/** Writes a zip of at most `maxBytes` to the target. */
export function zipOutput(target: ArchiveTarget, maxBytes: number): OpenOutput {
  return async (plan) =>
    new ExportArchive({ ...plan, target, maxBytes, deflater: await chooseDeflater(plan.inflaters) })
}

interface ArchiveSettings extends OutputPlan {
  readonly target: ArchiveTarget
  readonly maxBytes: number
  readonly deflater: Deflater
}

interface StartedArchive {
  readonly zip: ZipWriter
  readonly measured: MeasuredBody
  readonly upload: Promise<void>
}

/**
 * The zip of one export. The first kept line starts it, so an export without hits writes nothing. Entries have the order
 * of the categories. Empty ones are written too. The archive appears under its name only when `finish` returns.
 */
class ExportArchive implements Output {
  readonly #settings: ArchiveSettings
  readonly #failed = new AbortController()
  readonly #entries: WrittenEntry[] = []
  #started: StartedArchive | undefined
  #openEntry = -1

  constructor(settings: ArchiveSettings) {
    this.#settings = settings
  }

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  async write(category: number, lines: Buffer): Promise<void> {
    await this.#openEntryOf(category)
    await this.#started!.zip.write(lines)
  }

  async closeEntries(): Promise<readonly WrittenEntry[]> {
    if (!this.#started) return []
    await this.#openEntryOf(this.#settings.entryNames.length - 1)
    await this.#closeEntry()
    return [...this.#entries]
  }

  /** Writes the manifest, ends the archive and verifies it. An empty export gets no archive. */
  async finish(head: ManifestHead, notRead: Iterable<NotRead>): Promise<WrittenArchive | null> {
    if (head.status === 'empty') return null
    const { zip, measured, upload } = this.#start()
    zip.beginEntry(manifestName, this.#settings.time)
    for (const piece of manifestPieces(head, notRead)) await zip.write(Buffer.from(piece))
    await this.#closeEntry()
    zip.finish()
    await upload
    const { store, key } = this.#settings.target
    return { url: store.urlOf(key), bytes: measured.bytes(), sha256: measured.sha256() }
  }

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
    const { target, deflater, threads, storedBytes, maxBytes, signal, onLeftBehind } = this.#settings
    const zip = new ZipWriter(deflater, effortByOffset, threads)
    const measured = measureBody(zip.body, maxBytes)
    const upload = target.store.write(target.key, measured.body, {
      overwrite: target.overwrite,
      contentType: 'application/zip',
      // The deflated lines are at most about as large as their objects.
      expectedBytes: storedBytes,
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
