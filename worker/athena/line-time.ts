import type { Category } from '../contract/config.ts'
import type { Format } from '../formats/format.ts'
import { parseLimits } from '../formats/record-reader.ts'
import { findFormat } from '../formats/registry.ts'
import { noTime } from './sorted-line.ts'

/*
 * The time of a single line, without its object, as Athena returns it. If a header of the object names the fields, the
 * time of such a line is not known.
 */

const limits = parseLimits({ maxRecordBytes: Number.POSITIVE_INFINITY })

/** Whether the lines of a format are sorted by their time. */
export function tellsTime(format: Format): boolean {
  return format.framing === 'lines' && format.createParser(limits).takeHeader === undefined
}

/** Gives the time of a line without its `\n`; `noTime` if the line or the format has none. */
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

/** Whether a line is a header of its object. Such a line is no record. */
export function createHeaderTest(format: Format): (line: Buffer) => boolean {
  const parser = format.createParser(limits)
  return (line) => parser.takeHeader?.(line) ?? false
}

/** The order of an archive in which Athena has read these categories. The lines of the others are as they are stored. */
export function orderOf(queried: readonly Category[]): 'key' | 'key,time' {
  const isTimed = queried.length > 0 && queried.every(({ format }) => tellsTime(findFormat(format)))
  return isTimed ? 'key,time' : 'key'
}
