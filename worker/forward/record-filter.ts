import type { SinkSettings } from '../contract/config-schema.ts'

/** Whether a record of that text goes to the sink. */
export type RecordFilter = (raw: Buffer) => boolean

/** Undefined where the sink takes every record, so that no text need be made. */
export function createRecordFilter({ include, exclude }: SinkSettings): RecordFilter | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined
  const included = include.map((pattern) => new RegExp(pattern, 'u'))
  const excluded = exclude.map((pattern) => new RegExp(pattern, 'u'))
  return (raw) => {
    const text = raw.toString()
    if (included.length > 0 && !included.some((pattern) => pattern.test(text))) return false
    return !excluded.some((pattern) => pattern.test(text))
  }
}
