import type { Fields, Format } from './format.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { columnsOf, readValues, recordOf, withoutReturn } from './spaced-line.ts'
import { type HeadedSelection, headedColumns } from './sql/headed.ts'
import type { FieldKind, Layout } from './sql/spaced-shape.ts'

/** The names that a header may have, with their types. */
export type NamedTypes = Readonly<Record<string, Extract<FieldKind, 'string' | 'int' | 'bigint' | 'double'>>>

interface HeadedFormatSettings {
  readonly name: string
  readonly types: NamedTypes
  /** The fields of lines without a header. */
  readonly defaultNames: readonly string[]
  /** The names in a header; `known` keeps the names of the header before it; undefined if the line is no header. */
  readonly headerNames: (line: Buffer) => readonly string[] | 'known' | undefined
  readonly valuesOf: (line: string) => readonly string[]
  readonly timeMs: (fields: Fields) => number | undefined
  readonly sql: Omit<HeadedSelection, 'defaultNames'>
}

/** A format whose objects begin with a line that names the fields. */
export function createHeadedFormat(settings: HeadedFormatSettings): Format {
  const { name, types, defaultNames, headerNames, valuesOf, timeMs, sql } = settings
  const columns = columnsOf(Object.entries(types))
  /** A name that is not known is a string. No name may be `__proto__`. */
  const layoutOf = (names: readonly string[]): Layout =>
    names.map((field) => [field, Object.hasOwn(types, field) ? types[field]! : 'string'])
  return {
    name,
    framing: 'lines',
    isJson: false,
    defaultOutput: 'raw',
    columns,
    view: (lines) => headedColumns(columns, lines, { ...sql, defaultNames }),
    createParser: ({ maxParsedBytes }) => {
      let layout = layoutOf(defaultNames)
      const takeHeader = (line: Buffer): boolean => {
        const names = headerNames(line)
        if (names !== undefined && names !== 'known') layout = layoutOf(names)
        return names !== undefined
      }
      return {
        takeHeader,
        parse(frame, take) {
          if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
          // Objects that were joined have headers inside.
          if (isBlank(frame) || takeHeader(frame)) return
          const { fields, error } = readValues(valuesOf(withoutReturn(textOf(frame))), layout)
          take(recordOf(frame, timeMs(fields), fields, error))
        }
      }
    }
  }
}
