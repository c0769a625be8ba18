import type { WarningCode } from '../contract/warning.ts'

/** Something that was noticed about records of one object. */
export interface RecordNote {
  readonly code: WarningCode
  /** How many records. */
  readonly count: number
  /** What they look like, if that is known. Of records without a time: whether they were kept. */
  readonly hint?: string
  /** Only of `several-devices`: their names, of which there may be one. */
  readonly names?: readonly string[]
}

/** Looks at kept lines of one object after the other. */
export interface LineCheck {
  /** Takes kept lines: `bytes[start, end)` is whole lines. */
  check(bytes: Buffer, start: number, end: number): void
  /** What was noticed in the object; the next call of `check` is for another one. */
  takeNotes(): readonly RecordNote[]
}

/** Several checks as one. */
export function allChecks(checks: readonly LineCheck[]): LineCheck {
  return {
    check: (bytes, start, end) => {
      for (const one of checks) one.check(bytes, start, end)
    },
    takeNotes: () => checks.flatMap((one) => one.takeNotes())
  }
}
