import { addAbortListener } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Wake } from '../async/wake.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { ReadAheadBounds } from '../contract/store.ts'
import type { FromThread, ScanProgress, SliceSummary, ThreadSettings, ToThread } from './protocol.ts'
import type { Slice } from './slices.ts'

/*
 * The scan threads as one stream of results in the order of the slices. Order costs memory: the results of a later slice
 * wait here until the earlier slices are done. `creditBytes` for each thread and `maxSlicesAhead` bound them. A deadlock
 * is impossible: each thread scans its slices in ascending order. So the thread with the next slice has no earlier one,
 * and its bytes are taken as they come.
 */

export interface PoolSettings extends ThreadSettings {
  readonly threads: number
  /** How far ahead a thread should know its next objects. */
  readonly readAhead: ReadAheadBounds
}

/** One step of the scan, in the order of the slices: bytes of kept lines, then the summary of the slice. */
export type ScanStep =
  | { readonly kind: 'kept'; readonly category: number; readonly bytes: Buffer }
  | { readonly kind: 'done'; readonly category: number; readonly summary: SliceSummary }

/** A thread has at least so many slices, so that it never waits for the next one. A store may want more. */
const leastSlicesPerThread = 2
const mostSlicesPerThread = 32
/** How far the scan may be ahead of the slice whose results are taken. Bounds the results that wait. */
const maxSlicesAhead = 512

/**
 * A thread's JavaScript objects live as long as one log object, or as long as the thread. With V8's default sizes a
 * thread would hold 50 MB of garbage. Buffers do not count towards these limits.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 }

/** `thread.ts` itself, or the bundle that `npm run build` makes of it. */
const threadUrl = import.meta.url.endsWith('.ts')
  ? new URL('./thread.ts', import.meta.url)
  : new URL('./scan-thread.mjs', import.meta.url)

/**
 * Scans slices on threads. Results come in the order of the slices, whatever the number of threads. The scan waits if
 * the caller does not take the next step. `return` or the signal stops the threads at once.
 */
export async function* scanInOrder(
  slices: AsyncIterator<Slice>,
  settings: PoolSettings,
  signal: AbortSignal,
  onProgress: (progress: ScanProgress) => void
): AsyncGenerator<ScanStep> {
  await using pool = new ScanPool(slices, settings, onProgress)
  using _listener = addAbortListener(signal, () => pool.fail(signal.reason))
  if (signal.aborted) pool.fail(signal.reason)
  yield* pool.steps()
}

interface PooledThread {
  /** Started with its first slice. */
  worker: Worker | undefined
  /** Slices that it has and that are not done, with their objects and bytes. */
  outstanding: number
  objects: number
  storedBytes: number
}

/** A slice that a thread has got, and of which some results are not taken yet. */
interface OpenSlice {
  readonly category: number
  readonly objects: number
  readonly storedBytes: number
  readonly thread: PooledThread
  readonly pieces: Uint8Array[]
  summary: SliceSummary | undefined
}

class ScanPool implements AsyncDisposable {
  readonly #slices: AsyncIterator<Slice>
  readonly #onProgress: (progress: ScanProgress) => void
  readonly #workerData: ThreadSettings
  readonly #readAhead: ReadAheadBounds
  readonly #threads: readonly PooledThread[]
  readonly #open = new Map<number, OpenSlice>()
  #next = 0
  #given = 0
  #isFilling = false
  #hasAllSlices = false
  #failure: { readonly reason: unknown } | undefined
  readonly #changed = new Wake()

  constructor(slices: AsyncIterator<Slice>, settings: PoolSettings, onProgress: (progress: ScanProgress) => void) {
    this.#slices = slices
    this.#onProgress = onProgress
    const { threads, readAhead, ...workerData } = settings
    this.#workerData = workerData
    this.#readAhead = readAhead
    this.#threads = Array.from({ length: threads }, () => {
      return { worker: undefined, outstanding: 0, objects: 0, storedBytes: 0 }
    })
  }

  async *steps(): AsyncGenerator<ScanStep> {
    this.#fill()
    for (;;) {
      const changed = this.#changed.next()
      if (this.#failure) throw this.#failure.reason
      const slice = this.#open.get(this.#next)
      const piece = slice?.pieces.shift()
      if (slice && piece) {
        yield {
          kind: 'kept',
          category: slice.category,
          bytes: Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        }
        // The thread gets the memory back: garbage would pile up until it is collected.
        slice.thread.worker?.postMessage({ kind: 'taken', piece } satisfies ToThread, [piece.buffer as ArrayBuffer])
      } else if (slice?.summary) {
        this.#open.delete(this.#next++)
        this.#fill()
        yield { kind: 'done', category: slice.category, summary: slice.summary }
      } else if (this.#hasAllSlices && this.#next === this.#given) return
      else await changed
    }
  }

  fail(reason: unknown): void {
    this.#failure ??= { reason }
    this.#changed.call()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failure ??= { reason: new Error('the scan has ended') }
    await Promise.all(this.#threads.map((thread) => thread.worker?.terminate()))
    await this.#slices.return?.()
  }

  #start(thread: PooledThread): Worker {
    const worker = new Worker(threadUrl, { workerData: this.#workerData, resourceLimits, name: 'scan' })
    worker.on('message', (message: FromThread) => this.#receive(thread, message))
    worker.on('error', (error) => this.fail(startError(error)))
    worker.on('exit', () => this.fail(new IotLogError('internal', 'A scan thread ended unexpectedly')))
    return worker
  }

  #receive(thread: PooledThread, message: FromThread): void {
    if (message.kind === 'failed') return this.fail(errorOf(message))
    if (message.kind !== 'kept') this.#onProgress(message.progress)
    if (message.kind === 'progress') return
    const slice = this.#open.get(message.slice)!
    if (message.kind === 'kept') slice.pieces.push(message.bytes)
    else {
      if (message.rest) slice.pieces.push(message.rest)
      slice.summary = message.summary
      thread.outstanding--
      thread.objects -= slice.objects
      thread.storedBytes -= slice.storedBytes
      this.#fill()
    }
    this.#changed.call()
  }

  /** Gives slices to the threads that have room for one. */
  #fill(): void {
    if (!this.#isFilling) this.#giveSlices().catch((error) => this.fail(error))
  }

  async #giveSlices(): Promise<void> {
    this.#isFilling = true
    try {
      while (!this.#failure && !this.#hasAllSlices && this.#given < this.#next + maxSlicesAhead) {
        const thread = this.#threads.reduce((least, one) => (one.outstanding < least.outstanding ? one : least))
        if (this.#hasEnough(thread)) return
        const next = await this.#slices.next()
        if (next.done) this.#hasAllSlices = true
        else this.#give(thread, next.value)
      }
      this.#changed.call()
    } finally {
      this.#isFilling = false
    }
  }

  #hasEnough({ outstanding, objects, storedBytes }: PooledThread): boolean {
    if (outstanding < leastSlicesPerThread) return false
    const isAhead = objects >= 2 * this.#readAhead.objects || storedBytes >= this.#readAhead.bytes
    return isAhead || outstanding >= mostSlicesPerThread
  }

  #give(thread: PooledThread, slice: Slice): void {
    const objects = slice.objects.length
    const storedBytes = slice.objects.reduce((sum, object) => sum + object.size, 0)
    thread.outstanding++
    thread.objects += objects
    thread.storedBytes += storedBytes
    this.#given++
    const { number, category } = slice
    this.#open.set(number, { category, objects, storedBytes, thread, pieces: [], summary: undefined })
    thread.worker ??= this.#start(thread)
    thread.worker.postMessage({ kind: 'slice', ...slice } satisfies ToThread)
  }
}

/** Threads need file descriptors and memory to start. Other errors are reported as they are. */
function startError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INIT_FAILED') return error
  const text = `Could not start a scan thread (${messageOf(error)}): fewer --threads, or a higher limit (ulimit -n)`
  return new IotLogError('io', text, { cause: error })
}

function errorOf(failed: Extract<FromThread, { kind: 'failed' }>): IotLogError {
  const error = new IotLogError(failed.code, failed.message)
  if (failed.stack !== undefined) error.stack = failed.stack
  return error
}
