import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AthenaPlace, startPlace } from './clients.ts'

/** What Trino 435 answers: https://trino.io/docs/435/functions.html */
const answers: readonly (readonly [string, ...(string | null)[]])[] = [
  ['json_extract_scalar(\'{"a":{"b":[1,"x"]}}\', \'$.a.b[1]\')', 'x'],
  ['json_extract_scalar(\'{"a-b":true}\', \'$["a-b"]\')', 'true'],
  [
    "json_extract_scalar('{\"a\":{}}', '$.a'), json_extract_scalar('no JSON', '$.a'), json_extract_scalar('{}', '$.a')",
    null,
    null,
    null
  ],
  ["json_extract('{\"a\":[1, 2]}', '$.a')", '[1,2]'],
  [
    'json_extract_scalar(\'{"a":"x","b":7,"c":\', \'$.a\'), json_extract_scalar(\'{"a":"x","b":7,"c":\', \'$["b"]\')',
    'x',
    '7'
  ],
  ['TRY(json_parse(\'{"a":1,"b":\')), TRY(json_parse(\'{"a":1} {}\'))', null, null],
  ['from_unixtime(1696118400.5)', '2023-10-01 00:00:00.500 UTC'],
  ["to_unixtime(from_iso8601_timestamp('2023-10-01T09:00:00.250+09:00'))", '1.69611840025E9'],
  [
    "CAST(from_iso8601_timestamp('2018-12-20T02:59:40,123999+09:00') AT TIME ZONE 'UTC' AS timestamp(3))",
    '2018-12-19 17:59:40.123'
  ],
  [
    "CAST(parse_datetime('06/Feb/2019:00:00:38 -0230', 'dd/MMM/yyyy:HH:mm:ss Z') AT TIME ZONE 'UTC' AS timestamp(3))",
    '2019-02-06 02:30:38.000'
  ],
  ["cardinality(TRY_CAST(json_extract('{\"a\":[1,{}]}', '$.a') AS array(json)))", '2'],
  ["date_parse('2023/10/01 05:06', '%Y/%m/%d %H:%i')", '2023-10-01 05:06:00.000'],
  ["date_format(timestamp '2023-10-01 05:06:07', '%Y/%m/%d %H:%i:%s')", '2023/10/01 05:06:07'],
  ["format_datetime(from_unixtime(0), 'yyyy-MM-dd HH:mm')", '1970-01-01 00:00'],
  ["date_trunc('hour', timestamp '2023-10-01 05:06:07')", '2023-10-01 05:00:00.000'],
  ["date_diff('minute', timestamp '2023-10-01 05:06:07', timestamp '2023-10-01 06:06:07')", '60'],
  ["date_add('hour', -1, timestamp '2023-10-01 05:06:07')", '2023-10-01 04:06:07.000'],
  ["TRY(CAST('x' AS bigint)), try_cast('7' AS bigint)", null, '7'],
  ["regexp_like('abc', '^a.c$'), regexp_extract('abc', 'b(.)', 1), regexp_extract('abc', 'x')", 'true', 'c', null],
  ["regexp_replace('a1b2', '(\\d)', '<$1>')", 'a<1>b<2>'],
  ["split_part('a,b', ',', 2), split_part('a,b', ',', 3)", 'b', null],
  ["cardinality(split('a,b', ',')), element_at(ARRAY[1, 2], 2)", '2', '2'],
  ["to_hex(md5(to_utf8('a'))), to_hex(to_utf8('ü'))", '0CC175B9C0F1B6A831C399E269772661', 'C3BC'],
  ["strpos('a.b.c', '.'), strpos('a.b.c', '.', 2), chr(1) || 'x'", '2', '4', '\x01x'],
  ['7 / 2, 7 / 2.0e0, 10000000.0e0, 0.0001e0', '3', '3.5', '1.0E7', '1.0E-4'],
  ["array_join(ARRAY['a', NULL, 'b'], '-'), contains(ARRAY[1], 1)", 'a-b', 'true'],
  ["date '2023-10-01', true, CAST(1.50 AS decimal(5, 2))", '2023-10-01', 'true', '1.50'],
  ["ARRAY['a', 'b'], MAP(ARRAY['k'], ARRAY[1])", '[a, b]', '{k=1}']
]

let place: AthenaPlace
before(async () => {
  place = await startPlace()
})
after(() => place[Symbol.asyncDispose]())

for (const [sql, ...expected] of answers) {
  test(`SELECT ${sql}`, async () => {
    const { rows } = await place.athena.execute(`SELECT ${sql}`)
    assert.deepEqual(rows, [expected])
  })
}

test('aggregates take FILTER, and the exact ones stand in for the approximate', async () => {
  const sql = `SELECT approx_distinct(x) FILTER (WHERE x > 1) AS some, count(*) FILTER (WHERE x > 1), max_by(y, x),
      array_agg(y ORDER BY x)
    FROM (VALUES (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')) AS t(x, y)`
  const { columns, rows } = await place.athena.execute(sql)
  assert.deepEqual(columns, ['some', '_col1', '_col2', '_col3'])
  assert.deepEqual(rows, [['2', '3', 'd', '[a, b, c, d]']])
})
