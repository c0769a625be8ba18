import { dayMs } from '../contract/window.ts'
import { firstTimeMs, pairTimeMs, valueTimeMs } from './event-time.ts'
import type { Fields, FieldValue, LogRecord, TimeReader } from './format.ts'
import { type TimeName, timeNames } from './sql/time-names.ts'

/*
 * The time of a record: what its fields or its text say, if that can be its time. The same for exports and for what is
 * forwarded.
 */

/** The times of devices that were offline for months are accepted. An index for each day of a clock that was never set would fill a cluster with shards. */
const mostBeforeKeyMs = 400 * dayMs
const mostAfterKeyMs = 2 * dayMs

/**
 * Whether a record of an object whose key names `keyTimeMs` can have this time. A time before 2000 (which no reader gives),
 * long before its key or after it is that of a clock that was never set, or no time of the record at all.
 */
export function isCredible(timeMs: number, keyTimeMs: number | undefined): boolean {
  return keyTimeMs === undefined || (timeMs >= keyTimeMs - mostBeforeKeyMs && timeMs <= keyTimeMs + mostAfterKeyMs)
}

/** Reads the times of the records of a category, object by object. */
export class RecordTimes implements TimeReader {
  /** The time that the key of the object names; undefined if it is not known. */
  keyTimeMs: number | undefined

  constructor(keyTimeMs?: number) {
    this.keyTimeMs = keyTimeMs
  }

  ofFields(fields: Fields, names: readonly TimeName[] = timeNames): number | undefined {
    for (const name of names) {
      const timeMs = this.#credible(namedTimeMs(fields, name))
      if (timeMs !== undefined) return timeMs
    }
    return undefined
  }

  ofText(text: string): number | undefined {
    return this.#credible(firstTimeMs(text))
  }

  /** The record, without its time if that is not credible. */
  judge(record: LogRecord): LogRecord {
    const timeMs = this.#credible(record.timeMs)
    return timeMs === record.timeMs ? record : { ...record, timeMs }
  }

  #credible(timeMs: number | undefined): number | undefined {
    return timeMs !== undefined && isCredible(timeMs, this.keyTimeMs) ? timeMs : undefined
  }
}

function namedTimeMs(fields: Fields, name: TimeName): number | undefined {
  if (typeof name === 'string') return valueTimeMs(fields[name])
  const [day, time] = name.map((one): FieldValue | undefined => fields[one])
  return typeof day === 'string' && typeof time === 'string' ? pairTimeMs(day, time) : undefined
}
