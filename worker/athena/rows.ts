import type { Matcher } from '../match/matcher.ts'
import { rowKinds } from './statement.ts'

/*
 * The rows of a result: path, kind and line, with a byte 01 between them. Paths and kinds do not contain that byte, so a
 * line may. Lines are gathered, one object's run after the other, and matched together, like the blocks of an object: no
 * line needs a string.
 */

const newline = 0x0a
const separator = 0x01
const gatheredBytes = 256 * 1024
const checkKind = Buffer.from(rowKinds.check)

/** Receives the content of rows. */
interface RowTaker {
  /** Whole matching lines of the object at a path: `bytes` from `from` to `to`, valid during the call. */
  lines(path: string, bytes: Buffer, from: number, to: number): void
  /** An object that the worker has to read itself. */
  check(path: string): void
}

/** Reads blocks of whole rows. */
export class RowReader {
  readonly #find: Matcher
  readonly #taker: RowTaker
  #gathered = Buffer.allocUnsafeSlow(gatheredBytes)
  #used = 0
  /** The objects of the gathered lines, and where the lines of each end. */
  readonly #runs: { readonly path: string; end: number }[] = []
  #path = Buffer.alloc(0)

  constructor(find: Matcher, taker: RowTaker) {
    this.#find = find
    this.#taker = taker
  }

  /** Reads a block. @throws Error for an invalid row */
  push(block: Buffer): void {
    for (let at = 0; at < block.length; ) {
      const end = block.indexOf(newline, at) + 1
      const pathEnd = block.indexOf(separator, at)
      const kindEnd = pathEnd < 0 ? -1 : block.indexOf(separator, pathEnd + 1)
      if (kindEnd < 0 || kindEnd >= end) throw new Error('A row of the result does not have three columns')
      if (block.compare(checkKind, 0, checkKind.length, pathEnd + 1, kindEnd) === 0) {
        this.#taker.check(block.toString('utf8', at, pathEnd))
      } else this.#gather(block, at, pathEnd, kindEnd + 1, end)
      at = end
    }
  }

  /** Matches the gathered lines and passes them on. Ends a result. */
  flush(): void {
    const block = this.#gathered.subarray(0, this.#used)
    let run = 0
    let from = 0
    let to = 0
    const handOn = (): void => {
      if (to > from) this.#taker.lines(this.#runs[run]!.path, block, from, to)
    }
    for (let hit = this.#find(block, 0); hit >= 0; hit = this.#find(block, to)) {
      const start = hit === to ? to : block.lastIndexOf(newline, hit - 1) + 1
      if (start !== to || start >= this.#runs[run]!.end) {
        handOn()
        from = start
        while (this.#runs[run]!.end <= start) run++
      }
      to = block.indexOf(newline, hit) + 1
    }
    handOn()
    this.#used = 0
    this.#runs.length = 0
    this.#path = Buffer.alloc(0)
  }

  #gather(block: Buffer, pathStart: number, pathEnd: number, start: number, end: number): void {
    if (this.#used + end - start > this.#gathered.length) this.flush()
    if (end - start > this.#gathered.length) this.#gathered = Buffer.allocUnsafeSlow(end - start)
    const isSame =
      this.#path.length === pathEnd - pathStart &&
      block.compare(this.#path, 0, this.#path.length, pathStart, pathEnd) === 0
    if (!isSame) {
      this.#path = Buffer.from(block.subarray(pathStart, pathEnd))
      this.#runs.push({ path: this.#path.toString(), end: this.#used })
    }
    this.#used += block.copy(this.#gathered, this.#used, start, end)
    this.#runs.at(-1)!.end = this.#used
  }
}
