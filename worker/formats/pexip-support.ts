import type { FieldValue } from './format.ts'
import { readNotation } from './python-notation.ts'

/*
 * `Key="value"` pairs of Pexip's administrator and support logs. Values hold quotes, escaped or not (SIP headers, JSON,
 * names), so a quote closes a value only where the line ends or the next key begins.
 */

/** A line of more pairs is no log line; the rest of it is kept as text. */
const maxPairs = 512
const pairStart = /([A-Za-z][A-Za-z0-9_.-]*)="/y
const nextPair = / +[A-Z][A-Za-z0-9_.-]*="/y
const atEnd = /\s*$/y

/** Keys whose values are whole numbers, of all classes; False, True and None stand for no number. */
export const supportNumbers: ReadonlySet<string> = new Set([
  'remote_port',
  'local_port',
  'src_port',
  'dst_port',
  'port',
  'licenses',
  'pid',
  'stream_id',
  'local_candidate_port',
  'remote_candidate_port'
])
export const supportBooleans: ReadonlySet<string> = new Set(['registered'])
/** Classes whose detail is an object rather than lines. */
const structuredClasses: ReadonlySet<string> = new Set(['support.rest.received', 'support.rest.sending'])
/** Names that stand for a class each by what their message says was done. */
const directedNames: ReadonlySet<string> = new Set(['support.sip', 'support.rest'])

interface SupportMessage {
  readonly class: string
  readonly level: string | null
  readonly name: string | null
  /** `message` and the other pairs, keys in lower case with `_` for `-`. */
  readonly fields: Record<string, FieldValue>
  readonly error: string | undefined
}

/** Reads the part of a support line behind its times. */
export function readSupportMessage(details: string): SupportMessage {
  const { pairs, rest } = readPairs(details)
  const level = pairs.get('level') ?? null
  const name = pairs.get('name') ?? null
  const className = classOf(name ?? '', pairs.get('message') ?? '')
  const entries: [string, FieldValue][] = []
  for (const [key, value] of pairs) {
    if (key !== 'level' && key !== 'name') entries.push([key, typedValue(className, key, value)])
  }
  if (rest !== '') entries.push(['extra', rest])
  const isRead = level !== null && name !== null
  const error = isRead ? (rest === '' ? undefined : 'text that is no Key="value"') : 'no Level and Name'
  return { class: className, level, name, fields: Object.fromEntries(entries), error }
}

function readPairs(details: string): { pairs: Map<string, string>; rest: string } {
  const pairs = new Map<string, string>()
  let at = 0
  for (;;) {
    while (details[at] === ' ') at++
    pairStart.lastIndex = at
    const start = pairs.size < maxPairs ? pairStart.exec(details) : null
    if (!start) return { pairs, rest: details.slice(at).trim() }
    const from = pairStart.lastIndex
    const end = valueEnd(details, from)
    const key = start[1]!.toLowerCase().replaceAll('-', '_')
    const value = unescapeQuotes(details.slice(from, end))
    // A key that comes again would hide what it said first.
    pairs.set(pairs.has(key) ? freeName(pairs, key) : key, value)
    at = end + 1
  }
}

/** Where the value's closing quote stands; the last quote of the line, or its end, when none is followed by a key. */
function valueEnd(details: string, from: number): number {
  for (let at = details.indexOf('"', from); at >= 0; at = details.indexOf('"', at + 1)) {
    if (isEscaped(details, at, from)) continue
    atEnd.lastIndex = at + 1
    nextPair.lastIndex = at + 1
    if (nextPair.test(details) || (details.length - at < 16 && atEnd.test(details))) return at
  }
  const last = details.lastIndexOf('"')
  return last >= from ? last : details.length
}

function isEscaped(text: string, at: number, from: number): boolean {
  let before = at - 1
  while (before >= from && text[before] === '\\') before--
  return (at - 1 - before) % 2 === 1
}

function unescapeQuotes(value: string): string {
  return value.includes('\\"') ? value.replace(/\\(["\\])/g, '$1') : value
}

function freeName(pairs: ReadonlyMap<string, string>, key: string): string {
  let number = 2
  while (pairs.has(`${key}_${number}`)) number++
  return `${key}_${number}`
}

function classOf(name: string, message: string): string {
  if (!directedNames.has(name)) return name
  if (/\breceived\b/i.test(message)) return `${name}.received`
  if (/\bsending\b|\bsent\b/i.test(message)) return `${name}.sending`
  return name === 'support.sip' ? `${name}.other` : name
}

function typedValue(className: string, key: string, value: string): FieldValue {
  if (supportNumbers.has(key)) {
    if (value === 'None' || value === 'False' || value === 'True' || value === '') return null
    return /^-?\d{1,15}$/.test(value) ? Number(value) : value
  }
  if (supportBooleans.has(key)) return value === 'True' ? true : value === 'False' ? false : null
  if (key !== 'detail') return value
  if (structuredClasses.has(className)) return readNotation(value) ?? value
  return value.split('^M').map((line) => line.trim())
}
