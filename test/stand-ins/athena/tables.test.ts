import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { createFleet } from '../../../bench/corpus/fleet.ts'
import { telemetryLine } from '../../../bench/corpus/messages.ts'
import { createRandom } from '../../../bench/corpus/random.ts'
import { type AthenaPlace, failureOf, placeWith, startPlace, telemetryTable } from './clients.ts'

const database = { database: 'iot_logs' }

/** `hour/name: line`, with the object's key in the order of keys. */
async function linesOf(place: AthenaPlace, where: string): Promise<string[]> {
  const sql = `SELECT "$path", line FROM telemetry WHERE ${where}`
  const { rows } = await place.athena.execute(sql, database)
  return rows.map(([path, line]) => `${path!.replace(/.*\/01\//, '')}: ${line}`).sort()
}

test('lines are read as the text reader of Hive reads them', async () => {
  const objects: Record<string, Buffer | string> = {
    plain: 'one\ntwo',
    ends: 'a\rb\r\nc\r\r\n\nd\r',
    mark: Buffer.from('\ufefffirst\n\ufeffsecond'),
    'text.gz': gzipSync('three\n'),
    'members.gz': Buffer.concat([gzipSync('four'), gzipSync(''), gzipSync('one\nfive\n'), Buffer.from('\0\0garbage')]),
    'frames.zst': Buffer.concat([zstdCompressSync('six\n'), zstdCompressSync('seven\n')]),
    'other.GZ': 'as text',
    'taken.gz.old': gzipSync('x').subarray(0, 2),
    'quotes ü+?.txt': 'a\tb "c" \\N \x01 \0d\\\n\\N',
    'empty.gz': '',
    'no.lz4': 'nothing',
    _hidden: 'hidden',
    '.hidden': 'hidden',
    'folder/in': 'deep'
  }
  await using place = await placeWith(
    Object.fromEntries(Object.entries(objects).map(([key, bytes]) => [`2023/10/01/05/${key}`, bytes]))
  )
  assert.deepEqual(
    (await linesOf(place, "day = '2023/10/01'")).map((line) => line.slice(3)),
    [
      'ends: ',
      'ends: ',
      'ends: a',
      'ends: b',
      'ends: c',
      'ends: d',
      'folder/in: deep',
      'frames.zst: seven',
      'frames.zst: six',
      'mark: first',
      'mark: \u{10feef}\u{10febb}\u{10febf}second',
      'members.gz: five',
      'members.gz: fourone',
      'other.GZ: as text',
      'plain: one',
      'plain: two',
      'quotes ü+?.txt: \\N',
      'quotes ü+?.txt: a\tb "c" \\N \x01 \0d\\',
      'taken.gz.old: \x1f\u{10fe8b}',
      'text.gz: three'
    ]
  )
})

test('a byte FF ends the column, and other bytes survive to the result object', async () => {
  const bytes = Buffer.from([
    0x61, 0xff, 0x62, 0xff, 0x0a, 0xff, 0x0a, 0x80, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf4, 0x8f, 0xba, 0x80, 0x0a
  ])
  await using place = await placeWith({ '2023/10/01/05/a': bytes })
  const query = await place.run(`SELECT line, rest, rest IS NULL AS whole FROM telemetry WHERE day = '2023/10/01'`)
  const [, bucketKey] = /^s3:\/\/results\/(.*)$/.exec(query.ResultConfiguration!.OutputLocation!)!
  const csv = place.s3.get('results', bucketKey!)!
  const expected = [
    '"line","rest","whole"\n',
    '"a","b\xff","false"\n',
    '"","","false"\n',
    '"\x80\xc3\x28\xed\xa0\x80\xf4\x8f\xba\x80",,"true"\n'
  ]
  assert.equal(csv.toString('latin1'), expected.join(''))
})

test('only objects that the conditions on partitions and paths allow are read', async () => {
  const objects: Record<string, string> = {}
  for (const day of ['2019/12/31', '2023/10/01', '2023/10/02', '2023/10/03']) {
    for (const hour of ['00', '01', '02', '1', '24']) objects[`${day}/${hour}/a`] = 'DEVICE-1\n'
  }
  await using place = await placeWith(objects)
  await place.athena.execute(
    'CREATE VIEW lines AS SELECT day AS d, hour, line, "$path" AS path FROM telemetry',
    database
  )
  const read = async (sql: string, parameters: readonly string[] = []): Promise<string[]> => {
    const execution = await place.athena.execute(sql, { ...database, parameters })
    assert.equal(execution.scannedBytes, execution.objects.length * 9)
    return execution.objects.map((uri) => uri.slice('s3://logs/telemetry/2023/10/'.length, -2)).sort()
  }
  const count = 'SELECT count(*) FROM telemetry WHERE'
  assert.deepEqual(await read(`${count} day = ?`, ["'2023/10/01'"]), ['01/00', '01/01', '01/02'])
  assert.deepEqual(await read(`${count} day = '2023/10/01' AND hour IN (?, ?)`, ["'01'", "'02'"]), ['01/01', '01/02'])
  assert.deepEqual(
    await read(
      `${count} (day = ? AND hour IN (?) OR day = ?) AND "$path" NOT IN (?) AND (strpos(line, ?) > 0 OR rest IS NOT NULL)`,
      ["'2023/10/01'", "'02'", "'2023/10/02'", "'s3://logs/telemetry/2023/10/02/01/a'", "'X'"]
    ),
    ['01/02', '02/00', '02/02']
  )
  assert.deepEqual(await read(`${count} day BETWEEN '2023/10/02' AND '2023/10/03' AND hour < '01'`), ['02/00', '03/00'])
  assert.deepEqual(await read("SELECT count(*) FROM lines WHERE d = '2023/10/03' AND line LIKE '%9'"), [
    '03/00',
    '03/01',
    '03/02'
  ])
  assert.deepEqual(
    await read(
      "WITH a AS (SELECT * FROM lines WHERE d = '2023/10/01') SELECT * FROM a JOIN lines b ON a.line = b.line WHERE b.d = '2023/10/02' AND b.hour = '00'"
    ),
    ['01/00', '01/01', '01/02', '02/00']
  )
  for (const day of ['2019/12/31', '2027-10-01', '2023/10/1'])
    assert.deepEqual(await read(`${count} day = '${day}'`), [])
})

test('hidden columns are there by name only', async () => {
  await using place = await startPlace()
  await place.athena.execute('CREATE DATABASE iot_logs')
  await place.athena.execute(telemetryTable)
  place.s3.put('logs', 'telemetry/2023/10/01/05/a', 'one\n', { lastModifiedMs: Date.UTC(2023, 9, 1, 5, 6, 7, 89) })
  const { columns, rows } = await place.athena.execute('SELECT * FROM telemetry', database)
  assert.deepEqual([columns, rows], [['line', 'rest', 'day', 'hour'], [['one', null, '2023/10/01', '05']]])
  const hidden = await place.athena.execute(
    'SELECT "$path", "$file_size", "$file_modified_time" FROM telemetry',
    database
  )
  assert.deepEqual(hidden.rows, [['s3://logs/telemetry/2023/10/01/05/a', '4', '2023-10-01 05:06:07.000 UTC']])
})

const damaged: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    'plain.gz',
    Buffer.from('plain'),
    /^HIVE_CANNOT_OPEN_SPLIT: .* s3:\/\/logs\/.*\/plain\.gz \(offset=0, length=5\): Not in GZIP format$/
  ],
  [
    'cut.gz',
    gzipSync('some text').subarray(0, 15),
    /cut\.gz \(offset=0, length=15\): Unexpected end of ZLIB input stream$/
  ],
  ['trailer.gz', gzipSync('some text').subarray(0, -8), /trailer\.gz .*: null$/],
  ['sum.gz', Buffer.concat([gzipSync('some text').subarray(0, -8), Buffer.alloc(8)]), /: Corrupt GZIP trailer$/],
  ['plain.zst', Buffer.from('plain'), /plain\.zst .*: Invalid magic prefix/],
  ['cut.zst', zstdCompressSync('some text').subarray(0, 15), /cut\.zst .*: Not enough input bytes$/],
  ['zeros.zst', Buffer.concat([zstdCompressSync('some text'), Buffer.alloc(8)]), /zeros\.zst .*: Invalid magic prefix/],
  ['some.bz2', Buffer.from('plain'), /some\.bz2 \(offset=0/],
  ['long', Buffer.alloc(101 * 1024 ** 2, 'x'), /^HIVE_CURSOR_ERROR: Failed to read file at s3:\/\/logs\/.*\/long$/]
]

for (const [name, bytes, expected] of damaged) {
  test(`${name} makes a query fail that reads it`, async () => {
    await using place = await placeWith({ [`2023/10/01/05/${name}`]: bytes, '2023/10/01/06/good': 'one\n' })
    const { Status } = await place.run("SELECT line FROM telemetry WHERE day = '2023/10/01' AND hour >= '06'", {
      WorkGroup: 'analysts'
    })
    assert.equal(Status!.State, 'SUCCEEDED')
    const failed = await place.run("SELECT line FROM telemetry WHERE day = '2023/10/01'", { WorkGroup: 'analysts' })
    const { State, AthenaError, StateChangeReason } = failed.Status!
    assert.deepEqual(
      [State, AthenaError!.ErrorCategory, AthenaError!.ErrorType, AthenaError!.Retryable],
      ['FAILED', 2, 1002, false]
    )
    assert.match(StateChangeReason!, expected)
    const path = `'s3://logs/telemetry/2023/10/01/05/${name}'`
    const sql = `SELECT line FROM telemetry WHERE day = '2023/10/01' AND "$path" NOT IN (${path})`
    assert.equal((await place.run(sql, { WorkGroup: 'analysts' })).Status!.State, 'SUCCEEDED')
  })
}

test('a statement that is wrong fails in the words of Athena', async () => {
  await using place = await placeWith({})
  const failure = (sql: string): Promise<string> => failureOf(place.athena.execute(sql, database))
  assert.match(await failure('SELECT * FROM nope'), /TABLE_NOT_FOUND: .*'awsdatacatalog.iot_logs.nope' does not exist/)
  assert.match(await failure('SELECT nope FROM telemetry'), /COLUMN_NOT_FOUND: .*Column 'nope' cannot be resolved/)
  assert.match(await failure('SELECT nope(1)'), /FUNCTION_NOT_FOUND/)
  assert.match(await failure('SELECT 1 +'), /SYNTAX_ERROR/)
  assert.match(await failure("SELECT CAST(line AS bigint) FROM (VALUES ('x')) AS t(line)"), /INVALID_CAST_ARGUMENT/)
  assert.match(
    await failure(telemetryTable.replace("'-1'", "'-1', 'escape.delim' = '1'").replace('.telemetry', '.other')),
    /no failure/
  )
  assert.match(await failure('SELECT * FROM other'), /HIVE_INVALID_METADATA: .*escape.delim/)
  assert.match(await failure(telemetryTable.replace("telemetry/'\nTBL", "telemetry'\nTBL")), /LOCATION must be/)
  const lost = place.athena.execute('SELECT * FROM telemetry', { database: 'gone' })
  assert.match(await failureOf(lost), /SCHEMA_NOT_FOUND: .*Schema 'gone' does not exist/)
})

test('a parameter stands in a WHERE clause, as itself', async () => {
  await using place = await placeWith({ '2023/10/01/05/a': "it's 100% a_b\\c; -- ?\nother" })
  const sql = "SELECT line /* '?' */ FROM telemetry WHERE day = ? AND line <> '?' AND strpos(line, ?) > 0 -- ?"
  for (const text of ["it's", '100%', 'a_b', '\\c', ';', '--', '?', 'a_b\\c; -- ?']) {
    const parameters = ["'2023/10/01'", `'${text.replaceAll("'", "''")}'`]
    const { rows } = await place.athena.execute(sql, { ...database, parameters })
    assert.deepEqual(rows, [["it's 100% a_b\\c; -- ?"]], text)
  }
  const run = (text: string, ...parameters: string[]) =>
    failureOf(place.athena.execute(text, { ...database, parameters }))
  assert.match(await run('SELECT ? FROM telemetry', "'a'"), /only in a WHERE clause, not after SELECT/)
  assert.match(await run(sql, "'a'"), /INVALID_PARAMETER_USAGE: .*expected 2 but found 1/)
  assert.match(await run('SELECT 1', "'a'"), /INVALID_PARAMETER_USAGE: .*expected 0 but found 1/)
})

test('a day of 20 MB is read within seconds', async () => {
  const [random, fleet] = [createRandom(1), createFleet(50)]
  const objects: Record<string, Buffer> = {}
  for (let number = 0; number < 192; number++) {
    const lines = Array.from({ length: 280 }, (_, at) => telemetryLine(random, random.pick(fleet), at))
    objects[`2023/10/01/${String(number % 24).padStart(2, '0')}/${number}.gz`] = gzipSync(lines.join('\n'))
  }
  await using place = await placeWith(objects)
  const started = performance.now()
  const sql = `SELECT json_extract_scalar(line, '$.thingName') AS thing, count(*) AS lines FROM telemetry
    WHERE day = '2023/10/01' GROUP BY 1 ORDER BY 2 DESC, 1`
  const { rows } = await place.athena.execute(sql, database)
  const seconds = (performance.now() - started) / 1000
  assert.equal(
    rows.reduce((sum, [, lines]) => sum + Number(lines), 0),
    192 * 280
  )
  assert.ok(seconds < 15, `${seconds} s`)
})
