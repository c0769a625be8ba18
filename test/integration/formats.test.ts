import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import { exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { readArchive } from '../support/archives.ts'
import { configWithCategories } from '../support/configurations.ts'
import { logDirectory } from '../support/log-directory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * Exports of categories of other formats than plain lines, from a directory: one record a line, whatever they lie in.
 */

const categories = {
  app: { layout: 'app/{yyyy}/{MM}/{dd}/{HH}/', format: 'cloudwatch' },
  balancer: { layout: 'elb/{yyyy}/{MM}/{dd}/', format: 'alb' },
  device: { layout: 'device/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-lines', lookaheadHours: 2 },
  trail: { layout: 'trail/{yyyy}/{MM}/{dd}/', format: 'cloudtrail' },
  stream: { layout: 'stream/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-concatenated' }
}
const config = configWithCategories(categories)
const nowMs = Date.UTC(2023, 9, 3)

/** The lines of each entry, without their ends. */
async function exported(day: Readonly<Record<string, Buffer>>, words: readonly string[], threads = 2) {
  using logs = logDirectory(day)
  using target = temporaryDirectory()
  await using source = openStore({ url: logs.url })
  await using store = openStore({ url: target.url })
  using result = await exportLogs(parseRequest(words, config, nowMs), {
    environment: config.environments.get('dev')!,
    limits: config.limits,
    source,
    sourceSettings: { url: logs.url },
    athena: { obstacle: 'this test has no Athena' },
    openOutput: zipOutput({ store, key: 'archive.zip', overwrite: false }, config.limits.maxArchiveBytes),
    threads,
    tool: 'iot-log test',
    signal: new AbortController().signal
  })
  const files = result.archive ? await readArchive(join(target.path, 'archive.zip')) : new Map<string, Buffer>()
  const linesOf = (name: string): string[] => files.get(name)?.toString().split('\n').slice(0, -1) ?? []
  return { result: { status: result.status, objects: result.objects, entries: result.entries }, linesOf }
}

const event = (id: string, time: string, message: string) => ({ id, timestamp: Date.parse(time), message })
const envelope = (logStream: string, ...logEvents: readonly object[]): string =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup: '/app',
    logStream,
    subscriptionFilters: [],
    logEvents
  })

describe('an export of CloudWatch envelopes', () => {
  const control = JSON.stringify({
    messageType: 'CONTROL_MESSAGE',
    owner: '1',
    logGroup: '',
    logStream: '',
    logEvents: []
  })
  const text =
    envelope(
      'a',
      event('1', '2023-10-01T00:00:01Z', 'THING00001 began\n  at line 2'),
      event('2', '2023-10-01T00:00:02Z', 'other')
    ) +
    control +
    envelope('THING00001', event('3', '2023-10-01T00:00:03Z', 'by its stream'))
  const day = { 'app/2023/10/01/00/a': gzipSync(gzipSync(text)) }

  it('an export of CloudWatch envelopes gives a readable line for each matching event', async () => {
    const { result, linesOf } = await exported(day, ['THING00001', 'app', '2023/10/01'])
    assert.deepEqual(linesOf('app_20231001.log'), [
      '2023-10-01T00:00:01.000Z a THING00001 began\\n  at line 2',
      '2023-10-01T00:00:03.000Z THING00001 by its stream'
    ])
    assert.equal(result.entries[0]!.lines, 2)
    assert.equal(result.objects.read, 1)
  })

  it('an export of CloudWatch envelopes gives messages or objects with format=', async () => {
    const raw = await exported(day, ['stream', 'app', '2023/10/01', 'format=raw'])
    assert.deepEqual(raw.linesOf('app_20231001.log'), ['by its stream'])
    const { linesOf } = await exported(day, ['THING00001', 'app', '2023/10/01', 'format=json'])
    const [first] = linesOf('app_20231001.log').map((line) => JSON.parse(line))
    assert.deepEqual(
      { logStream: first.logStream, message: first.message },
      { logStream: 'a', message: 'THING00001 began\n  at line 2' }
    )
  })
})

describe('an export of a load balancer’s log', () => {
  const sample = gunzipSync(readFileSync(new URL('../data/aws/albaccesslog.log.gz', import.meta.url)))
  const day = { 'elb/2023/10/01/a.log.gz': gzipSync(sample) }
  const word = sample.toString().split(' ')[2]!

  it('an export of a load balancer’s log keeps lines as they are, or gives their fields', async () => {
    const raw = await exported(day, [word, 'balancer', '2023/10/01'])
    assert.equal(`${raw.linesOf('balancer_20231001.log').join('\n')}\n`, `${sample.toString().trimEnd()}\n`)
    const { linesOf } = await exported(day, [word, 'balancer', '2023/10/01', 'format=json'])
    for (const line of linesOf('balancer_20231001.log')) assert.equal(JSON.parse(line).elb, word)
  })
})

describe('an export of documents', () => {
  it('an export of documents finds escaped identifiers and gives one line for each document, with any separators', async () => {
    const stream = '{"id":"THING\\u00300001","n":1}{"id":"THING00002"}\n{"a":{"id":"THING00001"},\n "n":2}'
    const trail = JSON.stringify({
      Records: [{ eventID: 'THING00001', eventTime: '2023-10-01T01:00:00Z' }, { eventID: 'x' }]
    })
    const day = { 'stream/2023/10/01/00/a.gz': gzipSync(stream), 'trail/2023/10/01/a.json.gz': gzipSync(trail) }
    const { linesOf } = await exported(day, ['THING00001', 'stream,trail', '2023/10/01'])
    assert.deepEqual(
      linesOf('stream_20231001.log').map((line) => JSON.parse(line)),
      [
        { id: 'THING00001', n: 1 },
        { a: { id: 'THING00001' }, n: 2 }
      ]
    )
    assert.deepEqual(
      linesOf('trail_20231001.log').map((line) => JSON.parse(line).eventID),
      ['THING00001']
    )
  })
})

describe('a window of the records’ own time', () => {
  const line = (time: string | undefined, name: string): string =>
    `${JSON.stringify({ thing: 'THING00001', ...(time !== undefined && { timestamp: Date.parse(time) }), name })}\n`
  const day = {
    'device/2023/09/30/22/a.gz': gzipSync(line('2023-10-01T00:00:01Z', 'too early')),
    'device/2023/09/30/23/a.gz': gzipSync(line('2023-10-01T00:00:02Z', 'buffered') + line(undefined, 'timeless early')),
    'device/2023/10/01/00/a.gz': gzipSync(
      line('2023-09-30T23:59:59Z', 'early') + line('2023-10-01T00:00:00Z', 'first')
    ),
    'device/2023/10/01/23/a.gz': gzipSync(
      `${line('2023-10-01T23:59:59Z', 'last')}${line(undefined, 'timeless')}no JSON, THING00001\n`
    ),
    'device/2023/10/02/01/a.gz': gzipSync(
      line('2023-10-01T23:30:00Z', 'late') + line('2023-10-02T00:00:00Z', 'next') + line(undefined, 'timeless late')
    ),
    'device/2023/10/02/02/a.gz': gzipSync(line('2023-10-01T23:40:00Z', 'too late'))
  }

  it('a window by record time reads around midnight, and places records without a time by their arrival', async () => {
    for (const threads of [1, 2]) {
      const { result, linesOf } = await exported(day, ['THING00001', 'device', '2023/10/01', 'window=event'], threads)
      const names = linesOf('device_20231001.log').map((text) => /"name":"([^"]*)"/.exec(text)?.[1] ?? text)
      assert.deepEqual(names, ['buffered', 'first', 'last', 'timeless', 'no JSON, THING00001', 'late'])
      assert.equal(result.objects.listed, 4)
    }
  })

  it('a window by record time is not the default', async () => {
    const { linesOf } = await exported(day, ['THING00001', 'device', '2023/10/01'])
    assert.equal(linesOf('device_20231001.log').length, 5)
  })
})
