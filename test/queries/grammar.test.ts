import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { filesOf } from '../../worker/athena/saved-queries.ts'
import { tableStatement } from '../../worker/athena/table-statement.ts'
import { allLinesStatement } from '../../worker/athena/view.ts'
import { parseConfig } from '../../worker/contract/config.ts'
import { referenceDocument } from '../support/configurations.ts'
import { recordViews } from './record-day.ts'
import { openSqlParsers } from './sql-parser.ts'

const places = { database: 'iot_logs', location: 's3://dev-iot-logs/' }

describe('every statement is well-formed', () => {
  let parsers: Awaited<ReturnType<typeof openSqlParsers>>
  before(async () => {
    parsers = await openSqlParsers()
  })

  for (const folder of ['tables/', 'views/', '']) {
    for (const [name, text] of Object.entries(filesOf(new URL(`../../queries/${folder}`, import.meta.url)))) {
      const dialect = folder === 'tables/' ? 'hive' : 'trino'
      it(`queries/${folder}${name}, as ${dialect} has it`, () => {
        assert.deepEqual(parsers[dialect].validate(fillStatement(text, places)), [])
      })
    }
  }

  for (const { name, statement } of recordViews) {
    it(`the view ${name}, as trino has it`, () => {
      assert.deepEqual(parsers.trino.validate(fillStatement(statement, places)), [])
    })
  }

  it('and the table of a layout with words between its numbers', () => {
    const document = referenceDocument()
    document.categories.telemetry.layout = 'year={yyyy}/month={MM}/day={dd}/hour={HH}/'
    const environment = parseConfig(document).environments.get('dev')!
    const statement = tableStatement(environment.categories.get('telemetry')!)
    assert.match(statement, /'yyyy\\'\/month=\\'MM/)
    assert.deepEqual(parsers.hive.validate(fillStatement(statement, places)), [])
    assert.deepEqual(parsers.trino.validate(fillStatement(allLinesStatement(environment), places)), [])
  })

  it('and the parsers find what is not', () => {
    assert.notDeepEqual(parsers.trino.validate('SELECT FROM WHERE'), [])
    assert.notDeepEqual(parsers.hive.validate('CREATE EXTERNAL TABLE t (line) LOCATION'), [])
  })
})
