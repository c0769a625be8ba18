import type { Accept } from '../match/matcher.ts'
import { backslash, quote } from './json-bytes.ts'
import { escapeLength, isInsideEscape, unitAt } from './json-escape.ts'

/** A UTF-16 unit or byte as it is compared: as it is, or with ASCII letters in lower case. */
export type Fold = (unit: number) => number

interface Character {
  readonly bytes: Buffer
  readonly units: readonly number[]
}

/** An identifier to be found where escapes spell it; all folded. */
export interface HiddenIdentifier {
  readonly bytes: Buffer
  readonly characters: readonly Character[]
  /** Bytes of the identifier before each character. */
  readonly offsets: readonly number[]
  /** The last character that may be the first to be escaped: a quote or a backslash always is. */
  readonly lastFirst: number
}

export function readIdentifier(identifier: string, fold: Fold): HiddenIdentifier {
  const characters = [...identifier].map((character) => ({
    bytes: Buffer.from(Buffer.from(character).map(fold)),
    units: Array.from({ length: character.length }, (_, index) => fold(character.charCodeAt(index)))
  }))
  const offsets = [0]
  for (const { bytes } of characters) offsets.push(offsets.at(-1)! + bytes.length)
  const always = characters.findIndex(mustBeEscaped)
  const bytes = Buffer.concat(characters.map((character) => character.bytes))
  return { bytes, characters, offsets, lastFirst: always < 0 ? characters.length - 1 : always }
}

export function mustBeEscaped({ bytes }: Character): boolean {
  return bytes[0] === quote || bytes[0] === backslash
}

/** Where an accepted identifier begins whose first escape is the one at `slash`, or -1. */
export function identifierAt(
  block: Buffer,
  slash: number,
  identifier: HiddenIdentifier,
  fold: Fold,
  accepts?: Accept
): number {
  const unit = fold(unitAt(block, slash))
  for (let index = 0; index <= identifier.lastFirst; index++) {
    if (identifier.characters[index]!.units[0] !== unit) continue
    const start = slash - identifier.offsets[index]!
    if (start < 0 || !isBytesAt(block, start, identifier.bytes, identifier.offsets[index]!, fold)) continue
    const end = endFrom(block, slash, identifier, index, fold)
    if (end < 0 || (index > 0 && isInsideEscape(block, start))) continue
    if (!accepts || accepts(block, start, end)) return start
  }
  return -1
}

/** The end of the characters from `index` on, if they stand at `from`, escaped or not; else -1. */
function endFrom(block: Buffer, from: number, { characters }: HiddenIdentifier, index: number, fold: Fold): number {
  let at = from
  for (let current = index; current < characters.length; current++) {
    const { bytes, units } = characters[current]!
    if (block[at] === backslash) {
      for (const unit of units) {
        if (block[at] !== backslash || fold(unitAt(block, at)) !== unit) return -1
        at += escapeLength(block, at)
      }
    } else {
      // A quote that is not escaped ends the string.
      if (bytes[0] === quote || !isBytesAt(block, at, bytes, bytes.length, fold)) return -1
      at += bytes.length
    }
  }
  return at
}

function isBytesAt(block: Buffer, at: number, bytes: Buffer, length: number, fold: Fold): boolean {
  for (let index = 0; index < length; index++) if (fold(block[at + index]!) !== bytes[index]) return false
  return true
}
