import { before, describe } from 'node:test'
import { putAnalystDay } from '../queries/analyst-day.ts'
import { testAnswers } from '../queries/answers.ts'
import { running } from './running.ts'
import { logsBucket } from './system.ts'
import { clearLogs, createCategoryTables, createViews, keysReadBy } from './tables.ts'

/*
 * The saved queries and the views answer on Trino what they answer on the stand-in.
 */

describe('answers', () => {
  before(async () => {
    clearLogs()
    putAnalystDay(running().s3)
    createCategoryTables()
    await createViews()
  })

  testAnswers(() => ({
    run: async (sql, parameters) => {
      let rows: readonly (readonly unknown[])[] = []
      const read = await keysReadBy(async () => {
        rows = (await running().trino.run(sql, parameters)).rows
      })
      return { rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))), read }
    },
    storedBytes: (key) => running().s3.get(logsBucket, key)!.length
  }))
})
