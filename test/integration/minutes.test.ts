import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { archiveName } from '../../worker/contract/names.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import { windowOf } from '../../worker/contract/request.ts'
import { exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { configWithCategories } from '../support/configurations.ts'
import { logDirectory } from '../support/log-directory.ts'
import { runCli } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * Exports of windows in minutes from a directory: which objects are read, and which records are kept.
 */

const config = configWithCategories({
  device: { layout: 'device/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-lines' },
  daily: { layout: 'daily/{yyyy}/{MM}/{dd}/', format: 'json-lines' },
  text: { layout: 'text/{yyyy}/{MM}/{dd}/{HH}/', format: 'lines' }
})
const nowMs = Date.UTC(2023, 9, 1, 12, 30, 20)
type Objects = Readonly<Record<string, string>>

/** The archive of a request: its entries as lines, and its manifest. */
async function exported(objects: Objects, words: string) {
  using logs = logDirectory(Object.fromEntries(Object.entries(objects).map(([key, text]) => [key, gzipSync(text)])))
  using target = temporaryDirectory()
  await using source = openStore({ url: logs.url })
  await using store = openStore({ url: target.url })
  const request = parseRequest(words.split(' '), config, nowMs)
  const key = archiveName(request.identifiers, windowOf(request))
  using _result = await exportLogs(request, {
    environment: config.environments.get('dev')!,
    limits: config.limits,
    source,
    sourceSettings: { url: logs.url },
    athena: { obstacle: 'this test has no Athena' },
    openOutput: zipOutput({ store, key, overwrite: false }, config.limits.maxArchiveBytes),
    threads: 2,
    tool: 'iot-log test',
    signal: new AbortController().signal
  })
  const [name] = readdirSync(target.path)
  if (name === undefined) return { name, files: new Map<string, string[]>(), manifest: undefined }
  const files = await readArchive(join(target.path, name))
  const linesOf = (bytes: Buffer): string[] => bytes.toString().split('\n').slice(0, -1)
  return {
    name,
    files: new Map([...files].map(([entry, bytes]) => [entry, linesOf(bytes)])),
    manifest: manifestOf(files)
  }
}

const record = (time: string): string => `${JSON.stringify({ thing: 'THING00001', timestamp: Date.parse(time) })}\n`
const records = (...times: readonly string[]): string => times.map((time) => record(`2023-10-01T${time}Z`)).join('')
const timesOf = (lines: readonly string[] | undefined): string[] =>
  (lines ?? []).map((line) => new Date(JSON.parse(line).timestamp).toISOString().slice(11, 23))

const edges = ['09:14:59.999', '09:15:00.000', '09:29:59.999', '09:30:00.000']
const quarter = '2023/10/01T09:15..2023/10/01T09:30'

describe('an export of minutes', () => {
  it('an export of minutes keeps records from its first minute to before its end', async () => {
    const { name, files, manifest } = await exported(
      { 'device/2023/10/01/09/a.gz': records(...edges), 'device/2023/10/01/12/far.gz': records('09:20:00.000') },
      `THING00001 device ${quarter}`
    )
    assert.equal(name, '20231001T0915-20231001T0930_THING00001.zip')
    assert.deepEqual([...files.keys()], ['device_20231001T0915-20231001T0930.log', 'manifest.json'])
    assert.deepEqual(timesOf(files.get('device_20231001T0915-20231001T0930.log')), ['09:15:00.000', '09:29:59.999'])
    const { from, to, window } = manifest!.request
    assert.deepEqual([from, to, window], ['2023-10-01T09:15:00Z', '2023-10-01T09:30:00Z', 'event'])
  })

  it('an export of minutes selects within the day where a category is stored by day', async () => {
    const { files } = await exported({ 'daily/2023/10/01/a.gz': records(...edges) }, `THING00001 daily ${quarter}`)
    assert.deepEqual(timesOf(files.get('daily_20231001T0915-20231001T0930.log')), ['09:15:00.000', '09:29:59.999'])
  })

  it('an export of minutes selects plain lines by the time at their start', async () => {
    const text = edges.map((time) => `2023-10-01T${time}Z THING00001 works\n`).join('')
    const { files } = await exported({ 'text/2023/10/01/09/a.gz': text }, `THING00001 text ${quarter}`)
    assert.deepEqual(
      files.get('text_20231001T0915-20231001T0930.log'),
      ['09:15:00.000', '09:29:59.999'].map((time) => `2023-10-01T${time}Z THING00001 works`)
    )
  })

  it('an export until now ends at the last whole minute', async () => {
    const times = ['10:29:59.999', '10:30:00.000', '12:29:59.999', '12:30:00.000', '12:30:10.000']
    const objects = Object.fromEntries(times.map((time, at) => [`device/2023/10/01/${time.slice(0, 2)}/${at}`, time]))
    const { files } = await exported(
      Object.fromEntries(Object.entries(objects).map(([key, time]) => [key, records(time)])),
      'THING00001 device since=2h'
    )
    assert.deepEqual(timesOf(files.get('device_20231001T1030-20231001T1230.log')), ['10:30:00.000', '12:29:59.999'])
  })

  it('an export of minutes has every record of any window, from objects of five minutes', async () => {
    const secondMs = 1_000
    const startMs = Date.UTC(2023, 9, 1, 6)
    const objects = new Map<string, string>()
    for (let timeMs = startMs; timeMs < startMs + 4 * 3_600 * secondMs; timeMs += 10 * secondMs) {
      // The key names the time of the oldest record. Buffers begin at odd times.
      const oldest = new Date(timeMs - ((timeMs - 130 * secondMs) % (300 * secondMs))).toISOString()
      const key = `device/${oldest.slice(0, 13).replaceAll(/[-T]/g, '/')}/${oldest.slice(14, 19)}.gz`
      objects.set(key, (objects.get(key) ?? '') + record(new Date(timeMs).toISOString()))
    }
    for (const [from, to] of [
      ['07:00', '07:01'],
      ['06:59', '07:03'],
      ['07:58', '09:02'],
      ['08:00', '08:02']
    ] as const) {
      const window = `2023-10-01T${from}..2023-10-01T${to}`
      const { files } = await exported(Object.fromEntries(objects), `THING00001 device ${window}`)
      const [lines] = files.values()
      const [fromMs, toMs] = [from, to].map((time) => Date.parse(`2023-10-01T${time}Z`)) as [number, number]
      assert.equal(lines!.length, (toMs - fromMs) / (10 * secondMs), window)
    }
  })
})

describe('the terminal and a window in minutes', () => {
  const line = '{"thing":"THING00001","timestamp":"2023-10-01T09:20:00Z"}\n'

  it('the result and the plan show the window and that records are selected by their own time', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/09/a.gz': gzipSync(line) })
    using here = temporaryDirectory()
    const words = ['THING00001', 'telemetry', quarter, '--source', logs.url]
    const shown =
      'THING00001 · telemetry · 2023-10-01T09:15..2023-10-01T09:30 (UTC, by record time) · dev · window=event'
    const result = await runCli(['export', ...words], { cwd: here.path })
    assert.equal(result.code, 0, result.stderr)
    assert.equal(result.stdout.split('\n')[0], shown)
    assert.deepEqual(readdirSync(here.path), ['20231001T0915-20231001T0930_THING00001.zip'])
    const plan = await runCli(['plan', ...words], { cwd: here.path })
    assert.equal(plan.stdout.split('\n')[0], shown)
    const { request } = JSON.parse((await runCli(['plan', ...words, '--json'], { cwd: here.path })).stdout)
    assert.deepEqual([request.from, request.to], ['2023-10-01T09:15:00Z', '2023-10-01T09:30:00Z'])
  })

  it('a wrong window is answered with the corrected command', async () => {
    const words = ['THING00001', 'telemetry', '2023/10/01T09:30..2023/10/01T09:15']
    const { code, stderr } = await runCli(['export', ...words, '--source', '/nowhere'])
    assert.equal(code, 2)
    assert.match(stderr, /ends before it begins/)
    assert.match(stderr, /THING00001 telemetry 2023-10-01T09:15\.\.2023-10-01T09:30/)
  })

  it('a query rejects minutes and names the whole hours', async () => {
    const { code, stderr } = await runCli(['query', 'count-errors', `window=${quarter}`])
    assert.equal(code, 2)
    assert.match(stderr, /is in minutes, but queries read whole hours: write 2023-10-01T09\.\.2023-10-01T10/)
  })
})
