import { Damage } from '../decode/damage.ts'
import { CarriedBytes } from './carried-bytes.ts'
import {
  afterWrapper,
  backslash,
  beginsObject,
  byteOrderMarkAt,
  closeArray,
  closeBrace,
  isAfterString,
  isEscaped,
  isSeparator,
  isSpace,
  newline,
  openArray,
  openBrace,
  quote
} from './json-bytes.ts'
import { findTextEnd, type TextKind, textKind } from './text-between.ts'

/*
 * JSON documents in bytes, with nothing, line ends, commas or the brackets of an array between them: what Firehose
 * writes when a rule sets no separator. Objects are found by their braces outside of strings, 0.8 to 1.1 GB/s on one
 * core; nothing is parsed. A document begins only at the start of a line or behind another document, with a name or
 * empty. What else stands there is text (text-between.ts): a document that will not parse, braces and all.
 *
 * A document that was cut off would turn strings inside out for all that follow. No valid JSON has `}{` outside of
 * strings within a document, nor a string that ends with `}{` or a line end and `{` before something that cannot follow
 * a string; there a new document begins.
 */

/** Bytes behind the end of a document that may be needed to see it. */
const lookAhead = 8
/** The first byte of UTF-8's byte order mark. */
const markStart = 0xef

/** A document stands in `bytes[start, end)`, valid during the call; the calls of one `push`, and only they, share `bytes`. */
type OnDocument = (bytes: Buffer, start: number, end: number) => void

export class DocumentSplitter {
  readonly #maxRecordBytes: number
  readonly #onDocument: OnDocument
  readonly #wrapperKey: Buffer | undefined
  readonly #carried: CarriedBytes
  /** The scan's place in the bytes, and what it knows there. */
  #position = 0
  #start = -1
  #depth = 0
  #isInString = false
  /** What stands there is text. */
  #text: TextKind | undefined
  /** An array's bracket before its first element: junk when no object follows. */
  #bracket = -1
  #isInArray = false
  #isInWrapper = false
  /** Bytes of the documents handed on since the owner set it to 0. */
  handedOnBytes = 0

  /** With `wrapperKey`, the elements of `{"<wrapperKey>": [ … ]}` are the documents. */
  constructor(maxRecordBytes: number, wrapperKey: string | undefined, onDocument: OnDocument) {
    this.#maxRecordBytes = maxRecordBytes
    this.#carried = new CarriedBytes(maxRecordBytes)
    this.#onDocument = onDocument
    this.#wrapperKey = wrapperKey === undefined ? undefined : Buffer.from(JSON.stringify(wrapperKey))
  }

  /** Takes the next bytes. @throws Damage (`line-limit`) when a document is longer than allowed; those before it are out. */
  push(chunk: Buffer): void {
    const bytes = this.#carried.joinedWith(chunk)
    this.#scan(bytes, false)
    this.#keepRest(bytes)
  }

  /** Ends the object: what is left of it is a document too, or dropped when damage cut it. */
  finish(keepLast: boolean): void {
    if (keepLast) {
      const bytes = this.#carried.bytes()
      this.#scan(bytes, true)
      const start = this.#start >= 0 ? this.#start : this.#bracket
      if (start >= 0) this.#handOn(bytes, start, bytes.length)
    }
    this.#carried.clear()
    this.#position = 0
    this.#endDocument()
    this.#bracket = -1
    this.#isInArray = false
    this.#isInWrapper = false
  }

  #scan(bytes: Buffer, isLast: boolean): void {
    for (;;) {
      if (this.#start < 0 && !this.#findStart(bytes, isLast)) return
      if (!(this.#text ? this.#findTextEnd(bytes, this.#text, isLast) : this.#findEnd(bytes, isLast))) return
    }
  }

  /** Goes to the next document's first byte; false when the bytes end before it is known. */
  #findStart(bytes: Buffer, isLast: boolean): boolean {
    for (let at = this.#position; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#bracket >= 0 && at - this.#bracket > this.#maxRecordBytes) throw new Damage('line-limit')
      if (byte === openBrace) {
        const begins = beginsObject(bytes, at)
        if (begins === undefined && !isLast) return this.#waitAt(at)
        if (begins === false) return this.#beginText(bytes, at)
        if (this.#wrapperKey && this.#bracket < 0) {
          const inside = afterWrapper(bytes, at, this.#wrapperKey)
          if (inside === undefined && !isLast) return this.#waitAt(at)
          if (inside) {
            this.#isInWrapper = true
            at = inside - 1
            continue
          }
        }
        if (this.#bracket >= 0) this.#isInArray = true
        this.#beginDocument(at, at + 1)
        return true
      }
      if (isSeparator[byte]) continue
      if (byte === markStart) {
        const markBytes = byteOrderMarkAt(bytes, at)
        if (markBytes === undefined && !isLast) return this.#waitAt(at)
        if (markBytes) {
          at += markBytes - 1
          continue
        }
      }
      if (byte === openArray && this.#bracket < 0 && !this.#isInArray) this.#bracket = at
      else if (byte === closeArray && (this.#bracket >= 0 || this.#isInArray || this.#isInWrapper)) {
        this.#bracket = -1
        this.#isInArray = false
      } else if (byte === closeBrace && this.#isInWrapper) this.#isInWrapper = false
      else return this.#beginText(bytes, at)
    }
    return this.#waitAt(bytes.length)
  }

  #waitAt(position: number): false {
    this.#position = position
    return false
  }

  #beginText(bytes: Buffer, at: number): true {
    const start = this.#bracket >= 0 ? this.#bracket : at
    this.#beginDocument(start, start === at ? at + 1 : at)
    this.#text = textKind(bytes, start)
    return true
  }

  #beginDocument(start: number, position: number): void {
    this.#start = start
    this.#position = position
    this.#depth = 1
    this.#isInString = false
    this.#bracket = -1
  }

  #endDocument(): void {
    this.#start = -1
    this.#text = undefined
    this.#isInString = false
  }

  #findTextEnd(bytes: Buffer, kind: TextKind, isLast: boolean): boolean {
    const found = findTextEnd(bytes, this.#position, kind, { isInArray: this.#isInArray, isLast })
    this.#text = found.kind
    this.#position = found.position
    if (found.end === undefined) return this.#waitForMore(bytes)
    this.#handOn(bytes, this.#start, found.end)
    this.#endDocument()
    this.#position = found.end
    return true
  }

  /** Scans the object to its last brace; the loops are the hot path of every format of documents. */
  #findEnd(bytes: Buffer, isLast: boolean): boolean {
    const length = bytes.length
    let at = this.#position
    let depth = this.#depth
    let isInString = this.#isInString
    for (;;) {
      while (!isInString) {
        if (at >= length) return this.#pause(bytes, at, depth, false)
        const byte = bytes[at++]!
        if (byte === quote) isInString = true
        else if (byte === openBrace) {
          if (bytes[at - 2] === closeBrace || (bytes[at - 2] === newline && bytes[at - 3] === closeBrace)) {
            return this.#cutBefore(bytes, at - 1)
          }
          depth++
        } else if (byte === closeBrace && --depth === 0) {
          this.#handOn(bytes, this.#start, at)
          this.#endDocument()
          this.#position = at
          return true
        }
      }
      while (isInString) {
        while (at < length && bytes[at] !== quote) at++
        if (at >= length) return this.#pause(bytes, at, depth, true)
        if (bytes[at - 1] === backslash && isEscaped(bytes, at)) at++
        else isInString = false
      }
      if (bytes[at - 1] === openBrace && (bytes[at - 2] === closeBrace || bytes[at - 2] === newline)) {
        if (at + 1 >= length && !isLast) return this.#pause(bytes, at, depth, true)
        if (at + 1 < length && !isAfterString[bytes[at + 1]!]) return this.#cutBefore(bytes, at - 1)
      }
      at++
    }
  }

  #pause(bytes: Buffer, at: number, depth: number, isInString: boolean): false {
    this.#position = at
    this.#depth = depth
    this.#isInString = isInString
    return this.#waitForMore(bytes)
  }

  #waitForMore(bytes: Buffer): false {
    if (bytes.length - this.#start > this.#maxRecordBytes + lookAhead) throw new Damage('line-limit')
    return false
  }

  /** Ends a document that was cut off, where the next one begins. */
  #cutBefore(bytes: Buffer, at: number): true {
    this.#handOn(bytes, this.#start, at)
    this.#endDocument()
    this.#position = at
    this.#isInArray = false
    this.#isInWrapper = false
    return true
  }

  #handOn(bytes: Buffer, from: number, to: number): void {
    if (to - from > this.#maxRecordBytes) throw new Damage('line-limit')
    let end = to
    while (end > from && isSpace[bytes[end - 1]!]) end--
    this.handedOnBytes += end - from
    this.#onDocument(bytes, from, end)
  }

  #keepRest(bytes: Buffer): void {
    const starts = [this.#start, this.#bracket].filter((start) => start >= 0)
    const from = Math.min(this.#position, ...starts)
    this.#carried.keepFrom(bytes, from)
    this.#position -= from
    if (this.#start >= 0) this.#start -= from
    if (this.#bracket >= 0) this.#bracket -= from
  }
}
