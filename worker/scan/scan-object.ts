import { type ErrorCode, IotLogError } from '../contract/errors.ts'
import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { DamageReason, NotRead, Outcome } from '../contract/outcome.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { Damage } from '../decode/damage.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import type { ReadAmounts, ReadLimits } from '../decode/read-text.ts'
import type { RecordNote } from '../formats/record-notes.ts'
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
  /** What was noticed about the records of the object, since the last call. */
  takeNotes(): readonly RecordNote[]
}

/** The outcome of an object by the store's error. Any other error ends the job. */
const outcomesOfErrors: Partial<Record<ErrorCode, 'vanished' | 'denied' | 'archived'>> = {
  'not-found': 'vanished',
  denied: 'denied',
  archived: 'archived'
}

/**
 * Gives the function by which one scan thread reads an object and keeps its matching lines in `kept`. A failure of the
 * object is an outcome. Only errors that end the job are thrown. `afterText` is called after each piece of text. The
 * reading waits for its promise.
 */
export function createObjectScanner(
  store: Store,
  context: DecoderContext,
  limits: ScanLimits,
  kept: KeptLines,
  afterText: (amounts: Readonly<ReadAmounts>) => MaybePromise<void>
): (object: StoredObject, picker: TextPicker) => Promise<ScannedObject> {
  return async (object, picker) => {
    if (object.size === 0) return { outcome: 'empty', storedBytes: 0, textBytes: 0 }
    picker.handedOnBytes = 0
    const amounts = { storedBytes: 0, textBytes: 0 }
    const linesBefore = kept.lines
    try {
      await readObjectText(store, object, context, limits, {
        amounts,
        onText: (text) => {
          picker.push(text)
          return afterText(amounts)
        },
        onEnd: () => picker.finish(true)
      })
      return { outcome: 'read', ...amounts }
    } catch (error) {
      const outcome = outcomeOf(error)
      const damage = error instanceof Damage ? error : new Damage(reasonOf(error), amounts.storedBytes)
      if (damage.reason === 'line-limit') amounts.textBytes = picker.handedOnBytes + limits.maxLineBytes
      picker.finish(damage.isAtEnd)
      const keptLines = kept.lines - linesBefore
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
