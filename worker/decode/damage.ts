import type { DamageReason } from '../contract/outcome.ts'

/** Damage found while decoding. The scan turns it into the outcome of the object. */
export class Damage extends Error {
  readonly reason: DamageReason
  /** Offset in the decoder's input; undefined if it is not an offset of the stored object (damage inside a layer). */
  readonly byte: number | undefined
  /**
   * Whether the text up to here ends where a line may end: after a member with a wrong checksum, or before bytes that
   * follow the last member. Otherwise the damage cut the last line, and its beginning is not a line.
   */
  readonly isAtEnd: boolean
  /** False if the failed step may have lost decoded bytes. A careful second reading gives them. */
  readonly isExact: boolean

  constructor(reason: DamageReason, byte?: number, details: { isAtEnd?: boolean; isExact?: boolean } = {}) {
    super(byte === undefined ? reason : `${reason} at byte ${byte}`)
    this.name = 'Damage'
    this.reason = reason
    this.byte = byte
    this.isAtEnd = details.isAtEnd ?? false
    this.isExact = details.isExact ?? true
  }

  /** The same damage at another offset; undefined if the offset has no meaning outside its layer. */
  at(byte: number | undefined): Damage {
    return new Damage(this.reason, byte, this)
  }
}
