import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { dayObjects } from '../../bench/corpus/day.ts'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { queryObstacle } from '../../worker/athena/query-tables.ts'
import { queryValues } from '../../worker/athena/query-values.ts'
import { readSavedQueries } from '../../worker/athena/saved-queries.ts'
import { parseWindow } from '../../worker/contract/parse-window.ts'
import { hourMs } from '../../worker/contract/window.ts'
import { referenceConfig } from '../support/configurations.ts'
import { running } from './running.ts'
import { database } from './system.ts'
import { clearLogs, createCategoryTables, createViews, keysReadBy, putLog, statementsOf } from './tables.ts'

/*
 * Every saved query, asked with the parameters that its header gives as samples, over a sample day; and every view. What
 * they answer is the matter of answers.ts; here it counts that Trino takes them, and that they read their window alone.
 */

const environment = referenceConfig().environments.get('dev')!
const nowMs = Date.UTC(2023, 9, 2)
const things = 200
const partitionOf = (key: string): string => /\d{4}\/\d\d\/\d\d\/\d\d/.exec(key)![0]

describe('on a sample day', () => {
  let lines = 0

  before(async () => {
    clearLogs()
    createCategoryTables()
    await createViews()
    for (const { key, text } of dayObjects({ startMs: Date.UTC(2023, 9, 1), things, textBytes: 4e6, seed: 5 })) {
      putLog(key, gzipSync(text))
      for (const byte of text) if (byte === 0x0a) lines++
    }
  })

  for (const query of [...readSavedQueries().values()].filter((one) => !queryObstacle(one, environment))) {
    it(`${query.name} answers, and reads its window alone`, async (test) => {
      const words = query.parameters.map(({ name, sample }) => `${name}=${sample}`)
      const values = queryValues(query, words, environment, nowMs)
      const windows = query.parameters.filter(({ type }) => type === 'window')
      const allowed = new Set(windows.flatMap(({ sample }) => partitionsOf(sample)))
      const keys = await keysReadBy(async () => {
        const { rows, columns } = await running().trino.run(fillStatement(query.sql, { database }), values)
        test.diagnostic(`${rows.length} rows of ${columns.join(', ')}`)
      })
      assert.ok(keys.length > 0, 'it reads nothing')
      for (const key of keys) assert.ok(allowed.has(partitionOf(key)), key)
      assert.equal(new Set(keys.map(partitionOf)).size, allowed.size, 'it does not read all of its window')
    })
  }

  for (const name of statementsOf('views').keys()) {
    const view = name.replace(/\.sql$/, '')
    it(`the view ${view} has a row for every line of its categories`, async () => {
      const { trino } = running()
      const ofDay = `day = '2023/10/01'`
      const { rows } = await trino.run(`SELECT count(*), count(line) FROM ${database}.${view} WHERE ${ofDay}`)
      const [category] = view.split('_')
      const isOfOne = environment.categories.has(category!)
      const table = isOfOne ? environment.categories.get(category!)!.table : undefined
      const all = isOfOne
        ? (await trino.run(`SELECT count(*) FROM ${database}.${table} WHERE ${ofDay}`)).rows[0]![0]
        : lines
      assert.ok((all as number) > 0)
      assert.deepEqual(rows, [[all, all]])
    })
  }
})

/** The hours of a window, as keys have them. */
function partitionsOf(text: string): string[] {
  const parsed = parseWindow(text, nowMs, 366)
  if ('problem' in parsed) throw new Error(parsed.problem)
  const { fromMs, toMs } = parsed.window
  return Array.from({ length: (toMs - fromMs) / hourMs }, (_, at) =>
    new Date(fromMs + at * hourMs).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/')
  )
}
