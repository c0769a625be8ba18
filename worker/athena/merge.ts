import { compareKeys } from '../contract/key-order.ts'
import { type NotRead, noOutcomes, type OutcomeCounts } from '../contract/outcome.ts'
import type { StoredObject } from '../contract/store.ts'
import type { ScanStep } from '../scan/pool.ts'
import type { ScanProgress } from '../scan/protocol.ts'
import type { Slice } from '../scan/slices.ts'
import type { SortedLines } from './key-sort.ts'

/*
 * The lines of Athena and those of the objects that the worker reads itself, as one stream of steps in key order, as a
 * scan gives them. The listing leads: what it does not hold came after it and is left out.
 */

interface MergeParts {
  readonly category: number
  /** The objects of the category in key order. */
  readonly pages: AsyncIterable<readonly StoredObject[]>
  /** Athena's lines in key order. */
  readonly lines: Iterable<SortedLines>
  readonly isDirect: (object: StoredObject) => boolean
  /** The steps of a scan of the direct objects, one object to a slice. */
  readonly direct: AsyncIterable<ScanStep>
  /** How much of a key is the prefix of its hour or day. */
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
      const summary = new PageSummary(prefixLength)
      for (const object of page) {
        if (parts.isDirect(object)) yield* stepsOfOne(direct)
        else {
          for (const bytes of lines.takeOf(object.key)) {
            summary.addLines(object.key, countLines(bytes))
            yield { kind: 'kept', category, bytes }
          }
          summary.counts[object.size === 0 ? 'empty' : 'queried']++
        }
      }
      const { counts, lines: kept } = summary
      onProgress({ objects: counts.queried + counts.empty, storedBytes: 0, passedBytes: 0, textBytes: 0, lines: kept })
      yield { kind: 'done', category, summary: summary.done() }
    }
  } finally {
    await direct.return?.()
  }
}

/** Slices of one object each, so that their steps can be told apart. */
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

  /** The lines of a key; those of keys before it are passed over. Bytes are the taker’s. */
  *takeOf(key: string): Generator<Buffer> {
    while (!this.#next.done) {
      const order = compareKeys(this.#next.value.key, key)
      if (order > 0) return
      if (order === 0) yield this.#next.value.lines
      this.#next = this.#lines.next()
    }
  }
}

class PageSummary {
  readonly counts: OutcomeCounts = noOutcomes()
  readonly #prefixLength: number
  readonly #linesByPrefix = new Map<string, number>()
  lines = 0

  constructor(prefixLength: number) {
    this.#prefixLength = prefixLength
  }

  addLines(key: string, lines: number): void {
    const prefix = key.slice(0, this.#prefixLength)
    this.lines += lines
    this.#linesByPrefix.set(prefix, (this.#linesByPrefix.get(prefix) ?? 0) + lines)
  }

  done() {
    const notRead: NotRead[] = []
    return { counts: this.counts, notRead, lines: this.lines, linesByPrefix: this.#linesByPrefix }
  }
}

const newline = 0x0a

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}
