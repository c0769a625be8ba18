import type { Problem } from './errors.ts'

/** The result of one word: a value, or problems; and the corrected word. */
export interface Reading<T> {
  readonly value: T | undefined
  readonly problems: readonly Problem[]
  readonly corrected: string
}
