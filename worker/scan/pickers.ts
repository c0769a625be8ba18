import { createKeyReader } from '../contract/layout-key.ts'
import type { StoredObject } from '../contract/store.ts'
import { DeviceNames } from '../formats/device-names.ts'
import { FitCheck } from '../formats/fit-check.ts'
import { allChecks, type LineCheck } from '../formats/record-notes.ts'
import { RecordPicker } from '../formats/record-picker.ts'
import { RecordTimes } from '../formats/record-time.ts'
import { findFormat } from '../formats/registry.ts'
import { compileFindRuns } from '../match/compile-matcher.ts'
import type { NativeAddOn } from '../native/load-native.ts'
import { type CategoryReading, prefixOfKeys } from './category-plan.ts'
import type { KeptLines } from './kept.ts'
import { LinePicker } from './line-picker.ts'
import type { TextPicker } from './scan-object.ts'

/**
 * Gives the picker of each object of a category, which puts the matching records into `kept`. Plain lines that are kept
 * as they are need no records: they are found in blocks and copied.
 */
export function createPickers(
  reading: CategoryReading,
  maxLineBytes: number,
  kept: KeptLines,
  native: NativeAddOn | undefined
): (object: StoredObject) => TextPicker {
  const { spec, format: name, output, eventWindow } = reading
  const format = findFormat(name)
  if (name === 'lines' && output === 'raw' && !eventWindow) {
    const findRuns = compileFindRuns(spec, native)
    const check = allChecks([new FitCheck(), ...devicesOf(reading)])
    const blocks = new LinePicker(maxLineBytes, (block) => kept.pick(block, findRuns, check), check)
    return () => blocks
  }
  const times = new RecordTimes()
  const create = (keepsUntimed: boolean): RecordPicker => {
    const window = eventWindow && { window: { fromMs: eventWindow.fromMs, toMs: eventWindow.toMs, keepsUntimed } }
    const written = allChecks(devicesOf(reading))
    const settings = { maxRecordBytes: maxLineBytes, output, times, written, ...window }
    return new RecordPicker(format, spec, settings, (bytes, start, end, records) => {
      kept.add(bytes, start, end, records)
      written.check(bytes, start, end)
    })
  }
  const inTime = create(true)
  const readKey = reading.time && createKeyReader(reading.time.layout)
  const at = (key: string, picker: RecordPicker): RecordPicker => {
    times.keyTimeMs = readKey?.(key)?.timeMs
    return picker
  }
  if (!eventWindow) return ({ key }) => at(key, inTime)
  const outer = create(false)
  const outerPrefixes = new Set(eventWindow.outerPrefixes)
  const prefixOf = prefixOfKeys(reading)
  return ({ key }) => at(key, outerPrefixes.has(prefixOf(key)) ? outer : inTime)
}

/** Whole words and keys name one device each: it was asked for by its full name. */
function devicesOf({ spec, format }: CategoryReading): readonly LineCheck[] {
  return spec.match === 'word' || spec.takesAll ? [] : [new DeviceNames(spec, findFormat(format).deviceKeys)]
}
