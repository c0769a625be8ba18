import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { running } from './running.ts'
import { logsBucket } from './system.ts'
import { clearLogs, createCategoryTables, keysReadBy, putLog } from './tables.ts'

/*
 * Which objects the raw-line table reads, how it finds their encoding, and what it says of those it can't read.
 */

const place = 'telemetry/2023/10/02'
const two = gzipSync('one\ntwo\n')
const large = gzipSync(Array.from({ length: 100_000 }, (_, at) => `${at} ${Math.sin(at)}\n`).join(''))

/** Lines by the names of the objects they come of; what is read as text although it is none shows its first bytes. */
const read: Readonly<Record<string, readonly [Buffer, readonly string[]]>> = {
  'members.gz': [
    Buffer.concat([two, gzipSync(''), gzipSync('three\nfo'), gzipSync('ur')]),
    ['one', 'two', 'three', 'four']
  ],
  'many members.gz': [Buffer.concat(Array.from({ length: 5_000 }, () => two)), []],
  'nothing.gz': [Buffer.alloc(0), []],
  'empty member.gz': [gzipSync(''), []],
  'frames.zst': [Buffer.concat([zstdCompressSync('one\n'), zstdCompressSync('two\n')]), ['one', 'two']],
  // What stands behind the last member is not looked at.
  'padded.gz': [Buffer.concat([two, Buffer.alloc(512)]), ['one', 'two']],
  'trailing.gz': [Buffer.concat([two, Buffer.from('garbage\n')]), ['one', 'two']],
  'member after zeros.gz': [Buffer.concat([two, Buffer.alloc(5), two]), ['one', 'two']],
  // Text, by its name.
  'gzip without a name': [two, ['1f8b08']],
  'gzip.log': [two, ['1f8b08']],
  'gzip.GZ': [two, ['1f8b08']],
  'twice.gz': [gzipSync(two), ['1f8b08']],
  'zstd.log': [zstdCompressSync('one\n'), ['28b52f']],
  'zip.zip': [Buffer.from('PK\x03\x04\n'), ['504b03']],
  'folder/object.gz': [two, ['one', 'two']],
  'empty//folder.gz': [two, ['one', 'two']],
  '_hidden.gz': [two, []],
  '.hidden.gz': [two, []],
  '_folder/object.gz': [two, []],
  'folder/.hidden.gz': [two, []],
  // Codecs of Hadoop, which find nothing here, and say nothing.
  'plain.snappy': [Buffer.from('one\n'), []],
  'plain.lz4': [Buffer.from('one\n'), []]
}

/** Objects that end a query, and why. */
const refused: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  'cut.gz': [two.subarray(0, -12), /^HIVE_CANNOT_OPEN_SPLIT: .*Unexpected end of ZLIB input stream$/],
  'cut in its trailer.gz': [two.subarray(0, -4), /^HIVE_CANNOT_OPEN_SPLIT: /],
  'cut late.gz': [large.subarray(0, 1_000_000), /^HIVE_CURSOR_ERROR: Failed to read file at s3:/],
  'second member cut.gz': [Buffer.concat([two, two.subarray(0, 15)]), /^HIVE_CANNOT_OPEN_SPLIT: /],
  'wrong check.gz': [Buffer.concat([two.subarray(0, -8), Buffer.alloc(8)]), /Corrupt GZIP trailer$/],
  'plain.gz': [Buffer.from('one\n'), /Not in GZIP format$/],
  'plain.zst': [Buffer.from('one\ntwo\n'), /Invalid magic prefix/],
  'zeros behind.zst': [Buffer.concat([zstdCompressSync('one\n'), Buffer.alloc(9)]), /Invalid magic prefix/],
  'plain.bz2': [Buffer.from('one\n'), /^HIVE_CANNOT_OPEN_SPLIT: /],
  'plain.deflate': [Buffer.from('one\n'), /^HIVE_CANNOT_OPEN_SPLIT: /],
  "a b+%20ü (1),[2];it's.gz": [Buffer.from('one\n'), /Not in GZIP format$/]
}

describe('objects of the raw-line table', () => {
  before(() => {
    clearLogs()
    createCategoryTables()
    for (const [name, [bytes]] of Object.entries(read)) putLog(`${place}/00/${name}`, bytes)
    for (const [at, [name, [bytes]]] of Object.entries(refused).entries())
      putLog(`${place}/${hourOf(at)}/${name}`, bytes)
  })

  it('reads objects by what their names end with, and passes over hidden ones', async () => {
    const found = await linesOf('00')
    assert.equal(found.get('many members.gz')?.length, 10_000)
    for (const [name, [, lines]] of Object.entries(read).filter(([name]) => name !== 'many members.gz')) {
      assert.deepEqual(found.get(name) ?? [], lines, name)
    }
  })

  Object.entries(refused).forEach(([name, [, reason]], at) => {
    it(`names the object that it can't read: ${name}`, async () => {
      const key = `${place}/${hourOf(at)}/${name}`
      await assert.rejects(linesOf(hourOf(at)), ({ message }: Error) => {
        assert.match(message, reason)
        assert.ok(message.includes(`s3://${logsBucket}/${key}`), message)
        return true
      })
    })

    it(`does not open it when it is left out: ${name}`, async () => {
      const url = `s3://${logsBucket}/${place}/${hourOf(at)}/${name}`
      const without = `"$path" NOT IN ('${url.replaceAll("'", "''")}')`
      const keys = await keysReadBy(async () => assert.equal((await linesOf(hourOf(at), without)).size, 0))
      assert.deepEqual(keys, [])
    })
  })

  it('paths are the keys, letter by letter', async () => {
    const names = [
      'a b',
      'a+b',
      'a%20b',
      'ü日本',
      'a=b&c',
      `q'u"o`,
      'x#y?z',
      'p(1),[2];3',
      'c:d',
      '~!@$',
      'b\\s',
      't\tb'
    ]
    for (const name of names) putLog(`${place}/23/${name}.log`, `${name}\n`)
    const { rows } = await running().trino.run(
      `SELECT "$path", line FROM iot_logs.telemetry WHERE day = '2023/10/02' AND hour = '23'`
    )
    const expected = names.map((name) => [`s3://${logsBucket}/${place}/23/${name}.log`, name])
    assert.deepEqual([...rows].sort(), expected.sort())
  })
})

const hourOf = (at: number): string => String(at + 1).padStart(2, '0')

/** Lines by the object's key below the hour; of one that begins like something compressed, the first three bytes. */
async function linesOf(hour: string, condition = 'true'): Promise<Map<string, string[]>> {
  const { rows } = await running().trino.run(
    `SELECT "$path", to_hex(to_utf8(line)) FROM iot_logs.telemetry
      WHERE day = '2023/10/02' AND hour = '${hour}' AND ${condition}`
  )
  const start = `s3://${logsBucket}/${place}/${hour}/`
  const byKey = Map.groupBy(rows as readonly (readonly [string, string])[], ([path]) => path.slice(start.length))
  return new Map(
    [...byKey].map(([key, own]) => {
      const [first = ''] = own.map(([, hex]) => hex)
      const isCompressed = /^(?:1F8B|28B52F|504B)/.test(first)
      if (isCompressed) return [key, [first.slice(0, 6).toLowerCase()]]
      return [key, own.map(([, hex]) => Buffer.from(hex, 'hex').toString('latin1'))]
    })
  )
}
