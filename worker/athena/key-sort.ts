import type { NamelessFile } from '../spool/spool.ts'
import { type ArenaBounds, LineArena } from './line-arena.ts'
import { mergeRuns } from './merge-runs.ts'
import type { SortedLine } from './sorted-line.ts'
import { RunWriter, readRun } from './sorted-run.ts'

/*
 * Sorts lines by the keys of their objects, and within an object by their time, then by their bytes. It is an external
 * merge sort, whose result does not depend on the order of its input. Lines that fit are sorted in memory. More go to
 * temporary files, which are compressed, since logs shrink to a sixth. Memory: the lines of one run (`runBytes`, and 32
 * bytes for each of `mostLines` while it is sorted), and during a merge about 300 KiB for each of `mostRuns`.
 */

const runBytes = 32 * 1024 * 1024
const mostLines = 200_000
/** Runs that are merged at once. */
const mostRuns = 48
/** The lines of one object are joined up to so many bytes. */
const blockBytes = 256 * 1024

export interface KeySortBounds extends ArenaBounds {
  readonly mostRuns: number
}

/** Some lines of one object, in their order. */
export interface SortedLines {
  readonly key: string
  readonly lines: Buffer
}

/** Takes lines in any order, and gives them sorted. Disposing deletes its files. */
export class KeySort implements Disposable {
  readonly #mostRuns: number
  readonly #arena: LineArena
  #runs: NamelessFile[] = []

  constructor(bounds: Partial<KeySortBounds> = {}) {
    this.#mostRuns = bounds.mostRuns ?? mostRuns
    this.#arena = new LineArena({ runBytes, mostLines, ...bounds })
  }

  /** Adds a line with its `\n`: a copy of `bytes` from `from` to `to`. The time is in ms, or `noTime`. */
  add(key: string, timeMs: number, bytes: Buffer, from = 0, to = bytes.length): void {
    if (!this.#arena.hasRoomFor(to - from)) this.#spill()
    this.#arena.add(key, timeMs, bytes, from, to)
  }

  /** All lines, sorted. A key may come several times in a row. The bytes belong to the caller. */
  *sorted(): Generator<SortedLines> {
    if (this.#runs.length === 0) return yield* gathered(this.#arena.sorted())
    this.#spill()
    while (this.#runs.length > this.#mostRuns) this.#mergeOldest()
    yield* gathered(mergeRuns(this.#runs.map(readRun)))
  }

  [Symbol.dispose](): void {
    for (const run of this.#runs) run[Symbol.dispose]()
    this.#runs = []
  }

  #spill(): void {
    if (this.#arena.isEmpty) return
    this.#runs.push(writeRun(this.#arena.sorted()))
    this.#arena.clear()
  }

  /** The merged run takes the place of its parts, so that lines that compare equal stay in their order. */
  #mergeOldest(): void {
    const oldest = this.#runs.slice(0, this.#mostRuns)
    const merged = writeRun(mergeRuns(oldest.map(readRun)))
    for (const run of oldest) run[Symbol.dispose]()
    this.#runs = [merged, ...this.#runs.slice(this.#mostRuns)]
  }
}

function writeRun(sorted: Iterable<SortedLine>): NamelessFile {
  const writer = new RunWriter()
  try {
    for (const line of sorted) writer.add(line)
    return writer.end()
  } catch (error) {
    writer.file[Symbol.dispose]()
    throw error
  }
}

/** Joins neighbouring lines, since the caller has a cost per piece. */
function* gathered(sorted: Iterable<SortedLine>): Generator<SortedLines> {
  const block = Buffer.allocUnsafeSlow(blockBytes)
  let used = 0
  let ofKey = ''
  const take = (): SortedLines => {
    const lines = Buffer.allocUnsafeSlow(used)
    block.copy(lines, 0, 0, used)
    used = 0
    return { key: ofKey, lines }
  }
  for (const { key, bytes } of sorted) {
    if (used > 0 && (key !== ofKey || used + bytes.length > blockBytes)) yield take()
    ofKey = key
    if (bytes.length > blockBytes) yield { key, lines: bytes }
    else used += bytes.copy(block, used)
  }
  if (used > 0) yield take()
}
