import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { serveAthena } from '../support/athena-place.ts'
import { referenceDocument } from '../support/configurations.ts'
import { exportByAthena } from '../support/export-by-athena.ts'
import { zipOf } from '../support/zip-bytes.ts'

/*
 * The same day by a scan and by Athena. The same lines, but for what Athena's text reader does to line ends, and for their
 * order within an object.
 */

const { categories } = referenceDocument()
const place = await serveAthena({
  categories: {
    ...categories,
    device: { layout: 'telemetry/{yyyy}/{MM}/{dd}/{HH}/', format: 'json-lines', table: 'device' },
    network: { layout: 'telemetry/{yyyy}/{MM}/{dd}/{HH}/', format: 'vpc-flow', table: 'network' }
  }
})
const hour = (number: number): string => `telemetry/2023/10/01/${String(number).padStart(2, '0')}`
const id = 'THING00001'

beforeEach(() => place.clear())

/** Exports with both engines. */
async function byBoth(words: readonly string[]) {
  const scan = await exportByAthena(place, [...words, 'engine=scan'])
  const athena = await exportByAthena(place, [...words, 'engine=athena'])
  assert.equal(athena.engine, 'athena')
  assert.deepEqual(place.leftovers(), [])
  return { scan, athena }
}

const linesOf = (bytes: Buffer | undefined): string[] =>
  (bytes ?? Buffer.alloc(0)).toString('latin1').split('\n').slice(0, -1)
/** What Athena's reader makes of lines: the documented differences. */
const asRead = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.replace(/\r$/, '').split('\r')).filter((line) => line.includes(id))

/** Awkward lines, each with the identifier. */
const awkward: Readonly<Record<string, string | Buffer>> = {
  'empty lines': `\n\n${id}\n\n`,
  quotes: `"${id}", 'x', ''${id}''\n`,
  tabs: `a\t${id}\tb\n`,
  'byte 01': `a\x01${id}\x01b\n\x01${id}\n`,
  'Hive null': `\\N\n\\N ${id}\n${id}\\N\n`,
  NUL: `\0${id}\0\n`,
  backslashes: `\\${id}\\\n\\\\\n`,
  'invalid UTF-8': Buffer.from(`\x80\xc3( ${id} \xf5\xfe\n\xb0\xa1${id}\n`, 'latin1'),
  GBK: Buffer.from(`\xc4\xe3\xba\xc3 ${id}\n`, 'latin1'),
  'byte FF': Buffer.from(`a\xff${id}\xff\n${id}\xff\n\xff\n`, 'latin1'),
  'no line end': `one ${id}\ntwo ${id}`,
  'like gzip': `\x1f${id}\n`,
  'like zip': `PK\x03 ${id}\n`,
  'like zstd': `(a/${id}\n`,
  'a long line': `${'x'.repeat(300_000)}${id}\n`,
  JSON: `{"clientId":"${id}","text":"a\\"b\\\\ \\u00e9 é"}\n`
}

/** A zstd object that begins with a frame to be skipped (RFC 8878, 3.1.2). */
const skippable = (text: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7]), zstdCompressSync(text)])

describe('Athena and a scan', () => {
  it('Athena and a scan give the same awkward lines', async () => {
    for (const [at, [name, text]] of Object.entries(awkward).entries()) {
      place.put(`${hour(at % 24)}/${name}.gz`, gzipSync(text))
      place.put(`${hour(at % 24)}/${name} plain.log`, Buffer.from(text))
    }
    const { scan, athena } = await byBoth([id, 'telemetry', '2023/10/01'])
    assert.deepEqual(
      linesOf(athena.files.get('telemetry_20231001.log')).toSorted(),
      linesOf(scan.files.get('telemetry_20231001.log')).toSorted()
    )
    assert.deepEqual(athena.linesByHour, scan.linesByHour)
    assert.equal(athena.status, 'complete')
    const { queried, read, listed } = athena.objects
    assert.equal(queried + read, listed)
    assert.ok(queried > 20, `${queried} queried`)
  })

  it('Athena and a scan differ only in carriage returns and byte order marks, as the manifest says', async () => {
    place.put(`${hour(1)}/crlf.gz`, gzipSync(`a ${id}\r\nb\r\n${id}\r\n`))
    place.put(`${hour(2)}/cr.gz`, gzipSync(`${id} a\rb ${id}\rc\n`))
    place.put(`${hour(3)}/bom.gz`, gzipSync(`\ufeff${id}\n`))
    const { scan, athena } = await byBoth([id, 'telemetry', '2023/10/01'])
    const expected = asRead(
      linesOf(scan.files.get('telemetry_20231001.log')).map((line) => line.replace(/^\xef\xbb\xbf/, ''))
    )
    assert.deepEqual(linesOf(athena.files.get('telemetry_20231001.log')).toSorted(), expected.toSorted())
    assert.match(athena.manifest.differences.join(), /carriage return.*byte order mark/s)
    assert.equal(scan.manifest.differences, undefined)
  })

  it('Athena and a scan give the same for objects that only the worker reads, and for unreadable objects', async () => {
    const text = Buffer.from(`${id} one\nno\n${id} two\n`)
    place.put(`${hour(0)}/members.gz`, Buffer.concat([gzipSync(`${id} more\n`), gzipSync(''), gzipSync(text)]))
    place.put(`${hour(0)}/empty.gz`, Buffer.alloc(0))
    place.put(`${hour(0)}/nothing.gz`, gzipSync(''))
    for (let at = 0; at < 9; at++) place.put(`${hour(0)}/usual-${at}.gz`, gzipSync(text))
    place.put(`${hour(1)}/_hidden.gz`, gzipSync(text))
    place.put(`${hour(1)}/.hidden.gz`, gzipSync(text))
    place.put(`${hour(1)}/folder/object.gz`, gzipSync(text))
    place.put(`${hour(2)}/gzip.log`, gzipSync(text))
    place.put(`${hour(2)}/twice.gz`, gzipSync(gzipSync(text)))
    place.put(`${hour(2)}/zstd.log`, zstdCompressSync(text))
    place.put(`${hour(2)}/good.zst`, zstdCompressSync(text))
    place.put(`${hour(2)}/zip.zip`, zipOf([{ name: 'a', data: text }]))
    for (let at = 0; at < 4; at++) place.put(`${hour(2)}/plain-${at}.snappy`, text)
    place.put(`${hour(2)}/gzip.bz2`, gzipSync(text))
    place.put(`${hour(2)}/unread.log`, Buffer.from('BZh91AY&SY\0\0'))
    place.put(`${hour(2)}/skippable.log`, skippable(text))
    place.put(`${hour(3)}/cold.gz`, gzipSync(text), 'GLACIER')
    const { scan, athena } = await byBoth([id, 'telemetry', '2023/10/01'])
    assert.ok(athena.files.get('telemetry_20231001.log')!.equals(scan.files.get('telemetry_20231001.log')!))
    assert.equal(athena.status, 'partial')
    assert.deepEqual(athena.notRead, scan.notRead)
    assert.deepEqual({ ...athena.objects, read: 0, queried: 0 }, { ...scan.objects, read: 0, queried: 0 })
    assert.equal(athena.objects.queried, 12)
  })

  it('Athena and a scan agree on whole words and on upper and lower case', async () => {
    const text = `-${id}-\n${id}\n${id}0\nTHING0000\u212a1 \u212a\n${id.toLowerCase()}\nthing00001_\nx${id}\n`
    place.put(`${hour(5)}/a.gz`, gzipSync(text))
    for (const options of [['match=word'], ['case=ignore'], ['match=word', 'case=ignore']]) {
      const { scan, athena } = await byBoth([id, 'telemetry', '2023/10/01', ...options])
      const name = 'telemetry_20231001.log'
      assert.ok(athena.files.get(name)!.equals(scan.files.get(name)!), options.join())
    }
  })

  it('Athena and a scan find identifiers with special characters, which change no statement', async () => {
    const odd = [
      `it's`,
      `a"b`,
      '100%',
      'a_b',
      '\\n\\',
      ';--',
      '?,?',
      "'; DROP TABLE x;--",
      'é\u{1f600}x',
      "')) OR (1=1"
    ]
    const long = 'L'.repeat(256)
    const lines = [...odd, long, 'axb', '100x', 'itss', 'other'].map((text) => `<${text}>\n`).toSorted()
    place.put(`${hour(7)}/a.gz`, gzipSync(lines.join('')))
    const statements = new Set<string>()
    for (const text of [...odd, long]) {
      const from = place.athena.queries().length
      const result = await exportByAthena(place, [
        `"${text.replace(/["\\]/g, '\\$&')}"`,
        'telemetry',
        '2023/10/01',
        'engine=athena'
      ])
      assert.deepEqual(
        result.files.get('telemetry_20231001.log')?.toString(),
        lines.filter((line) => line.includes(text)).join(''),
        text
      )
      for (const { sql } of place.athena.queries().slice(from)) statements.add(sql.replace(/'s3:[^']*'/, "'…'"))
    }
    assert.equal(statements.size, 1)
    await assert.rejects(
      exportByAthena(place, ['L'.repeat(1000), 'telemetry', '2023/10/01', 'engine=athena']),
      /too long/
    )
  })

  it('Athena and a scan read the requested hours of several days and categories, in order', async () => {
    for (const day of ['30', '01', '02']) {
      for (const at of ['00', '11', '23']) {
        const date = day === '30' ? '2023/09/30' : `2023/10/${day}`
        place.put(`telemetry/${date}/${at}/x.gz`, gzipSync(`${id} t ${date} ${at}\n`))
        place.put(`commands/${date}/${at}/x.gz`, gzipSync(`${id} c ${date} ${at}\n`))
      }
    }
    const { scan, athena } = await byBoth([id, 'command,telemetry', '2023/09/30T11..2023/10/02T01'])
    assert.deepEqual([...athena.files.keys()], [...scan.files.keys()])
    for (const [name, bytes] of scan.files) {
      if (name !== 'manifest.json') assert.equal(athena.files.get(name)!.toString(), bytes.toString())
    }
    assert.equal(athena.objects.queried, 12)
  })

  it('Athena and a scan find escaped identifiers in JSON lines', async () => {
    const lines = [
      '{"id":"THING\\u003000001"}',
      `{"id":"${id}"}`,
      '{"id":"THING\\u00300001"}',
      '{"id":"THING00002\\n"}'
    ]
    place.put(`${hour(9)}/a.gz`, gzipSync(`${lines.join('\n')}\n`))
    for (const options of [[], ['case=ignore']]) {
      const { scan, athena } = await byBoth([id, 'device', '2023/10/01', ...options])
      const name = 'device_20231001.log'
      assert.deepEqual(linesOf(athena.files.get(name)), linesOf(scan.files.get(name)))
      assert.deepEqual(linesOf(athena.files.get(name)), lines.slice(1, 3))
    }
    await assert.rejects(
      exportByAthena(place, [id, 'device', '2023/10/01', 'engine=athena', 'format=json']),
      /only the worker writes records as json/
    )
    await assert.rejects(
      exportByAthena(place, [id, 'device', '2023/10/01', 'engine=athena', 'window=event']),
      /only the worker knows the time of records/
    )
  })

  it('lines of an object are in order of time if the format has one, and else in order of bytes', async () => {
    const at = (second: number, text: string): string => `{"id":"${id}","time":"2023-10-01T10:00:0${second}Z"${text}}`
    const stored = [at(2, ''), at(1, ',"b":1'), `${id} untimed b`, at(1, ',"a":1'), at(3, ''), `${id} untimed a`]
    const inTime = [stored[5], stored[2], stored[3], stored[1], stored[0], stored[4]]
    const exports = []
    for (const lines of [stored, stored.toReversed()]) {
      place.clear()
      for (const name of ['a', 'b']) place.put(`${hour(10)}/${name}.gz`, gzipSync(`${lines.join('\n')}\n`))
      exports.push(await exportByAthena(place, [id, 'telemetry,device', '2023/10/01', 'engine=athena']))
    }
    const [one, other] = exports
    assert.deepEqual(linesOf(one!.files.get('telemetry_20231001.log')), [...inTime, ...inTime])
    assert.deepEqual(linesOf(one!.files.get('device_20231001.log')), [...inTime, ...inTime])
    for (const name of ['telemetry_20231001.log', 'device_20231001.log'])
      assert.ok(one!.files.get(name)!.equals(other!.files.get(name)!))
    assert.equal(one!.manifest.order, 'key,time')
    assert.match(one!.manifest.differences.join('\n'), /of telemetry, device stand in order of their time/)
    const mixed = await exportByAthena(place, [id, 'telemetry,network', '2023/10/01', 'engine=athena'])
    assert.deepEqual(linesOf(mixed.files.get('network_20231001.log')).slice(0, 6), stored.toSorted())
    assert.equal(mixed.manifest.order, 'key')
    assert.match(mixed.manifest.differences.join('\n'), /of telemetry stand .* time.*\n.*of network stand .* bytes/)
  })
})
