import type { Fields, Format, LogRecord, TakeRecord, TimeReader } from './format.ts'
import { isBlank, parseDocument, unparsed } from './json-text.ts'
import { jsonColumns, wrappedColumns } from './sql/json.ts'
import { type TimeName, timeNames } from './sql/time-names.ts'

const carriageReturn = 0x0d

interface JsonFormatSettings
  extends Pick<Format, 'name' | 'framing' | 'columns' | 'deviceKeys' | 'wrapperKey' | 'describe'> {
  /** The names that may hold the time; the default is the usual ones. */
  readonly timeKeys?: readonly TimeName[]
  /** Reads the time where no such name holds it. */
  readonly otherTimeMs?: (fields: Fields, times: TimeReader) => number | undefined
  /** What the fields are, when that is more than the document. */
  readonly enrich?: (fields: Fields) => Fields
}

/** A format whose frames are JSON objects, one record each. */
export function createJsonFormat({
  timeKeys: keys = timeNames,
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
    createParser: (limits) => {
      const takeDocument = (frame: Buffer, take: TakeRecord): string | undefined => {
        const parsed = parseDocument(frame, limits)
        if (parsed.error !== undefined) return parsed.error
        const fields = enrich ? enrich(parsed.fields) : parsed.fields
        take({ raw: frame, timeMs: limits.times.ofFields(fields, keys) ?? otherTimeMs?.(fields, limits.times), fields })
        return undefined
      }
      const parse = (frame: Buffer, take: TakeRecord): void => {
        if (isBlank(frame)) return
        const error = takeDocument(frame, take)
        if (error === undefined) return
        const parts = framing === 'lines' && frame.length <= limits.maxParsedBytes ? partsOf(frame) : []
        const records: LogRecord[] = []
        const areDocuments = parts.length > 1 && parts.every((part) => !takeDocument(part, (one) => records.push(one)))
        if (areDocuments) records.forEach(take)
        else take(unparsed(frame, error))
      }
      return { parse }
    }
  }
}

/** What lone carriage returns part: no string of JSON holds one, and Athena's reader of text ends lines there too. */
function partsOf(line: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  for (let start = 0; start < line.length; ) {
    const found = line.indexOf(carriageReturn, start)
    const end = found < 0 ? line.length : found
    const part = line.subarray(start, end)
    if (!isBlank(part)) parts.push(part)
    start = end + 1
  }
  return parts
}
