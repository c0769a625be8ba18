import { compareKeys } from '../contract/key-order.ts'
import { noOutcomes } from '../contract/outcome.ts'
import type { StoredObject } from '../contract/store.ts'
import type { ScanStep } from '../scan/pool.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import type { Slice } from '../scan/slices.ts'
import type { SortedLines } from './key-sort.ts'

/*
 * Merges the lines of Athena with those of the objects that the worker reads itself, to one stream of steps in key order,
 * like those of a scan. Objects that are not in the listing were written after it, and are left out.
 */

interface MergeParts {
  readonly category: number
  /** The objects of the category in key order. */
  readonly pages: AsyncIterable<readonly StoredObject[]>
  /** Athena's lines in key order. */
  readonly lines: Iterable<SortedLines>
  readonly isDirect: (object: StoredObject) => boolean
  /** The steps of a scan of the direct objects, one object per slice. */
  readonly direct: AsyncIterable<ScanStep>
  /** The length of the part of a key that names its hour or day. */
  readonly prefixLength: number
  readonly onProgress: (progress: ScanProgress) => void
}

/** Merges them, page by page of the listing. */
export async function* mergeSteps(parts: MergeParts): AsyncGenerator<ScanStep> {
  const { category, prefixLength, onProgress } = parts
  const lines = new Peekable(parts.lines[Symbol.iterator]())
  const direct = parts.direct[Symbol.asyncIterator]()
  try {
    for await (const page of parts.pages) {
      const counts = noOutcomes()
      const linesByPrefix = new Map<string, number>()
      let kept = 0
      for (const object of page) {
        if (parts.isDirect(object)) {
          yield* stepsOfOne(direct)
          continue
        }
        const prefix = object.key.slice(0, prefixLength)
        for (const bytes of lines.takeOf(object.key)) {
          const count = countLines(bytes)
          kept += count
          linesByPrefix.set(prefix, (linesByPrefix.get(prefix) ?? 0) + count)
          yield { kind: 'kept', category, bytes }
        }
        counts[object.size === 0 ? 'empty' : 'queried']++
      }
      onProgress({ objects: counts.queried + counts.empty, storedBytes: 0, passedBytes: 0, textBytes: 0, lines: kept })
      yield { kind: 'done', category, summary: { counts, notRead: [], warnings: [], lines: kept, linesByPrefix } }
    }
  } finally {
    await direct.return?.()
  }
}

/** Cuts slices of one object each, so that the steps of each object are known. */
export async function* cutSingly(
  category: number,
  pages: AsyncIterable<readonly StoredObject[]>,
  isDirect: (object: StoredObject) => boolean
): AsyncGenerator<Slice> {
  let number = 0
  for await (const page of pages) {
    for (const object of page) if (isDirect(object)) yield { number: number++, category, objects: [object] }
  }
}

async function* stepsOfOne(direct: AsyncIterator<ScanStep>): AsyncGenerator<ScanStep> {
  for (let next = await direct.next(); !next.done; next = await direct.next()) {
    yield next.value
    if (next.value.kind === 'done') return
  }
}

/** Sorted lines, taken object after object. */
class Peekable {
  readonly #lines: Iterator<SortedLines>
  #next: IteratorResult<SortedLines, unknown>

  constructor(lines: Iterator<SortedLines>) {
    this.#lines = lines
    this.#next = lines.next()
  }

  /** The lines of a key. Those of earlier keys are skipped. The bytes belong to the caller. */
  *takeOf(key: string): Generator<Buffer> {
    while (!this.#next.done) {
      const order = compareKeys(this.#next.value.key, key)
      if (order > 0) return
      if (order === 0) yield this.#next.value.lines
      this.#next = this.#lines.next()
    }
  }
}

const newline = 0x0a

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}
