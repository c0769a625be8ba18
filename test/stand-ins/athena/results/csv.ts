import { bytesOf } from '../tables/byte-text.ts'
import type { ResultRows } from './rows.ts'

/** A SELECT's result object: every field in double quotes, NULL nothing at all, one row a line. */
export function csvOf({ columns, rows }: ResultRows): Buffer {
  const field = (text: string | null): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`)
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(field).join(',')}\n`)
  return bytesOf(lines.join(''))
}
