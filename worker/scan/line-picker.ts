import { LineBlocks } from '../decode/blocks.ts'
import type { FitCheck } from '../formats/fit-check.ts'
import type { RecordNote } from '../formats/record-notes.ts'
import type { TextPicker } from './scan-object.ts'

/** Takes blocks of whole lines. Lines that are kept as they are need no records. */
export class LinePicker extends LineBlocks implements TextPicker {
  readonly #fit: FitCheck | undefined

  /** `fit` has seen the lines that `onBlock` kept. */
  constructor(maxLineBytes: number, onBlock: (block: Buffer) => void, fit?: FitCheck) {
    super(maxLineBytes, onBlock)
    this.#fit = fit
  }

  takeNotes(): readonly RecordNote[] {
    return this.#fit?.takeNotes() ?? []
  }
}
