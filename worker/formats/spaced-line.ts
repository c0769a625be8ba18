import type { Fields, FieldValue, LogRecord } from './format.ts'
import type { Column } from './sql/record-columns.ts'
import type { FieldKind, Layout } from './sql/spaced.ts'

/*
 * Lines of values between single spaces, as Elastic Load Balancing and S3 write them. A value may stand in quotes or
 * brackets. AWS appends fields without notice, so further ones are kept as `extra`, and old lines may be shorter.
 */

const space = 0x20
const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b

/** Cuts a line at its spaces. A quote closes only before a space or the end: agents write quotes unescaped. */
export function splitValues(line: string): { readonly values: readonly string[]; readonly isClosed: boolean } {
  const values: string[] = []
  let isClosed = true
  const lastBracket = line.includes('[') ? line.lastIndexOf(']') : -1
  for (let at = 0; at <= line.length; ) {
    const first = line.charCodeAt(at)
    let end: number
    if (first === quote) {
      end = closingQuote(line, at + 1)
      if (end < 0) {
        isClosed = false
        end = line.length
      }
      values.push(unescapeQuotes(line.slice(at + 1, end)))
      end++
    } else {
      end = line.indexOf(' ', first === openBracket && at < lastBracket ? line.indexOf(']', at) : at)
      if (end < 0) end = line.length
      values.push(first === openBracket ? withoutBrackets(line.slice(at, end)) : line.slice(at, end))
    }
    // A space at the end of the line begins no further value.
    at = end + 1
    if (at === line.length && line.charCodeAt(end) === space) break
  }
  return { values, isClosed }
}

/** Reads values by their layout. Without `leastValues`, a line must have all of them. */
export function readValues(values: readonly string[], layout: Layout, leastValues?: number) {
  const fields: Record<string, FieldValue> = {}
  let error: string | undefined
  const least = leastValues ?? layout.length
  const atLeast = leastValues === undefined ? '' : 'at least '
  if (values.length < least) error = `${values.length} fields, ${atLeast}${least} expected`
  const known = Math.min(values.length, layout.length)
  for (let index = 0; index < known; index++) {
    const [name, kind] = layout[index]!
    if (!readValue(fields, name, kind, values[index]!)) error ??= `${name} is no ${kind}`
  }
  if (values.length > layout.length) fields.extra = values.slice(layout.length)
  return { fields, error }
}

/** The table's columns for a layout. */
export function columnsOf(layout: Layout): readonly Column[] {
  const columns = layout.flatMap(([name, kind]): Column[] => {
    if (kind === 'address')
      return [
        { name: `${name}_ip`, type: 'string' },
        { name: `${name}_port`, type: 'int' }
      ]
    if (kind !== 'request') return [{ name, type: kind === 'quoted' ? 'string' : kind }]
    return ['verb', 'url', 'proto'].map((part) => ({ name: `${name}_${part}`, type: 'string' }))
  })
  return [...columns, { name: 'extra', type: 'array<string>' }]
}

/** A record whose time is missing could not be wholly parsed either: these formats always say one. */
export function recordOf(raw: Buffer, timeMs: number | undefined, fields: Fields, error?: string): LogRecord {
  const parseError = error ?? (timeMs === undefined ? 'no time' : undefined)
  return parseError === undefined ? { raw, timeMs, fields } : { raw, timeMs, fields, parseError }
}

export function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** A number of the kind; a text when it is too large to be exact; undefined when it is no number. */
function readNumber(kind: 'int' | 'bigint' | 'double', value: string): number | string | undefined {
  if (kind === 'double') return /^-?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined
  if (!/^-?\d+$/.test(value)) return undefined
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function readValue(fields: Record<string, FieldValue>, name: string, kind: FieldKind, value: string): boolean {
  if (kind === 'address') return readAddress(fields, name, value)
  if (kind === 'request') return readRequest(fields, name, value)
  if (value === '-' || kind === 'string' || kind === 'quoted') {
    fields[name] = value === '-' ? null : kind === 'quoted' ? `"${value}"` : value
    return true
  }
  const read = readNumber(kind, value)
  fields[name] = read ?? null
  return read !== undefined
}

/** `ip:port`; an IPv6 address holds colons itself, in brackets or not. */
function readAddress(fields: Record<string, FieldValue>, name: string, value: string): boolean {
  const match = /^(?:\[(.*)\]|(.*)):(\d{1,5})$/.exec(value)
  fields[`${name}_ip`] = match ? (match[1] ?? match[2]!) : value === '-' ? null : value
  fields[`${name}_port`] = match ? Number(match[3]) : null
  return match !== null || value === '-'
}

/** `verb url protocol`, where each may be `-` and the URL may hold spaces. */
function readRequest(fields: Record<string, FieldValue>, name: string, value: string): boolean {
  const text = value.trim()
  const first = text.indexOf(' ')
  const last = text.lastIndexOf(' ')
  const parts =
    first < last ? [text.slice(0, first), text.slice(first + 1, last), text.slice(last + 1)] : ['-', text, '-']
  for (const [index, part] of ['verb', 'url', 'proto'].entries()) {
    fields[`${name}_${part}`] = parts[index] === '-' ? null : parts[index]!
  }
  return true
}

function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 1)) {
    const isEnd = at + 1 === line.length || line.charCodeAt(at + 1) === space
    if (isEnd && (line.charCodeAt(at - 1) !== backslash || at + 1 === line.length)) return at
  }
  return -1
}

/** An IPv6 address with a port behind its brackets keeps them. */
function withoutBrackets(value: string): string {
  return value.endsWith(']') ? value.slice(1, -1) : value
}

function unescapeQuotes(value: string): string {
  return value.includes('\\"') ? value.replaceAll('\\"', '"') : value
}
