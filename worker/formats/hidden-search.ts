import type { Matcher, MatchSpec, Search } from '../match/matcher.ts'
import { createSetSearch } from '../match/search-set.ts'
import { createTextSearch } from '../match/search-text.ts'
import { type Fold, type HiddenIdentifier, identifierAt, mustBeEscaped, readIdentifier } from './hidden-identifier.ts'
import { backslash } from './json-bytes.ts'
import { isWholeJsonWord } from './json-escape.ts'

/*
 * Identifiers that a JSON string spells with escapes. What stands in the identifier before its first escape stands right
 * before that in the bytes, as it is; so only escapes are looked at that may be the first one of an identifier:
 *   \u00XX  of characters below U+0100, found by `u00`, which is rare even where every quote is escaped;
 *   \uXXXX  of other characters, found by their digits;
 *   \" \\ \/  found together with what stands before them in the identifier, or behind them where nothing does: logs in
 *   logs are full of escaped quotes, and stopping at each of them would cost a tenfold.
 */

const latinEscape = 'u00'
const fewSearches = 4
const slash = 0x2f

/** Finds where escapes that may be an identifier's first begin, or -1. */
interface EscapeFinder {
  readonly search: Search
  /** The place of the backslash, from where the search hit. */
  readonly backslashAt: (block: Buffer, hit: number) => number
}

/** Finds the identifiers that are spelled with at least one escape; see {@link Matcher}. */
export function createHiddenSearch(spec: MatchSpec): Matcher {
  const ignoreCase = spec.case === 'ignore'
  const fold: Fold = ignoreCase ? lowerCase : (unit) => unit
  const identifiers = spec.identifiers.map((identifier) => readIdentifier(identifier, fold))
  const finders = findersOf(identifiers, ignoreCase)
  const accepts = spec.match === 'word' ? isWholeJsonWord : undefined

  return (block, from) => {
    let first = -1
    for (const finder of finders) {
      const hit = findFirst(finder, block, from)
      if (hit >= 0 && (first < 0 || hit < first)) first = hit
    }
    return first
  }

  function findFirst({ search, backslashAt }: EscapeFinder, block: Buffer, from: number): number {
    const run = { start: -1, end: -1 }
    for (let hit = search(block, from); hit >= 0; hit = search(block, hit + 1)) {
      const at = backslashAt(block, hit)
      if (block[at] !== backslash) continue
      if (at >= run.end) findRun(block, at, run)
      // Every second backslash is escaped itself.
      if ((at - run.start) % 2 === 1) continue
      for (const identifier of identifiers) {
        const start = identifierAt(block, at, identifier, fold, accepts)
        if (start >= from) return start
      }
    }
    return -1
  }
}

function findersOf(identifiers: readonly HiddenIdentifier[], ignoreCase: boolean): readonly EscapeFinder[] {
  const units = [...new Set(identifiers.flatMap(({ characters }) => characters.map(({ units }) => units[0]!)))]
  const wide = units.filter((unit) => unit >= 0x100).map((unit) => unit.toString(16).padStart(4, '0'))
  const short = identifiers.flatMap(shortEscapes)
  return [
    ...(wide.length < units.length ? [behindBackslash(latinEscape)] : []),
    ...wideFinders(wide),
    ...searchesOf(short, ignoreCase).map((search) => ({ search, backslashAt: firstBackslash }))
  ]
}

/** By the first two digits, in both cases: as long as they are few, native searches are faster than one for all. */
function wideFinders(codes: readonly string[]): readonly EscapeFinder[] {
  const starts = new Set(codes.flatMap((code) => spellings(code.slice(0, 2))))
  if (starts.size <= fewSearches) return [...starts].map((start) => behindBackslash(`u${start}`))
  const search = createSetSearch(
    codes.map((code) => Buffer.from(`\\u${code}`)),
    true
  )
  return [{ search, backslashAt: (_, hit) => hit }]
}

function spellings(digits: string): readonly string[] {
  const [first, second] = [...digits].map((digit) => [digit, digit.toUpperCase()])
  return first!.flatMap((one) => second!.map((other) => one + other))
}

function behindBackslash(text: string): EscapeFinder {
  const needle = Buffer.from(text)
  return { search: (block, from) => block.indexOf(needle, from), backslashAt: (_, hit) => hit - 1 }
}

function searchesOf(needles: readonly Buffer[], ignoreCase: boolean): readonly Search[] {
  if (needles.length === 0) return []
  if (!ignoreCase && needles.length <= fewSearches) return needles.map(createTextSearch)
  return [createSetSearch(needles, ignoreCase)]
}

function firstBackslash(block: Buffer, from: number): number {
  return block.indexOf(backslash, from)
}

/** The short escapes that may be the first, with what makes them rare. */
function shortEscapes({ characters, bytes, offsets, lastFirst }: HiddenIdentifier): readonly Buffer[] {
  const needles: Buffer[] = []
  for (const [index, character] of characters.slice(0, lastFirst + 1).entries()) {
    if (!mustBeEscaped(character) && character.bytes[0] !== slash) continue
    const mark = Buffer.from([backslash, character.bytes[0]!])
    if (index > 0) {
      needles.push(Buffer.concat([bytes.subarray(0, offsets[index]), mark]))
      continue
    }
    const next = characters[1]
    if (!next) needles.push(mark)
    else needles.push(Buffer.concat([mark, Buffer.from([backslash])]))
    if (next && !mustBeEscaped(next)) needles.push(Buffer.concat([mark, next.bytes]))
  }
  return needles
}

/** The backslashes around `at`, looked at once, however many there are. */
function findRun(block: Buffer, at: number, run: { start: number; end: number }): void {
  run.start = at
  while (block[run.start - 1] === backslash) run.start--
  run.end = at + 1
  while (block[run.end] === backslash) run.end++
}

function lowerCase(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit
}
