import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WriteStream } from 'node:tty'
import type { NotRead } from '../../../worker/contract/outcome.ts'
import type { ExportResult } from '../../../worker/contract/result.ts'
import { formatBytes, formatCount, formatSeconds } from '../../../worker/contract/units.ts'
import { resultJsonPieces } from '../../../worker/report/json.ts'
import { resultText } from '../../../worker/report/result-text.ts'
import { createTerminalProgress } from '../../../worker/report/terminal.ts'
import { defaultOptions } from '../../support/jobs.ts'

const request = {
  identifiers: ['A-1', 'B-2', 'C-3', 'D-4'],
  categories: ['telemetry'],
  from: '2023-10-01T00:00:00Z',
  to: '2023-10-02T00:00:00Z',
  environment: 'dev',
  ...defaultOptions,
  match: 'word'
} as const

const unreadable = (at: number): NotRead => {
  return { key: `k${at}`, outcome: 'unreadable', reason: 'truncated', byte: at, keptLines: 1 }
}

const result: ExportResult = {
  status: 'partial',
  engine: 'scan',
  reason: 'because',
  request,
  archive: { url: 'file:///tmp/a%20b.zip', bytes: 1234, sha256: '00' },
  entries: [{ name: 'telemetry_20231001.log', lines: 1, bytes: 20, sha256: '00' }],
  objects: {
    listed: 20,
    read: 5,
    queried: 0,
    empty: 0,
    skipped: 0,
    unreadable: 12,
    archived: 1,
    vanished: 0,
    denied: 2
  },
  warnings: [],
  notRead: [
    ...Array.from({ length: 9 }, (_, at) => unreadable(at)),
    { key: 'a\u001b[31m\nb', outcome: 'denied', keptLines: 0 },
    ...Array.from({ length: 3 }, (_, at) => unreadable(at + 9))
  ],
  scanned: { bytes: 2_000_000, rawBytes: 10_000_000 },
  looked: [],
  seconds: 1.5
}

describe('a result in words', () => {
  it('a result says what is missing, and names the first of many', () => {
    const text = resultText(result)
    assert.match(text, /^A-1, B-2, C-3 and 1 more · telemetry · 2023-10-01 \(UTC\) · dev · match=word$/m)
    assert.match(text, /k8: truncated at byte 8, kept 1 line before it/)
    assert.match(text, /! a\\x1b\[31m\\x0ab: denied: reading requires s3:GetObject/)
    assert.doesNotMatch(text, /k9:/)
    assert.match(text, /and 5 objects more: see manifest\.json/)
    assert.match(text, /Partial: 15 \(12 unreadable, 1 archived, 2 denied\) of 20 objects could not be read/)
    assert.match(text, /^\/tmp\/a b\.zip {2}1\.2 kB$/m)
  })

  it('a result says so when there was nothing to read', () => {
    const none = {
      listed: 0,
      read: 0,
      queried: 0,
      empty: 0,
      skipped: 0,
      unreadable: 0,
      archived: 0,
      vanished: 0,
      denied: 0
    }
    assert.match(
      resultText({ ...result, status: 'empty', archive: null, entries: [], objects: none, notRead: [] }),
      /no objects exist/
    )
  })

  it('a result is complete as JSON, with all lists', () => {
    const parsed = JSON.parse([...resultJsonPieces(result)].join(''))
    const { notRead, ...same } = result
    const list = [...notRead]
      .filter((object) => object.outcome === 'unreadable')
      .map(({ outcome: _, ...object }) => object)
    assert.deepEqual(parsed, { ...same, unreadable: list })
    assert.deepEqual(JSON.parse([...resultJsonPieces({ ...result, notRead: [] })].join('')).unreadable, [])
  })
})

describe('progress on a terminal', () => {
  it('progress is one line that is redrawn, fits, and is cleared', () => {
    const written: string[] = []
    let nowMs = 0
    const stream = { isTTY: true, columns: 60, write: (text: string) => written.push(text) } as unknown as WriteStream
    const progress = createTerminalProgress(stream, () => nowMs)
    progress.onListed?.(1234)
    progress.onPlanned?.(
      { objects: 2000, storedBytes: 1e9 },
      { engines: ['scan'], obstacles: [], reason: '', basis: '' }
    )
    nowMs = 1000
    progress.onProgress?.({ objects: 500, storedBytes: 25e7, passedBytes: 25e7, textBytes: 1e9, lines: 7 })
    nowMs = 1050
    progress.onProgress?.({ objects: 1, storedBytes: 1, passedBytes: 1, textBytes: 1, lines: 0 })
    progress.close()
    const clear = '\r\u001b[2K'
    assert.deepEqual(written, [
      `${clear}Listing  1,234 objects`,
      `${clear}Reading  25 %  500 of 2,000 objects  1.0 GB/s  7 lines  3 s left`.slice(0, 4 + 60),
      clear
    ])
  })

  it('progress prints nothing without a terminal', () => {
    const stream = { isTTY: false, write: () => assert.fail('something was written') } as unknown as WriteStream
    const progress = createTerminalProgress(stream, () => 0)
    progress.onListed?.(1)
    progress.close()
  })
})

describe('units', () => {
  it('units are printed as people read them', () => {
    assert.deepEqual([0, 1, 999, 1000, 9949, 9999, 315_456, 999_499, 999_500, 3.1e9, 5e15].map(formatBytes), [
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '9.9 kB',
      '10 kB',
      '315 kB',
      '999 kB',
      '1.0 MB',
      '3.1 GB',
      '5000 TB'
    ])
    assert.deepEqual([formatCount(1, 'line'), formatCount(1234, 'object')], ['1 line', '1,234 objects'])
    assert.deepEqual([0.24, 7.9, 59.4, 60, 125, 3600, 3780].map(formatSeconds), [
      '0.2 s',
      '8 s',
      '59 s',
      '1 min',
      '2 min 5 s',
      '1 h',
      '1 h 3 min'
    ])
  })
})
