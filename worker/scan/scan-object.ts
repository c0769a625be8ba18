import { type ErrorCode, IotLogError } from '../contract/errors.ts'
import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { DamageReason, NotRead, Outcome } from '../contract/outcome.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { Damage } from '../decode/damage.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import type { ReadAmounts, ReadLimits } from '../decode/read-text.ts'
import type { KeptLines } from './kept.ts'

export interface ScanLimits extends ReadLimits {
  /** Without its line end. */
  readonly maxLineBytes: number
}

/** The result of one object. */
export interface ScannedObject extends ReadAmounts {
  readonly outcome: Outcome
  /** Set if the object was not read to its end. */
  readonly notRead?: NotRead
}

/** Picks the matching records from the text of one object after the other (`LineBlocks`, `RecordPicker`). */
export interface TextPicker {
  /** Bytes of the lines or documents that were searched since the owner set it to 0. */
  handedOnBytes: number
  /** Takes the next piece. @throws Damage (`line-limit`) */
  push(text: Buffer): void
  /** Ends the object. Its last line counts, unless damage cut it. */
  finish(keepLast: boolean): void
}

/** The outcome of an object by the store's error. Any other error ends the job. */
const outcomesOfErrors: Partial<Record<ErrorCode, 'vanished' | 'denied' | 'archived'>> = {
  'not-found': 'vanished',
  denied: 'denied',
  archived: 'archived'
}

/** Reads objects one after the other and keeps their matching lines: the work of one scan thread. */
export class ObjectScanner {
  readonly #store: Store
  readonly #context: DecoderContext
  readonly #limits: ScanLimits
  readonly #kept: KeptLines
  readonly #afterText: (amounts: Readonly<ReadAmounts>) => MaybePromise<void>

  /** `afterText` is called after each piece of text. The reading waits for its promise. */
  constructor(
    store: Store,
    context: DecoderContext,
    limits: ScanLimits,
    kept: KeptLines,
    afterText: (amounts: Readonly<ReadAmounts>) => MaybePromise<void>
  ) {
    this.#store = store
    this.#context = context
    this.#limits = limits
    this.#kept = kept
    this.#afterText = afterText
  }

  /** Scans one object into `kept`. A failure of the object is an outcome. @throws only errors that end the job */
  async scan(object: StoredObject, picker: TextPicker): Promise<ScannedObject> {
    if (object.size === 0) return { outcome: 'empty', storedBytes: 0, textBytes: 0 }
    picker.handedOnBytes = 0
    const amounts = { storedBytes: 0, textBytes: 0 }
    const linesBefore = this.#kept.lines
    try {
      await readObjectText(this.#store, object, this.#context, this.#limits, {
        amounts,
        onText: (text) => {
          picker.push(text)
          return this.#afterText(amounts)
        },
        onEnd: () => picker.finish(true)
      })
      return { outcome: 'read', ...amounts }
    } catch (error) {
      const outcome = outcomeOf(error)
      const damage = error instanceof Damage ? error : new Damage(reasonOf(error), amounts.storedBytes)
      if (damage.reason === 'line-limit') amounts.textBytes = picker.handedOnBytes + this.#limits.maxLineBytes
      picker.finish(damage.isAtEnd)
      const keptLines = this.#kept.lines - linesBefore
      if (outcome !== 'unreadable') return { outcome, ...amounts, notRead: { key: object.key, outcome, keptLines } }
      // Counted up to the damage, not up to the end of the input read so far: so every store gives the same count.
      amounts.storedBytes = damage.byte ?? 0
      const { reason, byte = 0 } = damage
      return { outcome, ...amounts, notRead: { key: object.key, outcome, reason, byte, keptLines } }
    }
  }
}

function outcomeOf(error: unknown): NotRead['outcome'] {
  if (error instanceof Damage) return 'unreadable'
  if (!(error instanceof IotLogError)) throw error
  const isOfObject = error.code === 'io' || error.code === 'replaced'
  const outcome = outcomesOfErrors[error.code] ?? (isOfObject ? 'unreadable' : undefined)
  if (!outcome) throw error
  return outcome
}

function reasonOf(error: unknown): DamageReason {
  return error instanceof IotLogError && error.code === 'replaced' ? 'replaced' : 'io'
}
