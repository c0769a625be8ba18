import { mostNames } from '../contract/warning.ts'
import { compileMatcher } from '../match/compile-matcher.ts'
import type { Matcher, MatchSpec } from '../match/matcher.ts'
import { newline, openBrace } from './json-bytes.ts'
import { isObject, parseDocument } from './json-text.ts'
import type { LineCheck, RecordNote } from './record-notes.ts'

/** Kept lines of an object that are looked at. So a large answer takes no longer. */
const checkedLines = 100
/** Bytes on either side of a hit. A longer word is no name. */
const mostNameBytes = 128
/** A longer line is not parsed for its device. */
const maxParsedBytes = 64 * 1024

/** `[A-Za-z0-9._:-]` */
const isNameByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 128 && /[A-Za-z0-9._:-]/.test(String.fromCharCode(byte)) ? 1 : 0
)
/** Those of them that also end a sentence or follow a label. */
const isMark = Uint8Array.from({ length: 256 }, (_, byte) => ('.:-'.includes(String.fromCharCode(byte)) ? 1 : 0))

/**
 * Notices which devices the kept lines of an object are about: by the field of the format, otherwise by the word around
 * the first hit of a line. It looks at the first kept lines only.
 */
export class DeviceNames implements LineCheck {
  readonly #find: Matcher
  readonly #identifiers: readonly Buffer[]
  readonly #spec: MatchSpec
  readonly #keys: readonly string[]
  readonly #names = new Set<string>()
  #last = Buffer.alloc(0)
  #checked = 0

  constructor(spec: MatchSpec, keys: readonly string[] = []) {
    this.#find = compileMatcher(spec)
    this.#identifiers = spec.identifiers.map((identifier) => Buffer.from(identifier))
    this.#spec = spec
    this.#keys = keys
  }

  check(bytes: Buffer, start: number, end: number): void {
    if (this.#checked >= checkedLines) return
    // Line by line, so that the answer does not depend on how many come at once.
    for (let position = start; position < end && this.#checked < checkedLines; this.#checked++) {
      const lineEnd = bytes.indexOf(newline, position)
      const line = bytes.subarray(position, lineEnd < 0 ? end : lineEnd)
      position += line.length + 1
      const name = this.#keys.length > 0 ? this.#fieldOf(line) : undefined
      if (name !== undefined) this.#add(name)
      else this.#addWord(line)
    }
  }

  takeNotes(): readonly RecordNote[] {
    const names = [...this.#names]
    this.#names.clear()
    this.#last = Buffer.alloc(0)
    this.#checked = 0
    return names.length > 0 ? [{ code: 'several-devices', count: names.length, names }] : []
  }

  /** The field that holds an identifier, else the first one that has text. */
  #fieldOf(line: Buffer): string | undefined {
    if (line[0] !== openBrace) return undefined
    const { fields } = parseDocument(line, { maxParsedBytes })
    if (!isObject(fields)) return undefined
    const values = this.#keys.map((key) => fields[key]).filter((value) => typeof value === 'string')
    return values.find((value) => this.#find(Buffer.from(value), 0) >= 0) ?? values[0]
  }

  #addWord(line: Buffer): void {
    const hit = this.#find(line, 0)
    // It is spelled with escapes.
    if (hit < 0) return
    const hitEnd = hit + this.#lengthAt(line, hit)
    let start = hit
    let end = hitEnd
    while (hit - start <= mostNameBytes && isNameByte[line[start - 1] ?? 0]) start--
    while (end - hitEnd <= mostNameBytes && isNameByte[line[end] ?? 0]) end++
    if (hit - start > mostNameBytes || end - hitEnd > mostNameBytes) return
    while (start < hit && isMark[line[start]!]) start++
    while (end > hitEnd && isMark[line[end - 1]!]) end--
    // Most line are about the device of the line before.
    if (this.#last.length > 0 && line.compare(this.#last, 0, this.#last.length, start, end) === 0) return
    this.#last = Buffer.from(line.subarray(start, end))
    this.#add(this.#last.toString())
  }

  #lengthAt(lines: Buffer, hit: number): number {
    const found = this.#identifiers.find((identifier) => {
      const bytes = lines.subarray(hit, hit + identifier.length)
      if (this.#spec.case === 'exact') return bytes.equals(identifier)
      return bytes.toString().toLowerCase() === identifier.toString().toLowerCase()
    })
    return found?.length ?? 0
  }

  #add(name: string): void {
    if (this.#names.size < mostNames) this.#names.add(name)
  }
}
