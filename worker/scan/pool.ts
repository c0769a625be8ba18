import { Worker } from 'node:worker_threads'
import { IotLogError } from '../contract/errors.ts'
import type { Batch } from './batches.ts'
import type { BatchSummary, FromThread, ScanProgress, ThreadSettings, ToThread } from './protocol.ts'

/*
 * The scan threads as one stream of results in the order of the batches. Order costs memory: what a thread has found
 * in a later batch waits here until the earlier ones are through. That is bounded by `creditBytes` for each thread and
 * by `maxBatchesAhead`. It can't lock: each thread works on its batches in ascending order, so the thread that holds
 * the next batch has nothing else outstanding, and its bytes are taken as they come.
 */

export interface PoolSettings extends ThreadSettings {
  readonly threads: number
}

/** One step of the scan, in the order of the batches: bytes of kept lines, then what became of the batch. */
export type ScanStep =
  | { readonly kind: 'kept'; readonly category: number; readonly bytes: Buffer }
  | { readonly kind: 'done'; readonly category: number; readonly summary: BatchSummary }

/** Batches given to a thread before its first is done: it never waits for the next one. */
const batchesPerThread = 2
/** How far the scan may run ahead of the batch whose results are taken: bounds the results that wait. */
const maxBatchesAhead = 512

/**
 * A thread's objects live for an object of the log or for good; with V8's own sizes it would hold 50 MB of garbage.
 * Buffers are outside of these limits.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 }

/** `thread.ts` as it stands, or the bundle that `npm run build` makes of it. */
const threadUrl = import.meta.url.endsWith('.ts')
  ? new URL('./thread.ts', import.meta.url)
  : new URL('./scan-thread.mjs', import.meta.url)

/**
 * Scans batches on threads. Results come in the order of the batches, whatever the number of threads; not taking the
 * next step holds the scan back. Ending early, by `return` or the signal, stops the threads at once.
 */
export async function* scanInOrder(
  batches: AsyncIterator<Batch>,
  settings: PoolSettings,
  signal: AbortSignal,
  onProgress: (progress: ScanProgress) => void
): AsyncGenerator<ScanStep> {
  await using pool = new ScanPool(batches, settings, onProgress)
  const stop = (): void => pool.fail(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    yield* pool.steps()
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface PooledThread {
  /** Started with its first batch. */
  worker: Worker | undefined
  outstanding: number
}

/** A batch that was given out and whose results are not all taken. */
interface OpenBatch {
  readonly category: number
  readonly thread: PooledThread
  readonly pieces: Uint8Array[]
  summary: BatchSummary | undefined
}

class ScanPool implements AsyncDisposable {
  readonly #batches: AsyncIterator<Batch>
  readonly #onProgress: (progress: ScanProgress) => void
  readonly #workerData: ThreadSettings
  readonly #threads: readonly PooledThread[]
  readonly #open = new Map<number, OpenBatch>()
  #next = 0
  #given = 0
  #isFilling = false
  #hasAllBatches = false
  #failure: { readonly reason: unknown } | undefined
  #wake: () => void = () => {}

  constructor(batches: AsyncIterator<Batch>, settings: PoolSettings, onProgress: (progress: ScanProgress) => void) {
    this.#batches = batches
    this.#onProgress = onProgress
    const { threads, ...workerData } = settings
    this.#workerData = workerData
    this.#threads = Array.from({ length: threads }, () => ({ worker: undefined, outstanding: 0 }))
  }

  async *steps(): AsyncGenerator<ScanStep> {
    this.#fill()
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (this.#failure) throw this.#failure.reason
      const batch = this.#open.get(this.#next)
      const piece = batch?.pieces.shift()
      if (batch && piece) {
        yield {
          kind: 'kept',
          category: batch.category,
          bytes: Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        }
        post(batch.thread, { kind: 'credit', bytes: piece.length })
      } else if (batch?.summary) {
        this.#open.delete(this.#next++)
        this.#fill()
        yield { kind: 'done', category: batch.category, summary: batch.summary }
      } else if (this.#hasAllBatches && this.#next === this.#given) return
      else await changed
    }
  }

  fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure ??= { reason: new Error('the scan has ended') }
    await Promise.all(this.#threads.map((thread) => thread.worker?.terminate()))
    await this.#batches.return?.()
  }

  #start(thread: PooledThread): Worker {
    const worker = new Worker(threadUrl, { workerData: this.#workerData, resourceLimits, name: 'scan' })
    worker.on('message', (message: FromThread) => this.#receive(thread, message))
    worker.on('error', (error) => this.fail(error))
    worker.on('exit', () => this.fail(new IotLogError('internal', 'A scan thread ended by itself')))
    return worker
  }

  #receive(thread: PooledThread, message: FromThread): void {
    if (message.kind === 'failed') return this.fail(errorOf(message))
    if (message.kind !== 'kept') this.#onProgress(message.progress)
    if (message.kind === 'progress') return
    const batch = this.#open.get(message.batch)!
    if (message.kind === 'kept') batch.pieces.push(message.bytes)
    else {
      if (message.rest) batch.pieces.push(message.rest)
      batch.summary = message.summary
      thread.outstanding--
      this.#fill()
    }
    this.#wake()
  }

  /** Gives batches to the threads that have room for one. */
  #fill(): void {
    if (!this.#isFilling) this.#giveBatches().catch((error) => this.fail(error))
  }

  async #giveBatches(): Promise<void> {
    this.#isFilling = true
    try {
      while (!this.#failure && !this.#hasAllBatches && this.#given < this.#next + maxBatchesAhead) {
        const thread = this.#threads.reduce((least, one) => (one.outstanding < least.outstanding ? one : least))
        if (thread.outstanding >= batchesPerThread) return
        const next = await this.#batches.next()
        if (next.done) this.#hasAllBatches = true
        else this.#give(thread, next.value)
      }
      this.#wake()
    } finally {
      this.#isFilling = false
    }
  }

  #give(thread: PooledThread, batch: Batch): void {
    thread.outstanding++
    this.#given++
    this.#open.set(batch.number, { category: batch.category, thread, pieces: [], summary: undefined })
    thread.worker ??= this.#start(thread)
    post(thread, { kind: 'batch', ...batch })
  }
}

function post(thread: PooledThread, message: ToThread): void {
  thread.worker?.postMessage(message)
}

function errorOf(failed: Extract<FromThread, { kind: 'failed' }>): IotLogError {
  const error = new IotLogError(failed.code, failed.message)
  if (failed.stack !== undefined) error.stack = failed.stack
  return error
}
