import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { hourMs } from '../../worker/contract/window.ts'
import { readArchive } from '../support/archives.ts'
import { configWithCategories } from '../support/configurations.ts'
import { exportDay } from '../support/export-day.ts'
import { logDirectory } from '../support/log-directory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * Windows of record time against an oracle: a device writes a record a second, and a buffer of some minutes turns them
 * into objects that are named by their oldest record, as Firehose names them.
 */

const config = configWithCategories({
  hourly: { layout: 'hourly/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-lines' },
  daily: { layout: 'daily/{yyyy}-{MM}-{dd}/' },
  short: { layout: 'short/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-lines', lookaheadHours: 0 }
})
const secondMs = 1000
const isoAt = (timeMs: number): string => new Date(timeMs).toISOString()
const hourlyKey = (category: string, timeMs: number): string =>
  `${category}/${isoAt(timeMs).slice(0, 13).replace(/[-T]/g, '/')}/${isoAt(timeMs).slice(11, 19)}.gz`
const dailyKey = (timeMs: number): string => `daily/${isoAt(timeMs).slice(0, 10)}/${isoAt(timeMs).slice(11, 19)}.gz`
const jsonLine = (timeMs: number): string => `{"device":"THING00001","timestamp":${timeMs}}\n`

/** Objects with a record of each second of a span; a buffer fills for `bufferSeconds`, the first one from `fromMs` on. */
function buffered(
  fromMs: number,
  toMs: number,
  bufferSeconds: number,
  keyAt: (timeMs: number) => string,
  lineAt: (timeMs: number) => string
): [key: string, bytes: Buffer][] {
  const objects: [string, Buffer][] = []
  for (let startMs = fromMs; startMs < toMs; startMs += bufferSeconds * secondMs) {
    const lines = Array.from({ length: bufferSeconds }, (_, second) => lineAt(startMs + second * secondMs))
    objects.push([keyAt(startMs), gzipSync(lines.join(''))])
  }
  return objects
}

async function exported(logs: { readonly url: string }, category: string, window: string) {
  const words = ['THING00001', category, window, 'window=event']
  using directory = temporaryDirectory()
  const target = { settings: { url: directory.url }, key: 'archive.zip' }
  const result = await exportDay(target, { source: { url: logs.url }, config, words, threads: 1 })
  const files = await readArchive(join(directory.path, 'archive.zip'))
  const [name] = [...files.keys()].filter((one) => one.endsWith('.log'))
  return { result, lines: files.get(name!)!.toString().split('\n').slice(0, -1) }
}

describe('a window of record time', () => {
  const midnight = Date.UTC(2023, 9, 1)

  it('a window of record time holds every record of its hour, however the buffers lie', async () => {
    for (const [bufferSeconds, phase] of [
      [300, 137],
      [900, 1]
    ] as const) {
      const fromMs = midnight - 2 * hourMs + phase * secondMs
      using logs = logDirectory(
        Object.fromEntries(
          buffered(fromMs, midnight + 3 * hourMs, bufferSeconds, (at) => hourlyKey('hourly', at), jsonLine)
        )
      )
      for (const hour of [-1, 0, 1]) {
        const startMs = midnight + hour * hourMs
        const { lines } = await exported(logs, 'hourly', isoAt(startMs).slice(0, 13))
        assert.deepEqual(
          lines.map((line) => JSON.parse(line).timestamp),
          Array.from({ length: 3600 }, (_, second) => startMs + second * secondMs)
        )
      }
    }
  })

  it('a window of record time reads the day before it if the layout has no hours', async () => {
    const lineAt = (timeMs: number): string => `${isoAt(timeMs)} THING00001\n`
    const objects = buffered(midnight - 137 * secondMs, midnight + 0.2 * hourMs, 300, dailyKey, lineAt)
    using logs = logDirectory(Object.fromEntries(objects))
    const { lines } = await exported(logs, 'daily', '2023-10-01')
    assert.equal(lines[0], `${isoAt(midnight)} THING00001`)
    assert.equal(lines.length, objects.length * 300 - 137)
  })

  it('a window of record time finds records that arrived in the hour after it, and no later ones', async () => {
    const late = [jsonLine(midnight - secondMs), jsonLine(midnight + secondMs)].join('')
    using logs = logDirectory({
      [hourlyKey('hourly', midnight)]: late,
      [hourlyKey('hourly', midnight + hourMs)]: late,
      [hourlyKey('short', midnight)]: late,
      [hourlyKey('short', midnight - hourMs)]: jsonLine(midnight - secondMs)
    })
    assert.equal((await exported(logs, 'hourly', '2023-09-30')).lines.length, 1)
    const { lines, result } = await exported(logs, 'short', '2023-09-30')
    assert.equal(lines.length, 1)
    assert.deepEqual(result.warnings, [])
  })

  it('a window of record time counts what it leaves out and what tells no time', async () => {
    const untimed = '{"device":"THING00001"}\n'
    const before = hourlyKey('hourly', midnight - hourMs)
    const inside = hourlyKey('hourly', midnight)
    using logs = logDirectory({
      [before]: jsonLine(midnight - secondMs) + jsonLine(midnight) + untimed,
      [inside]: jsonLine(midnight + 2 * hourMs) + untimed + untimed
    })
    const { lines, result } = await exported(logs, 'hourly', '2023-10-01T00')
    assert.equal(lines.length, 3)
    assert.deepEqual(result.warnings, [
      {
        code: 'no-time',
        count: 1,
        keys: [before],
        text: 'hourly: 1 matching record in 1 object without a time of its own, left out: it arrived outside the window'
      },
      {
        code: 'no-time',
        count: 2,
        keys: [inside],
        text: 'hourly: 2 matching records in 1 object without a time of their own, kept: they arrived in the window'
      },
      {
        code: 'outside-window',
        count: 2,
        keys: [before, inside],
        text: 'hourly: 2 matching records in 2 objects left out: their time is outside the window (the hour before it and 1 hour after it were read too)'
      }
    ])
  })
})
