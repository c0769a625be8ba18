import { before, describe } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { putAccessDay } from '../queries/access-day.ts'
import { places } from '../queries/analyst-day.ts'
import type { AnalystEngine } from '../queries/answers.ts'
import { testRecordQueries } from '../queries/record-answers.ts'
import { putRecordDay, recordTables, recordViews } from '../queries/record-day.ts'
import { testRecordViews } from '../queries/record-parity.ts'
import { createTable } from './metastore.ts'
import { running } from './running.ts'
import { clearLogs, keysReadBy } from './tables.ts'

/*
 * The views of records say on Trino what the parsers say.
 */

describe('record views', () => {
  before(async () => {
    clearLogs()
    const { s3, trino } = running()
    putRecordDay(s3)
    putAccessDay(s3)
    for (const statement of recordTables) createTable(s3, fillStatement(statement, places))
    for (const { statement } of recordViews) await trino.run(fillStatement(statement, places))
  })

  const engine = (): Pick<AnalystEngine, 'run'> => ({
    run: async (sql, parameters) => {
      let rows: readonly (readonly unknown[])[] = []
      const read = await keysReadBy(async () => {
        rows = (await running().trino.run(sql, parameters)).rows
      })
      return { rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))), read }
    }
  })
  testRecordViews(engine)
  testRecordQueries(engine)
})
