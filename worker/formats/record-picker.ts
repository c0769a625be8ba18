import { LineBlocks } from '../decode/blocks.ts'
import { compileMatcher } from '../match/compile-matcher.ts'
import type { Matcher, MatchSpec } from '../match/matcher.ts'
import { DocumentSplitter } from './document-splitter.ts'
import { FitCheck } from './fit-check.ts'
import type { Format, LogRecord, Output, RecordParser } from './format.ts'
import { compileJsonMatcher } from './json-search.ts'
import { likelyFormat } from './likely-format.ts'
import type { LineCheck, RecordNote } from './record-notes.ts'
import { parseLimits, type RecordLimits, splitOptions } from './record-reader.ts'
import type { RecordTimes } from './record-time.ts'
import { renderRecord } from './render.ts'

const newline = 0x0a
const lineEnd = Buffer.from('\n')
/** Bytes of the escape `\uXXXX`. The character itself takes at most half of them. */
const escapeBytes = 6
/** So many matching lines of an object are parsed to see whether they fit, if their bytes are all that is kept. */
const checkedLines = 32

/** Which records of an export count by their own time. */
interface TimeWindow {
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
  /** Whether a record without a time is kept. */
  readonly keepsUntimed: boolean
}

export interface PickSettings extends RecordLimits {
  readonly output: Output
  readonly window?: TimeWindow
  /** Has seen the lines that were written. */
  readonly written?: LineCheck
}

/** Takes `bytes[start, end)`, valid during the call: that many records as whole lines, each closed by `\n`. */
type KeepLines = (bytes: Buffer, start: number, end: number, records: number) => void

/** What finds identifiers in the stored bytes of a format: a frame without a hit holds no matching record. */
export function compileFrameMatcher(format: Format, spec: MatchSpec): Matcher {
  return format.isJson && !spec.takesAll ? compileJsonMatcher(spec) : compileMatcher(spec)
}

/**
 * Picks the matching records out of objects, one after the other, and writes them as lines. Only a line or document
 * with a hit is parsed, and a line only where its output or its time asks for it.
 */
export class RecordPicker {
  readonly #format: Format
  readonly #settings: PickSettings
  readonly #keep: KeepLines
  readonly #findInFrame: Matcher
  /** The same, for one document alone: a hit may begin in it and end in the next. */
  readonly #findInDocument: Matcher
  /** What the longest identifier takes when every character of it is escaped. */
  readonly #longestBytes: number
  readonly #findInText: Matcher
  readonly #takesAll: boolean
  readonly #frames: LineBlocks | DocumentSplitter
  readonly #times: RecordTimes
  #parser: RecordParser
  #isAtStart = true
  /** The bytes that documents were last found in, and the next hit in them. */
  #searched: Buffer | undefined
  #nextHit = 0
  /** Whether the fields before the list that is being read hold an identifier. */
  #isInHead = false
  readonly #fit = new FitCheck()
  #checkedLines = 0
  #unparsed = 0
  #untimed = 0
  #outside = 0

  constructor(format: Format, spec: MatchSpec, settings: PickSettings, keep: KeepLines) {
    this.#format = format
    this.#settings = settings
    this.#keep = keep
    this.#findInFrame = compileFrameMatcher(format, spec)
    this.#findInDocument = compileFrameMatcher(format, spec)
    this.#longestBytes = Math.max(...spec.identifiers.map((identifier) => identifier.length)) * escapeBytes
    this.#findInText = compileMatcher(spec)
    this.#takesAll = spec.takesAll === true
    const limits = parseLimits(settings)
    this.#times = limits.times
    this.#parser = format.createParser(limits)
    this.#frames =
      format.framing === 'lines'
        ? new LineBlocks(settings.maxRecordBytes, (block) => this.#pickLines(block))
        : new DocumentSplitter(settings.maxRecordBytes, (bytes, start, end) => this.#pickDocument(bytes, start, end), {
            ...splitOptions(format, settings),
            onHead: (head) => this.#takeHead(head)
          })
  }

  /** Bytes of the lines or documents that were searched since the owner set it to 0. */
  get handedOnBytes(): number {
    return this.#frames.handedOnBytes
  }

  set handedOnBytes(bytes: number) {
    this.#frames.handedOnBytes = bytes
  }

  /** Takes the next piece of an object's text. @throws Damage (`line-limit`); what stands before the record is kept. */
  push(text: Buffer): void {
    this.#frames.push(text)
  }

  /** Ends the object: what is left of it counts, or is dropped when damage cut it. The next `push` begins another one. */
  finish(keepLast: boolean): void {
    this.#frames.finish(keepLast)
    this.#parser = this.#format.createParser({ ...parseLimits(this.#settings), times: this.#times })
    this.#isAtStart = true
    this.#searched = undefined
    this.#checkedLines = 0
  }

  /** What was noticed about the matching records since the last call. */
  takeNotes(): RecordNote[] {
    const notes: RecordNote[] = [
      ...this.#fit.takeNotes(),
      ...(this.#settings.written?.takeNotes() ?? []),
      { code: 'format-mismatch', count: this.#unparsed },
      { code: 'no-time', count: this.#untimed, hint: this.#settings.window?.keepsUntimed ? 'kept' : 'left out' },
      { code: 'outside-window', count: this.#outside }
    ]
    this.#unparsed = this.#untimed = this.#outside = 0
    return notes
  }

  #pickLines(block: Buffer): void {
    if (this.#isAtStart) this.#takeHeaders(block)
    const keepsBytes = this.#settings.output === 'raw' && !this.#settings.window
    let position = 0
    let runStart = 0
    let runEnd = 0
    let records = 0
    let headersFrom = 0
    for (let hit = this.#findInFrame(block, 0); hit >= 0; hit = this.#findInFrame(block, position)) {
      const start = hit === position ? position : block.lastIndexOf(newline, hit - 1) + 1
      position = block.indexOf(newline, hit) + 1
      this.#fit.check(block, start, position)
      if (!keepsBytes || this.#checkedLines < checkedLines) {
        this.#parser.takeLastHeader?.(block, headersFrom, start)
        headersFrom = position
      }
      if (!keepsBytes) {
        const line = block.subarray(start, position - 1)
        this.#parser.parse(line, (record) => {
          if (this.#hasHit(record, line)) this.#write(record)
        })
        continue
      }
      if (this.#parser.takeHeader?.(block.subarray(start, position - 1))) continue
      if (this.#checkedLines++ < checkedLines) {
        this.#parser.parse(block.subarray(start, position - 1), (record) => this.#countMisfit(record))
      }
      if (start !== runEnd) {
        if (records > 0) this.#keep(block, runStart, runEnd, records)
        runStart = start
        records = 0
      }
      runEnd = position
      records++
    }
    if (records > 0) this.#keep(block, runStart, runEnd, records)
    if (!keepsBytes) this.#parser.takeLastHeader?.(block, headersFrom, block.length)
  }

  /** Header lines stand before the first record, whether they hold an identifier or not. */
  #takeHeaders(block: Buffer): void {
    for (let start = 0; start < block.length; ) {
      const end = block.indexOf(newline, start)
      if (!this.#parser.takeHeader?.(block.subarray(start, end))) {
        this.#isAtStart = false
        return
      }
      start = end + 1
    }
  }

  /** An identifier in the fields around a list is one of every record in it. */
  #takeHead(head: Buffer | undefined): void {
    this.#isInHead = head !== undefined && this.#findInDocument(head, 0) >= 0
    this.#parser.takeHead?.(head)
  }

  #pickDocument(bytes: Buffer, start: number, end: number): void {
    if (this.#isInHead) return this.#parsePicked(bytes.subarray(start, end))
    if (bytes !== this.#searched || this.#nextHit < start) {
      const hit = this.#findInFrame(bytes, start)
      this.#searched = bytes
      this.#nextHit = hit < 0 ? Number.POSITIVE_INFINITY : hit
    }
    if (this.#nextHit >= end) return
    const document = bytes.subarray(start, end)
    if (this.#nextHit + this.#longestBytes > end && this.#findInDocument(document, 0) < 0) return
    this.#parsePicked(document)
  }

  #parsePicked(document: Buffer): void {
    this.#parser.parse(document, (record) => {
      if (this.#isMatch(record)) this.#write(record)
    })
  }

  /** Of a line that carriage returns part, some records have no hit. */
  #hasHit({ raw }: LogRecord, line: Buffer): boolean {
    if (raw.length === line.length || this.#takesAll || this.#format.searchedBeside) return true
    return this.#findInDocument(raw, 0) >= 0
  }

  /** Of an envelope whose bytes hold an identifier, most records do not. What could not be parsed counts as its bytes. */
  #isMatch(record: LogRecord): boolean {
    if (this.#takesAll || !this.#format.searchedBeside || record.parseError !== undefined) return true
    if (this.#findInText(record.raw, 0) >= 0) return true
    return this.#format.searchedBeside(record).some((text) => this.#findInText(Buffer.from(text), 0) >= 0)
  }

  #write(record: LogRecord): void {
    const { window, output } = this.#settings
    this.#countMisfit(record)
    const timed = this.#times.judge(record)
    if (window && !this.#isInWindow(timed.timeMs, window)) return
    const line = renderRecord(this.#format, timed, output)
    const bytes = line.at(-1) === newline ? line : Buffer.concat([line, lineEnd])
    this.#keep(bytes, 0, bytes.length, 1)
  }

  /** Lines that hold several records are counted once an object, as what they hold. */
  #countMisfit({ raw, parseError }: LogRecord): void {
    if (parseError === undefined || parseError === 'no time') return
    if (this.#format.framing === 'documents' || !likelyFormat(raw)) this.#unparsed++
  }

  #isInWindow(timeMs: number | undefined, { fromMs, toMs, keepsUntimed }: TimeWindow): boolean {
    if (timeMs === undefined) {
      this.#untimed++
      return keepsUntimed
    }
    const isIn = timeMs >= fromMs && timeMs < toMs
    if (!isIn) this.#outside++
    return isIn
  }
}
