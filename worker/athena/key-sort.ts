import { compareKeys } from '../contract/key-order.ts'
import type { NamelessFile } from '../nameless-file.ts'
import { mergeRuns, RunWriter, readRun, type SortedLines } from './sorted-run.ts'

/*
 * Puts lines back into the order of their objects' keys: an external merge sort. Lines of one key keep the order in
 * which they came. What fits is sorted in memory; more goes to temporary files, compressed, since logs shrink to a
 * sixth. Memory: the lines of one run (`runBytes`), and while runs are merged 256 KiB for each of `mostRuns`.
 */

const firstArenaBytes = 256 * 1024
const runBytes = 32 * 1024 * 1024
/** Spans of adjacent lines in one run: bounds what they cost beyond their bytes, about 200 each. */
const mostSpans = 100_000
/** Runs that are merged at once. */
const mostRuns = 48

export interface KeySortBounds {
  readonly runBytes: number
  readonly mostSpans: number
  readonly mostRuns: number
}

/** Takes lines with their keys in any order, and gives them out in key order. Disposing gives up its files. */
export class KeySort implements Disposable {
  readonly #bounds: KeySortBounds
  #arena = Buffer.allocUnsafeSlow(firstArenaBytes)
  #used = 0
  /** Where the lines of a key lie in the arena: begin and end of each span. */
  #spans = new Map<string, number[]>()
  #spanCount = 0
  #runs: NamelessFile[] = []

  constructor(bounds: Partial<KeySortBounds> = {}) {
    this.#bounds = { runBytes, mostSpans, mostRuns, ...bounds }
  }

  /** Adds whole lines of one object: a copy of `bytes` from `from` to `to`. */
  add(key: string, bytes: Buffer, from = 0, to = bytes.length): void {
    const length = to - from
    if (this.#used + length > this.#bounds.runBytes || this.#spanCount === this.#bounds.mostSpans) this.#spill()
    this.#reserve(length)
    bytes.copy(this.#arena, this.#used, from, to)
    const spans = this.#spans.get(key)
    if (spans?.at(-1) === this.#used) spans[spans.length - 1] = this.#used + length
    else {
      if (spans) spans.push(this.#used, this.#used + length)
      else this.#spans.set(key, [this.#used, this.#used + length])
      this.#spanCount++
    }
    this.#used += length
  }

  /** Everything that was added, in key order; a key may come several times in a row. Bytes are valid until the next. */
  *sorted(): Generator<SortedLines> {
    if (this.#runs.length === 0) return yield* this.#inMemory()
    if (this.#used > 0) this.#spill()
    while (this.#runs.length > this.#bounds.mostRuns) this.#mergeOldest()
    yield* mergeRuns(this.#runs.map(readRun))
  }

  [Symbol.dispose](): void {
    for (const run of this.#runs) run[Symbol.dispose]()
    this.#runs = []
  }

  #spill(): void {
    if (this.#used === 0) return
    this.#runs.push(writeRun(this.#inMemory()))
    this.#spans = new Map()
    this.#spanCount = 0
    this.#used = 0
    if (this.#arena.length > this.#bounds.runBytes) this.#arena = Buffer.allocUnsafeSlow(firstArenaBytes)
  }

  *#inMemory(): Generator<SortedLines> {
    for (const key of [...this.#spans.keys()].sort(compareKeys)) {
      const spans = this.#spans.get(key)!
      for (let at = 0; at < spans.length; at += 2) yield { key, lines: this.#arena.subarray(spans[at], spans[at + 1]) }
    }
  }

  /** The merged run takes the place of those it was made of, so that lines of one key stay in their order. */
  #mergeOldest(): void {
    const oldest = this.#runs.slice(0, this.#bounds.mostRuns)
    const merged = writeRun(mergeRuns(oldest.map(readRun)))
    for (const run of oldest) run[Symbol.dispose]()
    this.#runs = [merged, ...this.#runs.slice(this.#bounds.mostRuns)]
  }

  /** A line may be larger than a run should be. */
  #reserve(length: number): void {
    const needed = this.#used + length
    if (needed <= this.#arena.length) return
    const doubled = Math.min(Math.max(needed, this.#arena.length * 2), Math.max(needed, this.#bounds.runBytes))
    const larger = Buffer.allocUnsafeSlow(doubled)
    this.#arena.copy(larger, 0, 0, this.#used)
    this.#arena = larger
  }
}

function writeRun(sorted: Iterable<SortedLines>): NamelessFile {
  const writer = new RunWriter()
  try {
    for (const { key, lines } of sorted) writer.add(key, lines)
    return writer.end()
  } catch (error) {
    writer.file[Symbol.dispose]()
    throw error
  }
}
