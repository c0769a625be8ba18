import type { Fields, FieldValue, LogRecord, ParseLimits } from './format.ts'

/** What JSON text says, or why it says nothing. */
type ParsedDocument =
  | { readonly fields: Fields; readonly error?: undefined }
  | { readonly fields?: undefined; readonly error: string }

const byteOrderMark = 0xfeff
/** The text of a frame, without a byte order mark. Bytes that are not UTF-8 become U+FFFD; `raw` keeps them. */
export function textOf(frame: Buffer): string {
  const text = frame.toString()
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
}

/** Parses a document that should be a JSON object. The error names no byte of it: logs may show it. */
export function parseDocument(frame: Buffer, { maxParsedBytes }: Pick<ParseLimits, 'maxParsedBytes'>): ParsedDocument {
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

/** A record of bytes that could not be parsed. */
export function unparsed(raw: Buffer, parseError: string): LogRecord {
  return { raw, timeMs: undefined, fields: {}, parseError }
}

/** Whether a frame holds nothing but spaces. */
export function isBlank(frame: Buffer): boolean {
  for (const byte of frame) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  return true
}
