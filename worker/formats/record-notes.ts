import type { WarningCode } from '../contract/warning.ts'

/** Something that was noticed about records of one object. */
export interface RecordNote {
  readonly code: WarningCode
  /** How many records. */
  readonly count: number
  /** What they look like, if that is known. Of records without a time: whether they were kept. */
  readonly hint?: string
}
