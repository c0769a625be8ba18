import { Damage } from '../decode/damage.ts'
import { CarriedBytes } from './carried-bytes.ts'
import { findList, headDocument, type ListStart } from './envelope.ts'
import {
  afterWrapper,
  backslash,
  beginsObject,
  byteOrderMarkAt,
  closeArray,
  closeBrace,
  comma,
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

/** Bytes before the place of the scan that it may look at again. */
const lookBehind = 4

export interface SplitOptions {
  /** The elements of `{"<wrapperKey>": [ … ]}` are the documents, whatever fields stand around the list. */
  readonly wrapperKey?: string | undefined
  /** The same for documents that are longer than `splitBytes`. */
  readonly envelopeKey?: string | undefined
  readonly splitBytes?: number
  /** Takes the fields before the list, as a document; then the elements come, and undefined behind the last one. */
  readonly onHead?: (head: Buffer | undefined) => void
  /** Takes the start of a document that is longer than allowed. The rest of it is passed over. Without it, it is damage. */
  readonly onOverlong?: (bytes: Buffer, start: number, end: number) => void
}

/** A document stands in `bytes[start, end)`, valid during the call; the calls of one `push`, and only they, share `bytes`. */
type OnDocument = (bytes: Buffer, start: number, end: number) => void

export class DocumentSplitter {
  readonly #maxRecordBytes: number
  readonly #onDocument: OnDocument
  readonly #options: SplitOptions
  readonly #wrapperKey: Buffer | undefined
  readonly #envelopeKey: Buffer | undefined
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
  /** Whether the wrapper stands in an array. */
  #isWrapperInArray = false
  /** The document is passed over: the rest of one that is too long, or what stands behind the list of a wrapper. */
  #isDropped = false
  #isTail = false
  #isListClosed = false
  /** It has no list to split it by. */
  #isWhole = false
  /** Bytes of the documents handed on since the owner set it to 0. */
  handedOnBytes = 0

  constructor(maxRecordBytes: number, onDocument: OnDocument, options: SplitOptions = {}) {
    this.#maxRecordBytes = maxRecordBytes
    this.#carried = new CarriedBytes(maxRecordBytes)
    this.#onDocument = onDocument
    this.#options = options
    this.#wrapperKey = quoted(options.wrapperKey)
    this.#envelopeKey = quoted(options.envelopeKey)
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
    this.#leaveWrapper()
    this.#isInArray = false
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
      if (this.#bracket >= 0 && at - this.#bracket > this.#maxRecordBytes) this.#openArray()
      if (byte === openBrace) {
        const begins = beginsObject(bytes, at)
        if (begins === undefined && !isLast) return this.#waitAt(at)
        if (begins === false) return this.#beginText(bytes, at)
        if (this.#isListClosed) this.#leaveWrapper()
        if (this.#bracket >= 0) this.#openArray()
        const list = this.#wrapperKey ? this.#findWrapper(bytes, at, this.#wrapperKey) : null
        if (list === undefined && !isLast) return this.#waitAt(at)
        if (list) {
          this.#enterWrapper(headDocument(bytes, at, list.headEnd))
          at = list.inside - 1
          continue
        }
        this.#beginDocument(at, at + 1)
        return true
      }
      if (byte === comma && this.#isListClosed) {
        // Fields behind the list, up to the end of the wrapper.
        this.#beginDocument(at, at + 1)
        this.#isDropped = true
        this.#isTail = true
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
      if (byte === openArray && this.#bracket < 0 && !this.#isInArray && !this.#isListClosed) this.#bracket = at
      else if (byte === closeArray && (this.#bracket >= 0 || this.#isInArray)) {
        this.#bracket = -1
        this.#isInArray = false
      } else if (byte === closeArray && this.#isInWrapper && !this.#isListClosed) this.#isListClosed = true
      else if (byte === closeBrace && this.#isInWrapper) this.#leaveWrapper()
      else return this.#beginText(bytes, at)
    }
    return this.#waitAt(bytes.length)
  }

  #openArray(): void {
    this.#bracket = -1
    this.#isInArray = true
  }

  /** The list of the wrapper at `at`. Inside of one the next stands only where the first was cut off. */
  #findWrapper(bytes: Buffer, at: number, key: Buffer): ListStart | null | undefined {
    if (!this.#isInWrapper) return findList(bytes, at, key)
    const inside = afterWrapper(bytes, at, key)
    if (inside === undefined) return undefined
    return inside === 0 ? null : { headEnd: at + 1, inside }
  }

  #enterWrapper(head: Buffer): void {
    if (!this.#isInWrapper) this.#isWrapperInArray = this.#isInArray
    this.#isInArray = false
    this.#isInWrapper = true
    this.#options.onHead?.(head)
  }

  #leaveWrapper(): void {
    if (!this.#isInWrapper) return
    this.#isInWrapper = false
    this.#isListClosed = false
    this.#isInArray = this.#isWrapperInArray
    this.#options.onHead?.(undefined)
  }

  /** Continues inside of a long document if it is an envelope. The same document always is or is not. */
  #entersEnvelope(bytes: Buffer, end: number): boolean {
    const { splitBytes = 0 } = this.#options
    const isSplit = this.#envelopeKey && !this.#isWhole && !this.#isDropped
    if (!isSplit || end - this.#start <= splitBytes) return false
    const start = this.#start
    const list = findList(bytes, start, this.#envelopeKey)
    if (!list || list.inside - start > splitBytes) {
      this.#isWhole = true
      return false
    }
    this.#endDocument()
    this.#enterWrapper(headDocument(bytes, start, list.headEnd))
    this.#position = list.inside
    return true
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
    this.#isDropped = false
    this.#isWhole = false
    if (this.#isTail) this.#leaveWrapper()
    this.#isTail = false
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
          if (this.#entersEnvelope(bytes, at)) return true
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

  #pause(bytes: Buffer, at: number, depth: number, isInString: boolean): boolean {
    if (this.#entersEnvelope(bytes, bytes.length)) return true
    this.#position = at
    this.#depth = depth
    this.#isInString = isInString
    return this.#waitForMore(bytes)
  }

  #waitForMore(bytes: Buffer): false {
    if (bytes.length - this.#start > this.#maxRecordBytes + lookAhead) this.#drop(bytes)
    return false
  }

  /** Passes over the rest of a document that is too long. What is left of it are the bytes that the scan looks back at. */
  #drop(bytes: Buffer): void {
    if (!this.#isDropped) this.#takeOverlong(bytes, this.#start)
    this.#isDropped = true
    let start = Math.max(this.#start, this.#position - lookBehind)
    while (start > this.#start && bytes[start] === backslash) start--
    this.#start = start
  }

  #takeOverlong(bytes: Buffer, start: number): void {
    if (!this.#options.onOverlong) throw new Damage('line-limit')
    this.#options.onOverlong(bytes, start, start + this.#maxRecordBytes)
  }

  /** Ends a document that was cut off, where the next one begins. */
  #cutBefore(bytes: Buffer, at: number): true {
    if (this.#entersEnvelope(bytes, at)) return true
    this.#handOn(bytes, this.#start, at)
    this.#endDocument()
    this.#position = at
    this.#leaveWrapper()
    this.#isInArray = false
    return true
  }

  #handOn(bytes: Buffer, from: number, to: number): void {
    if (this.#isDropped) return
    if (to - from > this.#maxRecordBytes) return this.#takeOverlong(bytes, from)
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

function quoted(key: string | undefined): Buffer | undefined {
  return key === undefined ? undefined : Buffer.from(JSON.stringify(key))
}
