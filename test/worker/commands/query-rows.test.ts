import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WriteStream } from 'node:tty'
import type { ResultPage } from '../../../worker/athena/api.ts'
import { createQueryProgress } from '../../../worker/commands/query-progress.ts'
import { type RowFormat, rowsText } from '../../../worker/commands/query-rows.ts'

const summary = { query: 'find-it', id: 'q-1', scannedBytes: 12, dollars: 0.00005 }
const columns = ['device', 'records', 'is_ok', 'share', 'line']
const types = ['varchar', 'bigint', 'boolean', 'double', 'varchar']

async function textOf(format: RowFormat, ...pages: ResultPage['rows'][]): Promise<string> {
  async function* given(): AsyncGenerator<ResultPage> {
    for (const rows of pages) yield { columns, types, rows }
  }
  let text = ''
  for await (const piece of rowsText(format, given(), summary)) text += piece
  return text
}

const first: ResultPage['rows'] = [
  ['T1', '12', 'true', '0.5', 'a "quoted", line'],
  ['device-2', '3', 'false', null, 'tab\tbell\u0007']
]

describe('rows as a table', () => {
  it('a table aligns numbers right, and shows null as a dash and control characters as codes', async () => {
    assert.equal(
      await textOf('table', first),
      [
        'device    records  is_ok  share  line',
        '--------  -------  -----  -----  ----------------',
        'T1             12  true     0.5  a "quoted", line',
        'device-2        3  false      -  tab\\x09bell\\x07',
        '2 rows',
        ''
      ].join('\n')
    )
  })

  it('a table keeps the widths of the first page, and cuts nothing', async () => {
    const text = await textOf('table', [['T1', '1', null, null, 'x']], [['a-longer-device', '2', null, null, 'y']])
    assert.match(text, /^a-longer-device {8}2 {2}- +- {2}y$/m)
    assert.match(text, /^2 rows$/m)
  })

  it('a table without rows has the names of the columns and says so', async () => {
    assert.match(await textOf('table', []), /^device {2}records.*\n-.*\n0 rows\n$/)
  })
})

describe('rows as CSV', () => {
  it('CSV follows RFC 4180: an empty text is not null', async () => {
    assert.equal(
      await textOf('csv', first, [['', null, null, '1.0', 'a\r\nb']]),
      [
        'device,records,is_ok,share,line',
        'T1,12,true,0.5,"a ""quoted"", line"',
        'device-2,3,false,,tab\tbell\u0007',
        '"",,,1.0,"a\r\nb"',
        ''
      ].join('\r\n')
    )
  })
})

describe('rows as JSON', () => {
  it('JSON has numbers for numeric columns, and texts where a number would not be exact', async () => {
    const rows: ResultPage['rows'] = [...first, ['007', '9007199254740993', null, 'NaN', '42']]
    assert.deepEqual(JSON.parse(await textOf('json', rows)), {
      ...summary,
      rows: [
        { device: 'T1', records: 12, is_ok: true, share: 0.5, line: 'a "quoted", line' },
        { device: 'device-2', records: 3, is_ok: false, share: null, line: 'tab\tbell\u0007' },
        { device: '007', records: '9007199254740993', is_ok: null, share: 'NaN', line: '42' }
      ]
    })
  })

  it('JSON without rows is an empty list', async () => {
    assert.deepEqual(JSON.parse(await textOf('json', [])), { ...summary, rows: [] })
    assert.deepEqual(JSON.parse(await textOf('json')), { ...summary, rows: [] })
  })
})

describe('the progress of a query', () => {
  const streamOf = (isTTY: boolean, written: string[]): WriteStream =>
    ({ isTTY, columns: 24, write: (text: string) => written.push(text) }) as unknown as WriteStream

  it('the progress of a query is one line that fits the terminal and is cleared', () => {
    const written: string[] = []
    let nowMs = 0
    const progress = createQueryProgress(streamOf(true, written), () => nowMs)
    progress.onProgress({ state: 'QUEUED', scannedBytes: 0 })
    nowMs = 8_000
    progress.onProgress({ state: 'RUNNING', scannedBytes: 1.2e9 })
    progress.close()
    const lines = written.map((text) => text.replace('\r\u001b[2K', ''))
    assert.deepEqual(lines, ['Queued  0 bytes scanned', 'Running  1.2 GB scanned', ''])
  })

  it('the progress of a query prints nothing without a terminal', () => {
    const written: string[] = []
    const progress = createQueryProgress(streamOf(false, written), () => 0)
    progress.onProgress({ state: 'RUNNING', scannedBytes: 1 })
    progress.close()
    assert.deepEqual(written, [])
  })
})
