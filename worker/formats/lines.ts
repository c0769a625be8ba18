import type { Format, ParseLimits } from './format.ts'
import { parseDocument, textOf } from './json-text.ts'

const openBrace = '{'

/**
 * Any lines. The record's time is the one that the line, if it is a JSON object, holds under a usual name, else the ISO
 * 8601 time that it begins with.
 */
export const lines: Format = {
  name: 'lines',
  framing: 'lines',
  isJson: false,
  defaultOutput: 'raw',
  columns: [{ name: 'message', type: 'string' }],
  describe: (record) => record.fields.message as string,
  createParser: (limits) => ({
    parse(frame, take) {
      const message = textOf(frame)
      take({ raw: frame, timeMs: lineTimeMs(frame, message, limits), fields: { message } })
    }
  })
}

function lineTimeMs(frame: Buffer, message: string, limits: ParseLimits): number | undefined {
  const parsed = message.startsWith(openBrace) ? parseDocument(frame, limits) : undefined
  return parsed?.fields ? limits.times.ofFields(parsed.fields) : limits.times.ofText(message)
}
