import { loadavg } from 'node:os'
import { RecordPicker } from '../../worker/formats/record-picker.ts'
import { RecordReader } from '../../worker/formats/record-reader.ts'
import { findFormat, formatNames } from '../../worker/formats/registry.ts'
import { readOptions } from '../options.ts'
import { formatText, wordOnAll } from './formats-corpus.ts'

/*
 * What one core does with each format: every record parsed, as the forwarder needs them; and a search for an identifier
 * that no record holds, as most objects of an export are; and one that every record holds, written in the format's
 * default form. CPU seconds of the thread, since machines are shared; medians of several rounds, in which the formats
 * take turns.
 */

const usage = `npm run bench:formats -- [--megabytes 16] [--rounds 7] [--only NAME,…]
  --megabytes  of text of each format    --rounds  that count
  --only       some of ${formatNames.join(', ')}`

const { numberOf, namesOf } = readOptions(usage, {
  megabytes: { type: 'string', default: '16' },
  rounds: { type: 'string', default: '7' },
  only: { type: 'string', default: formatNames.join() }
})
const rounds = numberOf('rounds', 1)
const bytes = numberOf('megabytes', 0.1) * 1e6
/** As the decoder gives text. */
const pieceBytes = 256 * 1024
const leastMicroseconds = 50_000
const maxRecordBytes = 64 * 1024 * 1024
/** The second may be spelled with every kind of escape, so more of them must be looked at. */
const absent = ['THING99999', '温度/"é"']
const names = namesOf('only', formatNames)
const texts = new Map(names.map((name) => [name, formatText(name, bytes)]))
const parsed = new Map<string, number[]>(names.map((name) => [name, []]))
const rejected = absent.map(() => new Map<string, number[]>(names.map((name) => [name, []])))
const kept = new Map<string, number[]>(names.map((name) => [name, []]))
const counts = new Map<string, number>()

for (let round = 0; round <= rounds; round++) {
  for (const name of names) {
    const parseSeconds = timed(() => counts.set(name, parseAll(name)))
    const rejectSeconds = absent.map((identifier) => timed(() => assertKept(name, search(name, identifier), 0)))
    const keepSeconds = timed(() => assertKept(name, search(name, wordOnAll(name)), counts.get(name)!))
    // The first round warms the code up.
    if (round === 0) continue
    parsed.get(name)!.push(parseSeconds)
    kept.get(name)!.push(keepSeconds)
    for (const [index, seconds] of rejectSeconds.entries()) rejected[index]!.get(name)!.push(seconds)
  }
}

const load = loadavg().map((one) => one.toFixed(1))
console.log(
  `one thread, by its CPU time, Node ${process.version}, load ${load.join(' ')}, median of ${rounds} rounds\n`
)
console.log(
  `${'format'.padEnd(18)}  records/s   parsed MB/s   kept MB/s   MB/s without ${absent.join('   MB/s without ')}`
)
for (const name of names) {
  const megabytes = texts.get(name)!.length / 1e6
  const seconds = median(parsed.get(name)!)
  const cells = [
    Math.round(counts.get(name)! / seconds)
      .toLocaleString('en')
      .padStart(11),
    (megabytes / seconds).toFixed(0).padStart(13),
    (megabytes / median(kept.get(name)!)).toFixed(0).padStart(11),
    ...rejected.map((seconds) => (megabytes / median(seconds.get(name)!)).toFixed(0).padStart(24))
  ]
  console.log(`${name.padEnd(18)}${cells.join(' ')}`)
}

function parseAll(name: string): number {
  let records = 0
  const reader = new RecordReader(findFormat(name), { maxRecordBytes }, (record) => {
    if (record.parseError) throw new Error(`${name}: ${record.parseError}`)
    records++
  })
  for (const piece of piecesOf(name)) reader.push(piece)
  reader.finish(true)
  return records
}

/** How many records of the text hold the identifier. */
function search(name: string, identifier: string): number {
  let records = 0
  const format = findFormat(name)
  const spec = { identifiers: [identifier], match: 'text', case: 'exact' } as const
  const settings = { maxRecordBytes, output: format.defaultOutput }
  const picker = new RecordPicker(format, spec, settings, (_bytes, _start, _end, count) => {
    records += count
  })
  for (const piece of piecesOf(name)) picker.push(piece)
  picker.finish(true)
  return records
}

function assertKept(name: string, records: number, expected: number): void {
  if (records !== expected) throw new Error(`${name}: ${records} records kept, ${expected} expected`)
}

function* piecesOf(name: string): Generator<Buffer> {
  const text = texts.get(name)!
  for (let at = 0; at < text.length; at += pieceBytes) yield text.subarray(at, at + pieceBytes)
}

/** CPU seconds of one run. The clock ticks in ms, so what is short is run again. */
function timed(run: () => void): number {
  const started = process.threadCpuUsage()
  for (let runs = 1; ; runs++) {
    run()
    const { user, system } = process.threadCpuUsage(started)
    if (user + system >= leastMicroseconds) return (user + system) / 1e6 / runs
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
