import type { Fields, FieldValue, LogRecord } from './format.ts'
import type { Column } from './sql/record-columns.ts'
import {
  type FieldKind,
  type Layout,
  longestLine,
  mostQuotes,
  pieces,
  type ShapeSettings,
  spacedShape
} from './sql/spaced-shape.ts'

/*
 * Lines of values between single spaces, as Elastic Load Balancing and S3 write them. A value may stand in quotes or
 * brackets. AWS appends fields without notice, so further ones are kept as `extra`, and old lines may be shorter.
 */

/** Cuts a line into its values. Where it does not fit the layout, only those are given that are certain. */
type Splitter = (line: string) => { readonly values: readonly string[]; readonly isWhole: boolean }

export function createSplitter(settings: ShapeSettings): Splitter {
  const shape = spacedShape(settings)
  const { layout, hasEscapes = true } = settings
  const [plain, shortest, longest, head] = [shape.plain, shape.shortest, shape.longest, shape.head].map(regExp)
  const piece = new RegExp(regExp(pieces), 'gs')
  const replacement = shape.marked.join('\n')
  const keepsQuotes = layout.some(([, , quotes]) => quotes === 'written')
  const valuesOf = (marked: string): string[] =>
    (marked.match(piece) ?? []).map((text) => textOfPiece(text, keepsQuotes, hasEscapes))

  return (line) => {
    if (line.length > longestLine) return { values: [], isWhole: false }
    if (plain!.test(line)) return { values: valuesOf(line), isWhole: true }
    if (line.split('"').length <= mostQuotes + 1 && shortest!.test(line)) {
      const marked = line.replace(shortest!, replacement)
      if (marked === line.replace(longest!, replacement)) return { values: valuesOf(marked), isWhole: true }
    }
    return { values: valuesOf(head!.exec(line)?.[1] ?? ''), isWhole: false }
  }
}

/** A pattern as JavaScript writes it. */
function regExp(pattern: string): RegExp {
  return new RegExp(pattern.replace('(?s)', '').replaceAll('\\A', '^').replaceAll('\\z', '$'), 's')
}

function textOfPiece(piece: string, keepsQuotes: boolean, hasEscapes: boolean): string {
  const first = piece[0]
  if (first === '\n') {
    const text = piece.slice(1, piece.lastIndexOf('\n'))
    return hasEscapes ? text.replaceAll('\\"', '"') : text
  }
  const value = piece.endsWith(' ') ? piece.slice(0, -1) : piece
  if (first === '"') return keepsQuotes ? value : piece.slice(1, piece.lastIndexOf('"'))
  return first === '[' && value.endsWith(']') ? value.slice(1, -1) : value
}

/** No URL begins with a word without a colon or a slash. */
const requestVerb = /^([^ :/]+) /
const requestProto = / (-|[A-Za-z]+\/[0-9.]+)$/

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
    if (kind !== 'request') return [{ name, type: kind }]
    return ['verb', 'url', 'proto'].map((part) => ({ name: `${name}_${part}`, type: 'string' }))
  })
  return [...columns, { name: 'extra', type: 'array<string>' }]
}

export function recordOf(raw: Buffer, timeMs: number | undefined, fields: Fields, parseError?: string): LogRecord {
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
  if (value === '-' || kind === 'string') {
    fields[name] = value === '-' ? null : value
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

/** `verb url protocol`: each may be `-` or missing, and the URL may hold spaces. */
function readRequest(fields: Record<string, FieldValue>, name: string, value: string): boolean {
  const text = value.replace(/^ +| +$/g, '')
  const verb = requestVerb.exec(text)
  const rest = verb ? text.slice(verb[0].length) : text
  const proto = requestProto.exec(rest)
  const parts = { verb: verb?.[1], url: proto ? rest.slice(0, proto.index) : rest, proto: proto?.[1] }
  for (const [part, found] of Object.entries(parts)) {
    fields[`${name}_${part}`] = found === undefined || found === '-' ? null : found
  }
  return true
}
