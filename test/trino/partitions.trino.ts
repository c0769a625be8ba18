import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { tableOf } from '../../worker/athena/table.ts'
import { tableStatement } from '../../worker/athena/table-statement.ts'
import { prefixAt } from '../../worker/contract/layout.ts'
import { hourMs } from '../../worker/contract/window.ts'
import { configWithCategories } from '../support/configurations.ts'
import { createTable } from './metastore.ts'
import { running } from './running.ts'
import { database, logsBucket } from './system.ts'
import { clearLogs, createCategoryTables, keysReadBy, putLog } from './tables.ts'

/*
 * Partition projection: a query reads the objects of the days and hours it names, and no others.
 */

const layouts: Readonly<Record<string, string>> = {
  hive: 'l1/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
  joined: 'l2/{yyyy}{MM}{dd}/',
  balancer: 'l3/AWSLogs/123456789012/elasticloadbalancing/ap-northeast-1/{yyyy}/{MM}/{dd}/',
  dashes: 'l4/dt={yyyy}-{MM}-{dd}/{HH}/',
  around: 'l5/{yyyy}/{MM}/{dd}/x-{HH}/y/',
  letters: 'l6/D{yyyy}.{MM}.{dd}Z/H{HH}h/',
  safe: 'l7/{yyyy}_{MM}_{dd}/(a)!/',
  words: 'l8/{yyyy}/month/{MM}/the-day/{dd}/'
}

describe('partitions', () => {
  before(() => {
    clearLogs()
    createCategoryTables()
    for (const place of ['30/23', '31/00', '31/01', '31/23']) putLog(`telemetry/2023/08/${place}/o`, `${place}\n`)
  })

  const lines = async (condition: string, parameters: readonly string[] = []): Promise<unknown[]> => {
    const sql = `SELECT line FROM ${database}.telemetry WHERE ${condition}`
    return (await running().trino.run(sql, parameters)).rows.map(([line]) => line).sort()
  }

  it('are those that the conditions of an export name', async () => {
    const condition = '(day = ? AND hour IN (?, ?) OR day = ? AND hour IN (?))'
    const values = ['2023/08/30', '22', '23', '2023/08/31', '00'].map((value) => `'${value}'`)
    const keys = await keysReadBy(async () => assert.deepEqual(await lines(condition, values), ['30/23', '31/00']))
    assert.deepEqual(keys, ['telemetry/2023/08/30/23/o', 'telemetry/2023/08/31/00/o'])
  })

  it('are those that the conditions of a saved query name', async () => {
    const condition = `day BETWEEN ? AND ? AND hour BETWEEN ? AND ? AND concat(day, 'T', hour) BETWEEN ? AND ?`
    const values = ['2023/08/30', '2023/08/31', '00', '23', '2023/08/30T23', '2023/08/31T00'].map((one) => `'${one}'`)
    const keys = await keysReadBy(async () => assert.deepEqual(await lines(condition, values), ['30/23', '31/00']))
    assert.deepEqual(keys, ['telemetry/2023/08/30/23/o', 'telemetry/2023/08/31/00/o'])
  })

  it('read nothing, and say nothing, for days out of range or in another form', async () => {
    for (const day of ['2019/12/31', '2199/01/01', '2023-08-31', '2023/8/31', '2023/08/31/']) {
      putLog(`telemetry/${day}/00/o`, 'out of range\n')
      const keys = await keysReadBy(async () => assert.deepEqual(await lines('day = ?', [`'${day}'`]), [], day))
      assert.deepEqual(keys, [])
    }
  })

  it('reach from 2020 to tomorrow', async () => {
    const days = ['2020/01/01', ...[-1, 0, 1].map((days) => dayAfter(days))]
    for (const day of days) {
      putLog(`telemetry/${day}/00/o`, `${day}\n`)
      assert.deepEqual(await lines('day = ?', [`'${day}'`]), [day])
    }
  })

  for (const [table, layout] of Object.entries(layouts)) {
    it(`are found by the layout ${layout}`, async () => {
      const { environments } = configWithCategories({ [table]: { layout, format: 'lines', table } })
      const category = environments.get('dev')!.categories.get(table)!
      const places = { database, location: `s3://${logsBucket}/` }
      createTable(running().s3, fillStatement(tableStatement(category), places))
      const timeMs = Date.UTC(2023, 8, 1, 5)
      const step = category.layout.hasHours ? hourMs : 24 * hourMs
      for (const at of [-step, 0, step]) putLog(`${prefixAt(category.layout, timeMs + at)}o`, `${at}\n`)
      const known = tableOf(category)
      assert.ok('partitioning' in known)
      const { day, hour } = known.partitioning.of(timeMs)
      const values = [day, ...(hour === undefined ? [] : [hour])]
      const condition = hour === undefined ? 'day = ?' : 'day = ? AND hour = ?'
      const sql = `SELECT line, "$path" FROM ${database}.${table} WHERE ${condition}`
      const literals = values.map((value) => `'${value}'`)
      const { rows } = await running().trino.run(sql, literals)
      assert.deepEqual(rows, [['0', `s3://${logsBucket}/${prefixAt(category.layout, timeMs)}o`]])
    })
  }
})

const dayAfter = (days: number): string =>
  new Date(Date.now() + days * 24 * hourMs).toISOString().slice(0, 10).replaceAll('-', '/')
