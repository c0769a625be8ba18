import type { DamageReason } from '../contract/outcome.ts'

/** Damage found while decoding: thrown inside the scan, an outcome outside of it. */
export class Damage extends Error {
  readonly reason: DamageReason
  /** Offset in the decoder's input; undefined when it means nothing in the stored object (damage inside a layer). */
  readonly byte: number | undefined
  /**
   * Whether the text up to here ends where a line may end: behind a member whose checksum is wrong, or before bytes
   * that follow the last member. Otherwise the damage cut the last line, and what there is of it is not a line.
   */
  readonly isAtEnd: boolean
  /** False when the step that failed may have decoded more than it could give out: a careful second reading can. */
  readonly isExact: boolean

  constructor(reason: DamageReason, byte?: number, details: { isAtEnd?: boolean; isExact?: boolean } = {}) {
    super(byte === undefined ? reason : `${reason} at byte ${byte}`)
    this.name = 'Damage'
    this.reason = reason
    this.byte = byte
    this.isAtEnd = details.isAtEnd ?? false
    this.isExact = details.isExact ?? true
  }

  /** The same damage at another place; at none when the place means nothing outside the layer it was found in. */
  at(byte: number | undefined): Damage {
    return new Damage(this.reason, byte, this)
  }
}
