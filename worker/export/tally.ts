import { IotLogError } from '../contract/errors.ts'
import { type Layout, prefixAt, prefixesOf } from '../contract/layout.ts'
import { type DamageReason, type NotRead, noOutcomes } from '../contract/outcome.ts'
import type { ExportStatus, ObjectCounts, ScannedAmounts } from '../contract/result.ts'
import { type CountedWarning, WarningCounts } from '../contract/warning.ts'
import { hourMs, type Window } from '../contract/window.ts'
import type { ScanProgress, SliceSummary } from '../scan/protocol.ts'
import { Spool } from '../spool/spool.ts'

/** The list of objects that were not read stays in memory up to this size: about 10,000 objects. */
const memoryBytes = 2 * 1024 * 1024

/** Adds up the outcomes of all listed objects. Disposing frees the list of objects that were not read. */
export class Tally implements Disposable {
  readonly #counts = noOutcomes()
  readonly #notRead = new Spool<readonly NotRead[]>(memoryBytes)
  readonly #linesByCategory: number[] = []
  readonly #missingByCategory: number[]
  readonly #unreadable: Partial<Record<DamageReason, number>> = {}
  readonly #linesByPrefix: readonly Map<string, number>[]
  readonly #warnings: readonly WarningCounts[]
  #storedBytes = 0
  #textBytes = 0

  /** `skipped` is the number of objects that a rule excluded before the scan. */
  constructor(categories: number, skipped: number) {
    this.#linesByCategory = Array.from({ length: categories }, () => 0)
    this.#missingByCategory = Array.from({ length: categories }, () => 0)
    this.#linesByPrefix = Array.from({ length: categories }, () => new Map())
    this.#warnings = Array.from({ length: categories }, () => new WarningCounts())
    this.#counts.skipped = skipped
  }

  addSlice(category: number, summary: SliceSummary): void {
    for (const outcome of Object.keys(summary.counts) as (keyof typeof summary.counts)[]) {
      this.#counts[outcome] += summary.counts[outcome]
    }
    if (summary.notRead.length > 0) this.#notRead.append(summary.notRead)
    this.#missingByCategory[category]! += summary.notRead.length
    for (const { reason } of summary.notRead) {
      if (reason !== undefined) this.#unreadable[reason] = (this.#unreadable[reason] ?? 0) + 1
    }
    for (const warning of summary.warnings) this.#warnings[category]!.merge(warning)
    this.#linesByCategory[category]! += summary.lines
    const linesByPrefix = this.#linesByPrefix[category]!
    for (const [prefix, lines] of summary.linesByPrefix) {
      linesByPrefix.set(prefix, (linesByPrefix.get(prefix) ?? 0) + lines)
    }
  }

  addProgress(progress: ScanProgress): void {
    this.#storedBytes += progress.storedBytes
    this.#textBytes += progress.textBytes
  }

  /** Lines kept in one category. */
  linesOf(category: number): number {
    return this.#linesByCategory[category]!
  }

  /** What one category is warned of. */
  warningsOf(category: number): readonly CountedWarning[] {
    return this.#warnings[category]!.list()
  }

  /** Objects of each category that were not read to their end. */
  missingByCategory(): readonly number[] {
    return [...this.#missingByCategory]
  }

  /** Unreadable objects by reason, without reasons that do not occur. */
  unreadable(): Readonly<Partial<Record<DamageReason, number>>> {
    return { ...this.#unreadable }
  }

  /**
   * Kept lines of all categories by the hour of the window that their objects' keys name. Empty if the keys of one
   * category have no hour, or an hour of another zone: a part of the lines would look like all of them.
   */
  linesByHour(layouts: readonly Layout[], window: Window): readonly number[] {
    if (layouts.some((layout) => !layout.hasHours)) return []
    const count = (window.toMs - window.fromMs) / hourMs
    // Some zones have local hours that two hours of UTC share, or the other way round.
    if (layouts.some((layout) => prefixesOf(layout, window).length !== count)) return []
    const hours = Array.from({ length: count }, (_, hour) => hour)
    return hours.map((hour) => {
      const linesOf = (layout: Layout, category: number): number =>
        this.#linesByPrefix[category]!.get(prefixAt(layout, window.fromMs + hour * hourMs)) ?? 0
      return layouts.map(linesOf).reduce((sum, lines) => sum + lines, 0)
    })
  }

  /** @throws IotLogError (`internal`) if an object has no outcome, or two */
  countsOf(listed: number): ObjectCounts {
    const sum = Object.values(this.#counts).reduce((total, count) => total + count, 0)
    if (sum !== listed) throw new IotLogError('internal', `${listed} objects were listed, but ${sum} are accounted for`)
    return { listed, ...this.#counts }
  }

  /** Partial wins over empty: an object that could not be read may have had a hit. */
  status(): ExportStatus {
    const { unreadable, archived, vanished, denied } = this.#counts
    if (unreadable + archived + vanished + denied > 0) return 'partial'
    return this.#linesByCategory.some((lines) => lines > 0) ? 'complete' : 'empty'
  }

  scanned(): ScannedAmounts {
    return { bytes: this.#storedBytes, rawBytes: this.#textBytes }
  }

  /** The objects that were not wholly read, in key order within each category. */
  *notRead(): Generator<NotRead> {
    for (const page of this.#notRead) yield* page
  }

  [Symbol.dispose](): void {
    this.#notRead[Symbol.dispose]()
  }
}
