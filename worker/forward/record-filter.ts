import type { SinkSettings } from '../contract/config-schema.ts'

/** Whether a record goes to the sink, by its text. Undefined if the sink takes all records: then no text is made. */
export function createRecordFilter({ include, exclude }: SinkSettings): ((raw: Buffer) => boolean) | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined
  const included = include.map((pattern) => new RegExp(pattern, 'u'))
  const excluded = exclude.map((pattern) => new RegExp(pattern, 'u'))
  return (raw) => {
    const text = raw.toString()
    if (included.length > 0 && !included.some((pattern) => pattern.test(text))) return false
    return !excluded.some((pattern) => pattern.test(text))
  }
}
