import { QueryFailure } from '../failure.ts'
import { lazySimpleSerde, type TableDefinition } from '../sql/create-table.ts'
import { textOf } from './byte-text.ts'

/** A line's columns as texts, null where a column is NULL. */
export type FieldsOf = (line: Buffer) => (string | null)[]

const regexSerde = 'org.apache.hadoop.hive.serde2.RegexSerDe'

/** How a table's lines become columns. @throws QueryFailure for a SerDe that the stand-in does not know */
export function fieldsOf({ serde, serdeProperties, columns }: TableDefinition): FieldsOf {
  if (serde === lazySimpleSerde) return lazySimple(serdeProperties, columns.length)
  if (serde === regexSerde) {
    return regex(serdeProperties, columns.length)
  }
  throw new QueryFailure(`HIVE_UNSUPPORTED_FORMAT: The stand-in does not know the SerDe ${serde}`, 1200)
}

const knownOfLazySimple = [
  'field.delim',
  'serialization.format',
  'serialization.last.column.takes.rest',
  'serialization.null.format'
]

/** Fields between delimiters: none is quoted, none escaped. */
function lazySimple(properties: Readonly<Record<string, string>>, count: number): FieldsOf {
  const unknown = Object.keys(properties).filter((name) => !knownOfLazySimple.includes(name))
  if (unknown.length > 0) {
    throw new QueryFailure(`HIVE_INVALID_METADATA: The stand-in does not know ${unknown.join(', ')}`, 1103)
  }
  const delimiter = delimiterByte(properties['field.delim'] ?? properties['serialization.format'] ?? '\x01')
  const takesRest = properties['serialization.last.column.takes.rest'] === 'true'
  const nothing = properties['serialization.null.format'] ?? '\\N'
  const field = (bytes: Buffer): string | null => {
    const text = textOf(bytes)
    return text === nothing ? null : text
  }
  return (line) => {
    const fields: (string | null)[] = []
    let start = 0
    while (fields.length < count) {
      const isLast = fields.length === count - 1
      const end = isLast && takesRest ? -1 : line.indexOf(delimiter, start)
      fields.push(field(end < 0 ? line.subarray(start) : line.subarray(start, end)))
      if (end < 0) break
      start = end + 1
    }
    while (fields.length < count) fields.push(null)
    return fields
  }
}

/** A number is a byte as Java has it, -128 to 127; anything else stands for its first character. */
function delimiterByte(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) & 0xff : (text.codePointAt(0) ?? 1)
}

/** Groups of a pattern that must match the whole line; all columns are NULL where it does not. */
function regex(properties: Readonly<Record<string, string>>, count: number): FieldsOf {
  const source = properties['input.regex']
  if (source === undefined) throw new QueryFailure('HIVE_INVALID_METADATA: input.regex is missing', 1103)
  const flags = properties['input.regex.case.insensitive'] === 'true' ? 'suiy' : 'suy'
  const pattern = new RegExp(`^(?:${source.replace(/^\(\?s\)/, '')})$`, flags)
  return (line) => {
    pattern.lastIndex = 0
    const groups = pattern.exec(line.toString('utf8'))
    return Array.from({ length: count }, (_, index) => groups?.[index + 1] ?? null)
  }
}
