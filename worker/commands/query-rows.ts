import type { ResultPage } from '../athena/api.ts'
import { formatNumber } from '../contract/units.ts'
import { printable } from '../report/result-text.ts'

/*
 * Rows as text, one page at a time: memory does not grow with the number of rows. Pure.
 */

export type RowFormat = 'table' | 'csv' | 'json'
export const rowFormats: readonly RowFormat[] = ['table', 'csv', 'json']

/** What the JSON contains besides the rows. */
export interface QuerySummary {
  readonly query: string
  readonly id: string
  readonly scannedBytes: number
  readonly dollars: number
}

type Row = ResultPage['rows'][number]

/** The text of a result, in pieces. */
export async function* rowsText(
  format: RowFormat,
  pages: AsyncIterable<ResultPage>,
  summary: QuerySummary
): AsyncGenerator<string> {
  if (format === 'json') yield* jsonText(pages, summary)
  else if (format === 'csv') yield* csvText(pages)
  else yield* tableText(pages)
}

async function* jsonText(pages: AsyncIterable<ResultPage>, summary: QuerySummary): AsyncGenerator<string> {
  yield `${JSON.stringify(summary, null, 2).slice(0, -2)},\n  "rows": [`
  let separator = '\n'
  for await (const { columns, types, rows } of pages) {
    for (const row of rows) {
      const values = columns.map((name, at) => [name, jsonValue(row[at] ?? null, types[at] ?? '')])
      yield `${separator}    ${JSON.stringify(Object.fromEntries(values))}`
      separator = ',\n'
    }
  }
  yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n'
}

const numeric = /^(?:tinyint|smallint|integer|bigint|float|real|double|decimal)/

/** A number if the column has numbers and JSON can represent this one exactly. */
function jsonValue(cell: string | null, type: string): unknown {
  if (cell === null) return null
  if (type === 'boolean') return cell === 'true'
  const value = Number(cell)
  const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && /^(?:float|real|double)/.test(type))
  return numeric.test(type) && isExact ? value : cell
}

/** RFC 4180. An empty cell is null; a pair of quotes is an empty text. */
async function* csvText(pages: AsyncIterable<ResultPage>): AsyncGenerator<string> {
  let hasHeader = false
  for await (const { columns, rows } of pages) {
    if (!hasHeader) yield csvLine(columns)
    hasHeader = true
    yield rows.map(csvLine).join('')
  }
}

function csvLine(row: Row): string {
  const cells = row.map((cell) => {
    if (cell === null) return ''
    return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  })
  return `${cells.join(',')}\r\n`
}

/** The first page sets the widths. A wider cell of a later page is printed whole, out of line. */
async function* tableText(pages: AsyncIterable<ResultPage>): AsyncGenerator<string> {
  let widths: number[] | undefined
  let count = 0
  for await (const { columns, types, rows } of pages) {
    const shown = rows.map((row) => row.map((cell) => (cell === null ? '-' : printable(cell))))
    const isNumber = types.map((type) => numeric.test(type))
    if (!widths) {
      widths = columns.map((name, at) => shown.reduce((most, row) => Math.max(most, row[at]!.length), name.length))
      yield `${tableLine(columns, widths, isNumber)}${tableLine(
        widths.map((width) => '-'.repeat(Math.min(width, 60))),
        widths,
        isNumber
      )}`
    }
    for (const row of shown) yield tableLine(row, widths, isNumber)
    count += rows.length
  }
  yield `${formatNumber(count)} ${count === 1 ? 'row' : 'rows'}\n`
}

function tableLine(cells: readonly string[], widths: readonly number[], isNumber: readonly boolean[]): string {
  const padded = cells.map((cell, at) => (isNumber[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
  return `${padded.join('  ').trimEnd()}\n`
}
