import { clfTimeMs, isoTimeMs } from './event-time.ts'
import type { Format } from './format.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { columnsOf, readValues, recordOf, splitValues, withoutReturn } from './spaced-line.ts'
import { type Layout, spacedColumns } from './sql/spaced.ts'
import { clfTime, isoTime } from './sql/time.ts'

interface SpacedFormatSettings {
  readonly name: string
  readonly layout: Layout
  readonly leastValues: number
  /** How the field `time` is written: ISO 8601 is the default, `clf` the Common Log Format. */
  readonly time?: 'iso' | 'clf'
}

export function createSpacedFormat({ name, layout, leastValues, time = 'iso' }: SpacedFormatSettings): Format {
  const [timeMs, sqlTime] = time === 'iso' ? [isoTimeMs, isoTime] : [clfTimeMs, clfTime]
  return {
    name,
    framing: 'lines',
    isJson: false,
    defaultOutput: 'raw',
    columns: columnsOf(layout),
    view: (lines) => spacedColumns(layout, sqlTime, lines),
    createParser: ({ maxParsedBytes }) => ({
      parse(frame, take) {
        if (isBlank(frame)) return
        if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
        const { values, isClosed } = splitValues(withoutReturn(textOf(frame)))
        const { fields, error } = readValues(values, layout, leastValues)
        take(recordOf(frame, timeMs(String(fields.time)), fields, isClosed ? error : 'a quote is not closed'))
      }
    })
  }
}
