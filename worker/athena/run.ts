import type { Limits } from '../contract/config-schema.ts'
import type { Store } from '../contract/store.ts'
import type { Window } from '../contract/window.ts'
import { createDecoderContext, type PooledContext } from '../decode/decoder-context.ts'
import type { InflaterChoice } from '../decode/inflater.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import type { QueryStatus } from './api.ts'
import { removeResults } from './clean-up.ts'
import { type AskedCategory, type AthenaAccess, askAthena, type CategoryResult } from './run-category.ts'

/*
 * The queries of one export. All are started at once, since they wait for Athena and not for this machine; their results
 * are taken one category after the other. Whatever happens, no query runs on and no result remains.
 */

interface AthenaRunOptions {
  readonly access: AthenaAccess
  readonly source: Store
  readonly window: Window
  readonly limits: Pick<Limits, 'maxLineBytes'>
  readonly inflaters: InflaterChoice
  readonly signal: AbortSignal
  readonly onProgress: (progress: ScanProgress) => void
  readonly onLeftBehind?: ((text: string) => void) | undefined
}

/** The queries of one export, by category name. Disposing stops what runs and deletes what was written. */
export class AthenaRun implements AsyncDisposable {
  readonly #options: AthenaRunOptions
  readonly #over = new AbortController()
  readonly #results: ReadonlyMap<string, Promise<CategoryResult>>
  readonly #context: PooledContext
  readonly #ended: QueryStatus[] = []

  constructor(categories: readonly AskedCategory[], options: AthenaRunOptions) {
    this.#options = options
    this.#context = createDecoderContext(options.inflaters)
    const entries = categories.map((asked) => [asked.plan.category.name, this.#ask(asked)] as const)
    this.#results = new Map(entries)
    // The export learns of a failure when it takes the result.
    for (const [, result] of entries) result.catch(() => {})
  }

  /** The result of a category, when it is there. @throws UnreadCategory, IotLogError, or the signal's reason */
  resultOf(category: string): Promise<CategoryResult> {
    return this.#results.get(category)!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('the export has ended'))
    const settled = await Promise.allSettled(this.#results.values())
    for (const one of settled) if (one.status === 'fulfilled') one.value[Symbol.dispose]()
    this.#context.close()
    if (this.#results.size === 0) return
    const { access, onLeftBehind } = this.#options
    await removeResults(access.results, access.prefix, this.#ended, onLeftBehind)
  }

  async #ask({ plan, listing }: AskedCategory): Promise<CategoryResult> {
    const { access, source, window, limits, signal, onProgress, onLeftBehind } = this.#options
    let reportedBytes = 0
    return askAthena(
      {
        plan,
        listing,
        window,
        source,
        limits,
        context: { ...this.#context },
        signal: AbortSignal.any([signal, this.#over.signal]),
        onProgress: ({ scannedBytes }) => {
          // A query that runs again starts at 0.
          const bytes = Math.max(0, Math.min(scannedBytes, listing.storedBytes) - reportedBytes)
          reportedBytes += bytes
          onProgress({ objects: 0, storedBytes: bytes, passedBytes: bytes, textBytes: 0, lines: 0 })
        },
        onEnded: (status) => this.#ended.push(status),
        onLeftBehind
      },
      access
    )
  }
}
