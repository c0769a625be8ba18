import type { FieldValue, Format, LogRecord, Output } from './format.ts'
import { isByteOrderMark } from './json-bytes.ts'
import { toJson } from './write-json.ts'

/*
 * A record as one line of an export, without its `\n`.
 */

const newline = 0x0a
const carriageReturn = 0x0d
const nestedTooDeep = 'nested too deep'

/**
 * `raw`: the record's bytes as they are, line ends inside included. `text`: one readable line. `json`: one JSON object;
 * a document's own bytes, so that numbers and the order of names stay, without the line ends between them.
 */
export function renderRecord(format: Format, record: LogRecord, output: Output): Buffer {
  if (output === 'raw') return record.raw
  if (output === 'text') return renderText(format, record)
  if (record.parseError !== undefined) return Buffer.from(renderFailure(record, record.parseError))
  // What an envelope held is no document of its own.
  if (format.isJson && !format.searchedBeside) return withoutLineEnds(record.raw)
  return Buffer.from(toJson(record.fields) ?? renderFailure({ ...record, fields: {} }, nestedTooDeep))
}

/** Escapes what would end the line; a line end at the end is left out. */
function escapeLineEnds(text: string): string {
  const trimmed = text.replace(/(?:\r?\n|\r)$/, '')
  if (!/[\r\n]/.test(trimmed)) return trimmed
  return trimmed.replace(/[\r\n]/g, (character) => (character === '\n' ? '\\n' : '\\r'))
}

/** `2023-10-01T00:00:00.000Z`, or nothing when there is no time that a date can hold. */
export function formatTime(timeMs: number | undefined): string {
  return timeMs === undefined || Math.abs(timeMs) > 8.64e15 ? '' : new Date(timeMs).toISOString()
}

function renderText(format: Format, record: LogRecord): Buffer {
  if (record.parseError !== undefined) return Buffer.from(escapeLineEnds(record.raw.toString()))
  if (format.describe) return Buffer.from(escapeLineEnds(format.describe(record)))
  const pairs = Object.entries(record.fields).filter(([, value]) => value !== null)
  return Buffer.from(escapeLineEnds(pairs.map(([name, value]) => `${name}=${describeValue(value)}`).join(' ')))
}

/** A value as logfmt writes it: quoted when it would not read as one word. */
function describeValue(value: FieldValue): string {
  if (typeof value !== 'string') return toJson(value) ?? nestedTooDeep
  return value === '' || /[\s"=]/.test(value) ? JSON.stringify(value) : value
}

function renderFailure(record: LogRecord, parseError: string): string {
  const failure = { parse_error: parseError, raw: record.raw.toString() }
  return toJson({ ...record.fields, ...failure }) ?? JSON.stringify(failure)
}

/** In valid JSON line ends stand between values only, so they may go with the spaces that follow. */
function withoutLineEnds(raw: Buffer): Buffer {
  const document = isByteOrderMark(raw, 0, Math.min(3, raw.length)) ? raw.subarray(3) : raw
  if (document.indexOf(newline) < 0 && document.indexOf(carriageReturn) < 0) return document
  const line = Buffer.allocUnsafe(document.length)
  let length = 0
  let isIndentation = false
  for (const byte of document) {
    if (byte === newline || byte === carriageReturn) isIndentation = true
    else if (!isIndentation || (byte !== 0x20 && byte !== 0x09)) {
      isIndentation = false
      line[length++] = byte
    }
  }
  return line.subarray(0, length)
}
