import { valueTimeMs } from './event-time.ts'
import type { Column, Fields, FieldValue, Format, LogRecord, ParseLimits, RecordParser } from './format.ts'

/** What JSON text says, or why it says nothing. */
export type ParsedDocument =
  | { readonly fields: Fields; readonly error?: undefined }
  | { readonly fields?: undefined; readonly error: string }

const byteOrderMark = 0xfeff
/** Where loggers put the time, most telling first. */
export const timeKeys: readonly string[] = [
  'timestamp',
  '@timestamp',
  'time',
  'eventTime',
  'event_time',
  'datetime',
  'date',
  'ts',
  'createdAt'
]

/** The text of a frame, without a byte order mark. Bytes that are not UTF-8 become U+FFFD; `raw` keeps them. */
export function textOf(frame: Buffer): string {
  const text = frame.toString()
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
}

/** Parses a document that should be a JSON object. The error names no byte of it: logs may show it. */
export function parseDocument(frame: Buffer, { maxParsedBytes }: ParseLimits): ParsedDocument {
  if (frame.length > maxParsedBytes) return { error: tooLong(maxParsedBytes) }
  try {
    const value = JSON.parse(textOf(frame)) as FieldValue
    return isObject(value) ? { fields: value } : { error: 'not a JSON object' }
  } catch {
    return { error: 'not valid JSON' }
  }
}

export function tooLong(maxParsedBytes: number): string {
  return `longer than ${maxParsedBytes} bytes, not parsed`
}

export function isObject(value: FieldValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The time that one of the usual names holds. */
export function documentTimeMs(fields: Fields): number | undefined {
  for (const key of timeKeys) {
    const timeMs = valueTimeMs(fields[key])
    if (timeMs !== undefined) return timeMs
  }
  return undefined
}

/** A record of bytes that could not be parsed. */
export function unparsed(raw: Buffer, parseError: string): LogRecord {
  return { raw, timeMs: undefined, fields: {}, parseError }
}

/** Whether a frame holds nothing but spaces. */
export function isBlank(frame: Buffer): boolean {
  for (const byte of frame) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  return true
}

export interface JsonFormatSettings {
  readonly name: string
  readonly framing: Format['framing']
  readonly columns: readonly Column[]
  readonly wrapperKey?: string
  readonly isAthenaReadable?: boolean
  readonly timeMs?: (fields: Fields) => number | undefined
  /** What the fields are, when that is more than the document. */
  readonly enrich?: (fields: Fields) => Fields
  readonly describe?: (record: LogRecord) => string
}

/** A format whose frames are JSON objects, one record each. */
export function createJsonFormat(settings: JsonFormatSettings): Format {
  const { name, framing, columns, wrapperKey, describe } = settings
  const timeMs = settings.timeMs ?? documentTimeMs
  const enrich = settings.enrich ?? ((fields) => fields)
  return {
    name,
    framing,
    isJson: true,
    isAthenaReadable: settings.isAthenaReadable ?? framing === 'lines',
    // Without separators the bytes are not lines; one document a line is the nearest to them.
    defaultOutput: framing === 'lines' ? 'raw' : 'json',
    columns,
    ...(wrapperKey === undefined ? {} : { wrapperKey }),
    ...(describe ? { describe } : {}),
    createParser: (limits): RecordParser => ({
      parse(frame, take) {
        if (isBlank(frame)) return
        const parsed = parseDocument(frame, limits)
        if (parsed.error !== undefined) return take(unparsed(frame, parsed.error))
        const fields = enrich(parsed.fields)
        take({ raw: frame, timeMs: timeMs(fields), fields })
      }
    })
  }
}
