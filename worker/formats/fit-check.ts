import { newline, openArray, openBrace } from './json-bytes.ts'
import { type LikelyFormat, likelyFormat } from './likely-format.ts'
import type { RecordNote } from './record-notes.ts'

/** Between documents that share a line. */
const joint = Buffer.from('}{')
/** The start of a list of documents on a line of its own, behind another line. */
const list = Buffer.from('\n[{')
const never = Number.POSITIVE_INFINITY

/**
 * Notices kept lines that are not one record each. It looks at the first kept line of an object, and then only at lines
 * that begin like JSON and hold `}{`, or begin like a list. It stops at the first one that does not fit: the records of
 * one object are alike. The answer depends on the lines alone, not on how many come at once.
 */
export class FitCheck {
  #found: LikelyFormat | undefined
  #isFirst = true

  /** Takes kept lines: `bytes[start, end)` is whole lines. */
  check(bytes: Buffer, start: number, end: number): void {
    if (this.#found) return
    const isFirst = this.#isFirst
    this.#isFirst = false
    const isText = bytes[start] !== openBrace && bytes[start] !== openArray
    if (!isFirst && isText && bytes.indexOf(newline, start) >= end - 1) return
    const lines = bytes.subarray(start, end)
    let next = isFirst || isList(lines) ? this.#checkLine(lines, 0) : 0
    let listAt = 0
    while (!this.#found) {
      // The next list stays known while joined documents are looked at.
      if (listAt < next) listAt = nextList(lines, next)
      const line = Math.min(listAt, nextJoined(lines, next, listAt))
      if (line === never) return
      next = this.#checkLine(lines, line)
    }
  }

  /** What was noticed in the object; the next call of `check` is for another one. */
  takeNotes(): readonly RecordNote[] {
    const found = this.#found
    this.#found = undefined
    this.#isFirst = true
    return found ? [{ code: 'format-mismatch', count: found.records, hint: found.hint }] : []
  }

  /** The start of the next line. */
  #checkLine(lines: Buffer, start: number): number {
    const newlineAt = lines.indexOf(newline, start)
    const end = newlineAt < 0 ? lines.length : newlineAt
    this.#found = likelyFormat(lines.subarray(start, end))
    return end + 1
  }
}

function isList(lines: Buffer): boolean {
  return lines[0] === openArray && lines[1] === openBrace
}

/** The start of the first line from `from` on that begins like a list, or `never`. `from` is the start of a line. */
function nextList(lines: Buffer, from: number): number {
  const before = lines.indexOf(list, Math.max(0, from - 1))
  return before < 0 ? never : before + 1
}

/** The start of the first line in `[from, to)` that begins like a document and holds `}{`, or `never`. */
function nextJoined(lines: Buffer, from: number, to: number): number {
  for (let at = lines.indexOf(joint, from); at >= 0 && at < to; ) {
    const start = lines.lastIndexOf(newline, at) + 1
    if (lines[start] === openBrace) return start
    const end = lines.indexOf(newline, at)
    at = end < 0 ? -1 : lines.indexOf(joint, end)
  }
  return never
}
