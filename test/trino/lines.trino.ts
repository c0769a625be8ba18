import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { running } from './running.ts'
import { clearLogs, createCategoryTables, putLog } from './tables.ts'

/*
 * What the raw-line table makes of the bytes of an object. Bytes are written as characters of Latin-1.
 */

/** Lines as they are stored, between newlines. */
const kept: Readonly<Record<string, readonly string[]>> = {
  'byte 01, the delimiter that Hive would have': ['a\x01b\x01c', '\x01'],
  'texts that Hive takes for null': ['\\N', 'x\\N', 'NULL', ''],
  'backslashes, one at the end of a line': ['a\\b\\n\\', 'x\\', '\\n', '\\'],
  'quotes, commas and tabs': ['"a","b\'c"', '"', 'a\tb\t', "''"],
  'NUL bytes': ['a\0b\0', '\0'],
  'spaces at both ends': ['  a  ', ' '],
  'empty lines': ['a', '', '', 'b'],
  'nothing but empty lines': ['', '', ''],
  'each byte that no UTF-8 begins with': bytesFrom(0x80, 0xfe).map((byte) => `a${byte}b`),
  'such a byte alone': bytesFrom(0x80, 0xfe),
  'GBK, and UTF-8 that is cut': ['\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7', 'ab\xe3\x81', '\xed\xa0\x80x'],
  'what other systems end lines with': ['a\xc2\x85b\xe2\x80\xa8c\xe2\x80\xa9d\x0be\x0cf'],
  'a byte order mark that is not at the beginning': ['a', '\xef\xbb\xbfb']
}

/** What the text reader does otherwise: stored bytes, and the lines that come of them. */
const changed: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'a carriage return ends a line': ['a\rb\n', ['a', 'b']],
  'CRLF ends a line': ['a\r\nb\r\n', ['a', 'b']],
  'a carriage return before CRLF ends an empty line': ['a\r\r\nb\n', ['a', '', 'b']],
  'a carriage return at the end is no line more': ['a\r', ['a']],
  'a byte order mark at the beginning is lost': ['\xef\xbb\xbfa\nb\n', ['a', 'b']],
  'nothing but a byte order mark is no line': ['\xef\xbb\xbf', []],
  'the last line needs no newline': ['a\nb', ['a', 'b']],
  'an object of no bytes has no lines': ['', []]
}

const encodings: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  txt: (bytes) => bytes,
  gz: (bytes) => gzipSync(bytes),
  zst: (bytes) => zstdCompressSync(bytes)
}

describe('lines of the raw-line table', () => {
  const cases = [
    ...Object.entries(kept).map(([name, lines]) => [name, lines.map((line) => `${line}\n`).join(''), lines] as const),
    ...Object.entries(changed).map(([name, [stored, lines]]) => [name, stored, lines] as const)
  ]
  let found = new Map<string, Found[]>()

  before(async () => {
    clearLogs()
    createCategoryTables()
    cases.forEach(([, stored], number) => {
      for (const [suffix, encode] of Object.entries(encodings)) {
        // An object of no bytes is one whatever its name is.
        const bytes = Buffer.from(stored, 'latin1')
        putLog(`telemetry/2023/10/01/00/${number}.${suffix}`, bytes.length === 0 ? bytes : encode(bytes))
      }
    })
    found = await linesOf('2023/10/01', '00')
  })

  for (const suffix of Object.keys(encodings)) {
    cases.forEach(([name, , lines], number) => {
      it(`${name} (.${suffix})`, () => {
        const expected = lines.map((line) => ({ line, rest: null }))
        assert.deepEqual(found.get(`${number}.${suffix}`) ?? [], expected)
      })
    })
  }

  it('puts what follows the first byte FF into the other column, an empty text too', async () => {
    putLog('telemetry/2023/10/01/01/ff.gz', gzipSync(Buffer.from('a\xffb\xffc\nplain\n\xff\n\xffx\nx\xff\n', 'latin1')))
    assert.deepEqual((await linesOf('2023/10/01', '01')).get('ff.gz'), [
      { line: 'a', rest: 'b\xffc' },
      { line: 'plain', rest: null },
      { line: '', rest: '' },
      { line: '', rest: 'x' },
      { line: 'x', rest: '' }
    ])
  })

  it('finds a text after and before whatever is no UTF-8, letters as they are and in either case', async () => {
    const invalid = bytesFrom(0x80, 0xfe)
    const seconds = ['', '\x80', '\xbf', '\xc3', '\xe3', '\xf0', '\xfe', 'A', '\xe3\x81', '\xf0\x90\x80']
    const lines = invalid.flatMap((first) => seconds.map((second) => `${first}${second}DEVICE-1${second}${first}\n`))
    putLog('telemetry/2023/10/01/02/invalid', Buffer.from(lines.join(''), 'latin1'))
    const { rows } = await running().trino.run(
      `SELECT count(*), count_if(strpos(line, ?) > 0), count_if(strpos(lower(line), lower(?)) > 0),
        count_if(starts_with(line, chr(31))) FROM iot_logs.telemetry WHERE day = ? AND hour = ?`,
      ["'DEVICE-1'", "'device-1'", "'2023/10/01'", "'02'"]
    )
    assert.deepEqual(rows, [[lines.length, lines.length, lines.length, 0]])
  })

  it('reads a line of 20 MB, and says which object has one of 200 MB', async () => {
    putLog('telemetry/2023/10/01/03/long.gz', gzipSync(`${'a'.repeat(20e6)}DEVICE-1\nb\n`, { level: 1 }))
    putLog('telemetry/2023/10/01/04/longer.gz', gzipSync('a'.repeat(200e6), { level: 1 }))
    const sql =
      'SELECT max(length(line)), count_if(strpos(line, ?) > 0) FROM iot_logs.telemetry WHERE day = ? AND hour = ?'
    const ofHour = (hour: string) => running().trino.run(sql, ["'DEVICE-1'", "'2023/10/01'", `'${hour}'`])
    assert.deepEqual((await ofHour('03')).rows, [[20e6 + 8, 1]])
    await assert.rejects(ofHour('04'), /s3:\/\/dev-iot-logs\/telemetry\/2023\/10\/01\/04\/longer\.gz$/)
  })

  it('has every line of a plain object once, that is read in several parts', async () => {
    const lines = 1_500_000
    const text = Array.from({ length: lines }, (_, at) => `line ${at} of an object that is cut into parts\r\n`).join('')
    putLog('telemetry/2023/10/01/05/large.log', Buffer.from(text))
    const { rows } = await running().trino.run(
      `SELECT count(*), count(DISTINCT line), sum(length(line)) FROM iot_logs.telemetry WHERE day = ? AND hour = ?`,
      ["'2023/10/01'", "'05'"]
    )
    assert.deepEqual(rows, [[lines, lines, text.length - 2 * lines]])
  })
})

interface Found {
  readonly line: string
  readonly rest: string | null
}

/** The lines of each object of an hour, by its name, in Latin-1. */
async function linesOf(day: string, hour: string): Promise<Map<string, Found[]>> {
  const { rows } = await running().trino.run(
    `SELECT regexp_extract("$path", '[^/]*$'), to_hex(to_utf8(line)), to_hex(to_utf8(rest))
      FROM iot_logs.telemetry WHERE day = '${day}' AND hour = '${hour}'`
  )
  const text = (hex: unknown): string => Buffer.from(hex as string, 'hex').toString('latin1')
  const byName = Map.groupBy(rows, ([name]) => name as string)
  return new Map(
    [...byName].map(([name, own]) => [
      name,
      own.map(([, line, rest]) => ({ line: text(line), rest: rest === null ? null : text(rest) }))
    ])
  )
}

function bytesFrom(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => String.fromCharCode(first + at))
}
