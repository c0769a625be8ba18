import { LineBlocks } from '../decode/blocks.ts'
import type { RecordNote } from '../formats/record-notes.ts'
import type { TextPicker } from './scan-object.ts'

/** Takes blocks of whole lines. Lines that are kept as they are need no records. */
export class LinePicker extends LineBlocks implements TextPicker {
  takeNotes(): readonly RecordNote[] {
    return []
  }
}
