import { compareLines, type SortedLine } from './sorted-line.ts'

const newline = 0x0a

/** The next line of a run. */
interface Head {
  readonly run: Generator<SortedLine>
  readonly number: number
  line: SortedLine
}

/** Merges sorted runs by a heap of their next lines. If lines compare equal, those of the earlier run come first. */
export function* mergeRuns(runs: readonly Generator<SortedLine>[]): Generator<SortedLine> {
  const heads = runs.flatMap((run, number): Head[] => {
    const first = run.next()
    return first.done ? [] : [{ run, number, line: first.value }]
  })
  // A sorted array is a heap.
  heads.sort(compareHeads)
  while (heads.length > 0) {
    const least = heads[0]!
    const isWhole = least.line.bytes.at(-1) === newline
    yield least.line
    const next = least.run.next()
    if (!next.done) least.line = next.value
    else {
      const last = heads.pop()!
      if (last === least) continue
      heads[0] = last
    }
    // The rest of a long line follows it, whatever its bytes are.
    if (isWhole || next.done) sink(heads)
  }
}

/** Moves the first head down to its place. */
function sink(heads: Head[]): void {
  const head = heads[0]!
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heads.length) break
    if (child + 1 < heads.length && compareHeads(heads[child + 1]!, heads[child]!) < 0) child++
    if (compareHeads(head, heads[child]!) <= 0) break
    heads[at] = heads[child]!
    at = child
  }
  heads[at] = head
}

function compareHeads(a: Head, b: Head): number {
  return compareLines(a.line, b.line) || a.number - b.number
}
