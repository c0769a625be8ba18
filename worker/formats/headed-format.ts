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
  /** Whether a header may begin with a byte: told without looking at the line. */
  readonly mayBegin: (byte: number) => boolean
  readonly valuesOf: (line: string) => readonly string[]
  readonly timeMs: (fields: Fields) => number | undefined
  readonly sql: Omit<HeadedSelection, 'defaultNames'>
}

const newline = 0x0a

/** A format with lines that name the fields of the lines behind them. Objects that were joined have several. */
export function createHeadedFormat(settings: HeadedFormatSettings): Format {
  const { name, types, defaultNames, headerNames, mayBegin, valuesOf, timeMs, sql } = settings
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
        const names = line.length > 0 && mayBegin(line[0]!) ? headerNames(line) : undefined
        if (names !== undefined && names !== 'known') layout = layoutOf(names)
        return names !== undefined
      }
      return {
        takeHeader,
        takeLastHeader(block, from, to) {
          for (let end = to; end > from; ) {
            const start = end - from < 2 ? from : Math.max(from, block.lastIndexOf(newline, end - 2) + 1)
            const names = mayBegin(block[start]!) ? headerNames(block.subarray(start, end - 1)) : undefined
            end = start
            if (names === undefined || names === 'known') continue
            layout = layoutOf(names)
            return
          }
        },
        parse(frame, take) {
          if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
          if (isBlank(frame) || takeHeader(frame)) return
          const { fields, error } = readValues(valuesOf(withoutReturn(textOf(frame))), layout)
          take(recordOf(frame, timeMs(fields), fields, error))
        }
      }
    }
  }
}
