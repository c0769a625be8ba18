import type { Fields, Format } from './format.ts'
import { documentTimeMs, isBlank, parseDocument, timeKeys, unparsed } from './json-text.ts'
import { jsonColumns, wrappedColumns } from './sql/json.ts'

interface JsonFormatSettings extends Pick<Format, 'name' | 'framing' | 'columns' | 'wrapperKey' | 'describe'> {
  /** The names that may hold the time; the default is the usual ones. */
  readonly timeKeys?: readonly string[]
  /** Reads the time where no such name holds it. */
  readonly otherTimeMs?: (fields: Fields) => number | undefined
  /** What the fields are, when that is more than the document. */
  readonly enrich?: (fields: Fields) => Fields
}

/** A format whose frames are JSON objects, one record each. */
export function createJsonFormat({
  timeKeys: keys = timeKeys,
  otherTimeMs,
  enrich,
  ...format
}: JsonFormatSettings): Format {
  const { framing, columns, wrapperKey } = format
  return {
    ...format,
    isJson: true,
    isDocument: !enrich,
    // Without separators the bytes are not lines; one document a line is the nearest to them.
    defaultOutput: framing === 'lines' ? 'raw' : 'json',
    ...(framing === 'lines' && { view: (lines) => jsonColumns(columns, lines, keys) }),
    ...(wrapperKey !== undefined && { view: (lines) => wrappedColumns(columns, lines, keys, wrapperKey) }),
    createParser: (limits) => ({
      parse(frame, take) {
        if (isBlank(frame)) return
        const parsed = parseDocument(frame, limits)
        if (parsed.error !== undefined) return take(unparsed(frame, parsed.error))
        const fields = enrich ? enrich(parsed.fields) : parsed.fields
        take({ raw: frame, timeMs: documentTimeMs(fields, keys) ?? otherTimeMs?.(fields), fields })
      }
    })
  }
}
