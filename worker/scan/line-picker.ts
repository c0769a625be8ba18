import { LineBlocks } from '../decode/blocks.ts'
import type { LineCheck, RecordNote } from '../formats/record-notes.ts'
import type { TextPicker } from './scan-object.ts'

/** Takes blocks of whole lines. Lines that are kept as they are need no records. */
export class LinePicker extends LineBlocks implements TextPicker {
  readonly #check: LineCheck | undefined

  /** `check` has seen the lines that `onBlock` kept. */
  constructor(maxLineBytes: number, onBlock: (block: Buffer) => void, check?: LineCheck) {
    super(maxLineBytes, onBlock)
    this.#check = check
  }

  takeNotes(): readonly RecordNote[] {
    return this.#check?.takeNotes() ?? []
  }
}
