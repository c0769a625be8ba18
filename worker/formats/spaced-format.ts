import { clfTimeMs, isoTimeMs } from './event-time.ts'
import type { Format } from './format.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { columnsOf, createSplitter, readValues, recordOf, withoutReturn } from './spaced-line.ts'
import { spacedColumns } from './sql/spaced.ts'
import type { ShapeSettings } from './sql/spaced-shape.ts'
import { clfTime, isoTime } from './sql/time.ts'

interface SpacedFormatSettings extends ShapeSettings {
  readonly name: string
  /** How the field `time` is written: ISO 8601 is the default, `clf` the Common Log Format. */
  readonly time?: 'iso' | 'clf'
}

const doubtfulQuotes = 'its quotes can be read in several ways, or in none'

export function createSpacedFormat({ name, time = 'iso', ...shape }: SpacedFormatSettings): Format {
  const { layout, leastValues } = shape
  const split = createSplitter(shape)
  const [timeMs, sqlTime] = time === 'iso' ? [isoTimeMs, isoTime] : [clfTimeMs, clfTime]
  return {
    name,
    framing: 'lines',
    isJson: false,
    defaultOutput: 'raw',
    columns: columnsOf(layout),
    view: (lines) => spacedColumns(shape, sqlTime, lines),
    createParser: ({ maxParsedBytes }) => ({
      parse(frame, take) {
        if (isBlank(frame)) return
        if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
        const { values, isWhole } = split(withoutReturn(textOf(frame)))
        const { fields, error } = readValues(values, layout, leastValues)
        const recordMs = timeMs(String(fields.time))
        // Each of these lines has a time.
        const timeError = recordMs === undefined ? 'no time' : undefined
        take(recordOf(frame, recordMs, fields, isWhole ? (error ?? timeError) : doubtfulQuotes))
      }
    })
  }
}
