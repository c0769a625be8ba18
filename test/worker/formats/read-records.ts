import { Damage } from '../../../worker/decode/damage.ts'
import type { Format, LogRecord } from '../../../worker/formats/format.ts'
import { type PickSettings, RecordPicker } from '../../../worker/formats/record-picker.ts'
import { RecordReader } from '../../../worker/formats/record-reader.ts'
import type { MatchSpec } from '../../../worker/match/matcher.ts'

export interface ReadRecord extends Omit<LogRecord, 'raw'> {
  readonly raw: string
}

/** Cuts bytes into chunks of the given lengths, over and over. Each is a copy that is overwritten after its use. */
export function* chunksOf(bytes: Buffer, lengths: readonly number[] = [bytes.length || 1]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!
    const chunk = Buffer.from(bytes.subarray(at, at + length))
    yield chunk
    chunk.fill(0xaa)
    at += length
  }
}

/** The records of one object, their bytes as latin1, and the damage that ended it. */
export function readRecords(
  format: Format,
  bytes: Buffer,
  {
    lengths,
    maxRecordBytes = 1 << 20,
    isAtEnd = true
  }: { lengths?: readonly number[]; maxRecordBytes?: number; isAtEnd?: boolean } = {}
): { records: ReadRecord[]; damage: string | undefined } {
  const records: ReadRecord[] = []
  const reader = new RecordReader(format, { maxRecordBytes }, (record) => {
    records.push({ ...record, raw: record.raw.toString('latin1') })
  })
  try {
    for (const chunk of chunksOf(bytes, lengths)) reader.push(chunk)
    reader.finish(isAtEnd)
    return { records, damage: undefined }
  } catch (error) {
    if (!(error instanceof Damage)) throw error
    reader.finish(false)
    return { records, damage: error.reason }
  }
}

/** What a picker keeps of objects, one after the other, as latin1, and how many records that is. */
export function pickRecords(
  format: Format,
  objects: readonly Buffer[],
  spec: Partial<MatchSpec> & Pick<MatchSpec, 'identifiers'>,
  settings: Partial<PickSettings> & { lengths?: readonly number[] } = {}
): { text: string; records: number } {
  let text = ''
  let kept = 0
  const all = { maxRecordBytes: 1 << 20, output: format.defaultOutput, ...settings }
  const picker = new RecordPicker(
    format,
    { match: 'text', case: 'exact', ...spec },
    all,
    (bytes, start, end, records) => {
      text += bytes.toString('latin1', start, end)
      kept += records
    }
  )
  for (const bytes of objects) {
    for (const chunk of chunksOf(bytes, settings.lengths)) picker.push(chunk)
    picker.finish(true)
  }
  return { text, records: kept }
}
