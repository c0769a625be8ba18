import type { Category } from '../contract/config.ts'
import type { Format } from '../formats/format.ts'
import { parseLimits } from '../formats/record-reader.ts'
import { findFormat } from '../formats/registry.ts'
import { noTime } from './sorted-line.ts'

/*
 * The time of a line that stands alone, as Athena gives it. Where a header of the object names the fields, a line does not
 * tell its time without it.
 */

const limits = parseLimits({ maxRecordBytes: Number.POSITIVE_INFINITY })

/** Whether lines of a format are put in order of their time. */
export function tellsTime(format: Format): boolean {
  return format.framing === 'lines' && format.createParser(limits).takeHeader === undefined
}

/** Tells the time of a line, without its `\n`; `noTime` where the line or the format tells none. */
export function createLineTimes(format: Format): (line: Buffer) => number {
  if (!tellsTime(format)) return () => noTime
  const parser = format.createParser(limits)
  return (line) => {
    let timeMs = noTime
    parser.parse(line, (record) => {
      timeMs = record.timeMs ?? noTime
    })
    return timeMs
  }
}

/** How an archive is ordered of which these categories are Athena's: what the worker read itself stands as it is stored. */
export function orderOf(queried: readonly Category[]): 'key' | 'key,time' {
  const isTimed = queried.length > 0 && queried.every(({ format }) => tellsTime(findFormat(format)))
  return isTimed ? 'key,time' : 'key'
}
