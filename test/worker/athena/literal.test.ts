import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { quotedName, textLiteral } from '../../../worker/athena/literal.ts'
import { fillStatement } from '../../../worker/athena/placeholders.ts'

describe('a text as a literal', () => {
  it('a literal is one value with exactly the given text', async () => {
    const engine = await DuckDBInstance.create()
    const connection = await engine.connect()
    const odd = fc.constantFrom(
      "'",
      "''",
      '"',
      '%',
      '_',
      '\\',
      ';',
      '--',
      '?',
      '\\n',
      '\n',
      '/*',
      '*/',
      "\\'",
      '\u00e4'
    )
    const text = fc.array(fc.oneof(odd, fc.string({ maxLength: 4 })), { maxLength: 8 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        // DuckDB takes a NUL for the end of a statement.
        fc.pre(!value.includes('\0'))
        const rows = (await connection.runAndReadAll(`SELECT ${textLiteral(value)}`)).getRows()
        assert.deepEqual(rows, [[value]])
      }),
      { numRuns: 300 }
    )
    connection.closeSync()
    engine.closeSync()
  })
})

describe('a name of the configuration', () => {
  it('a plain name is quoted, and any other is rejected', () => {
    assert.equal(quotedName('iot_logs2'), '"iot_logs2"')
    for (const name of ['', 'a"b', 'a-b', 'A', 'a b', 'a.b', 'ä']) assert.throws(() => quotedName(name), /Not a name/)
  })
})

describe('the places of a statement', () => {
  it('names and locations that fill a statement can not change it', () => {
    const sql = `FROM "\${database}"."t" LOCATION '\${location}t/' '\${day}'`
    assert.equal(
      fillStatement(sql, { database: 'logs', location: 's3://my-logs/iot/' }),
      `FROM "logs"."t" LOCATION 's3://my-logs/iot/t/' '\${day}'`
    )
    assert.throws(() => fillStatement(sql, { database: 'a"; DROP' }), /Not a name/)
    for (const location of ["s3://a/' x/", 's3://a', 'file:///a/', `s3://a/\${day}/`]) {
      assert.throws(() => fillStatement(sql, { database: 'a', location }), /Not a location/)
    }
  })
})
