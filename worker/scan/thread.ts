import { parentPort, workerData } from 'node:worker_threads'
import { Wake } from '../async/wake.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { type NotRead, noOutcomes } from '../contract/outcome.ts'
import { WarningCounts } from '../contract/warning.ts'
import { createDecoderContext } from '../decode/decoder-context.ts'
import { loadNative } from '../native/load-native.ts'
import { openStore } from '../stores/open-store.ts'
import { prefixOfKeys } from './category-plan.ts'
import { KeptLines } from './kept.ts'
import { createPickers } from './pickers.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { FromThread, ThreadSettings, ToThread } from './protocol.ts'
import { createObjectScanner } from './scan-object.ts'
import type { Slice } from './slices.ts'

/*
 * A scan thread: it opens, inflates, cuts and matches the objects of its slices, one slice after the other, with its own
 * store client. Memory: one piece of input (256 KiB) and one of text (512 KiB), the line that two pieces share (at most
 * limits.maxLineBytes), one piece of kept lines, and `creditBytes` of kept lines that are sent but not taken.
 */

const progressEveryMs = 100

if (!parentPort) throw new Error('scan/thread.ts runs in a worker thread')
const port = parentPort
const settings = workerData as ThreadSettings
const native = settings.matcher === 'native' ? loadNative().native : undefined
const context = createDecoderContext(settings.inflaters)

let currentSlice = 0
let untakenBytes = 0
const credit = new Wake()
let lastProgressMs = performance.now()
const meter = new ProgressMeter()
const kept = new KeptLines(sendKept)
const store = openStore(settings.store)
const scan = createObjectScanner(store, context, settings.limits, kept, (amounts) => {
  meter.advance(amounts, kept.lines)
  if (performance.now() - lastProgressMs >= progressEveryMs) {
    lastProgressMs = performance.now()
    send({ kind: 'progress', progress: meter.take() })
  }
  return untakenBytes >= settings.creditBytes ? creditReturned() : undefined
})

const prefixes = settings.readings.map(prefixOfKeys)
const pickers = settings.readings.map((reading) => createPickers(reading, settings.limits.maxLineBytes, kept, native))
let work = Promise.resolve()
port.on('message', (message: ToThread) => {
  if (message.kind === 'slice') {
    store.announce(message.objects)
    work = work.then(() => scanSlice(message)).catch(fail)
  } else {
    untakenBytes -= message.piece.length
    kept.giveBack(message.piece)
    credit.call()
  }
})

async function scanSlice(slice: Slice): Promise<void> {
  const counts = noOutcomes()
  const notRead: NotRead[] = []
  const warnings = new WarningCounts()
  const linesBefore = kept.lines
  const linesByPrefix = new Map<string, number>()
  currentSlice = slice.number
  const pickerOf = pickers[slice.category]!
  const prefixOf = prefixes[slice.category]!
  for (const object of slice.objects) {
    const before = kept.lines
    const picker = pickerOf(object)
    const scanned = await scan(object, picker)
    for (const { code, count, hint, names } of picker.takeNotes()) {
      if (names) warnings.addNames(object.key, names)
      else warnings.add(code, object.key, count, hint)
    }
    if (kept.lines > before) {
      const prefix = prefixOf(object.key)
      linesByPrefix.set(prefix, (linesByPrefix.get(prefix) ?? 0) + kept.lines - before)
    }
    meter.endObject(object.size, scanned, kept.lines)
    counts[scanned.outcome]++
    if (scanned.notRead) notRead.push(scanned.notRead)
  }
  const rest = kept.takeRest()
  untakenBytes += rest?.length ?? 0
  const summary = { counts, notRead, warnings: warnings.list(), lines: kept.lines - linesBefore, linesByPrefix }
  const progress = meter.take()
  send({ kind: 'done', slice: slice.number, rest, summary, progress }, rest && [rest.buffer as ArrayBuffer])
  if (untakenBytes >= settings.creditBytes) await creditReturned()
}

function sendKept(piece: Buffer): void {
  untakenBytes += piece.length
  send({ kind: 'kept', slice: currentSlice, bytes: piece }, [piece.buffer as ArrayBuffer])
}

async function creditReturned(): Promise<void> {
  while (untakenBytes >= settings.creditBytes) await credit.next()
}

function fail(error: unknown): void {
  const code = error instanceof IotLogError ? error.code : 'internal'
  send({ kind: 'failed', code, message: messageOf(error), stack: (error as Error).stack })
}

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
