import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store } from '../../../worker/contract/store.ts'
import { findNewestDay } from '../../../worker/export/newest-day.ts'
import { memoryBucket, memoryScheme } from '../../support/memory-store.ts'

const never = (): boolean => false
const { signal } = new AbortController()
let buckets = 0

function storeOf(keys: readonly string[]): Store {
  const name = `newest-${buckets++}`
  for (const key of keys) memoryBucket(name).set(key, Buffer.from('x'))
  return memoryScheme.openStore({ url: `memory://${name}` })
}

function find(template: string, ...keys: string[]): ReturnType<typeof findNewestDay> {
  return findNewestDay(storeOf(keys), template, never, signal)
}

describe('the newest day with objects', () => {
  const hourly = 'telemetry/{yyyy}/{MM}/{dd}/{HH}/'

  it('the newest day is found in each usual layout', async () => {
    const cases: [template: string, day: string, older: string, newer: string][] = [
      [hourly, 'telemetry/2023/10/05/', 'telemetry/2023/09/30/23/a', 'telemetry/2023/10/05/00/a'],
      ['{yyyy}/{MM}/{dd}/', '2023/10/05/', '2022/12/31/a', '2023/10/05/a'],
      ['a/dt={yyyy}-{MM}-{dd}/', 'a/dt=2023-10-05/', 'a/dt=2023-10-04/a', 'a/dt=2023-10-05/a'],
      ['a/{yyyy}/{MM}/{dd}/logs/', 'a/2023/10/05/', 'a/2023/10/04/logs/a', 'a/2023/10/05/logs/a'],
      ['a/app-{yyyy}-{MM}-{dd}', 'a/app-2023-10-05', 'a/app-2023-10-04.gz', 'a/app-2023-10-05.gz'],
      ['a/{yyyy}/{M}/{d}/', 'a/2023/10/5/', 'a/2023/9/30/a', 'a/2023/10/5/a'],
      ['*/{yyyy}/{MM}/{dd}/', 'b/2023/10/05/', 'c/2023/10/04/a', 'b/2023/10/05/a']
    ]
    for (const [template, prefix, older, newer] of cases) {
      const expected = { newest: { day: '2023-10-05', prefix }, nearest: [] }
      assert.deepEqual(await find(template, older, newer), expected, template)
    }
  })

  it('a day without keys of the layout is not the newest', async () => {
    const keys = ['telemetry/2023/10/04/07/a', 'telemetry/2023/10/05/notes.txt', 'telemetry/latest/a']
    assert.equal((await find(hourly, ...keys)).newest?.day, '2023-10-04')
    const isSkipped = ({ key }: { key: string }): boolean => key.startsWith('telemetry/2023/10/04/')
    const skipping = await findNewestDay(storeOf(keys), hourly, isSkipped, signal)
    assert.equal(skipping.newest, null)
  })

  it('keys of another form are named where the layout and the keys part', async () => {
    const nearestOf = async (template: string, ...keys: string[]): Promise<readonly string[]> => {
      const { newest, nearest } = await find(template, ...keys)
      assert.equal(newest, null)
      return nearest
    }
    assert.deepEqual(await nearestOf(hourly, 'a/x', 'telemetry/2023-10-01/a', 'z'), ['telemetry/2023-10-01/a'])
    assert.deepEqual(await nearestOf(hourly, 'a/x', 'telemetrie/2023/a', 'z'), ['telemetrie/2023/a'])
    assert.deepEqual(await nearestOf(hourly, 'x/1', 'x/2', 'x/3', 'x/4'), ['x/1', 'x/2', 'x/3'])
    assert.deepEqual(await nearestOf('a/b/{yyyy}/{MM}/{dd}/', 'a/c', 'z'), ['a/c'])
    assert.deepEqual(await nearestOf(hourly), [])
  })

  it('a layout whose greatest prefix is not the newest day gives no answer', async () => {
    assert.deepEqual(await find('{dd}/{MM}/{yyyy}/', '01/10/2023/a'), { newest: null, nearest: [] })
  })

  it('the search is bounded, whatever lies below the prefix', async () => {
    const store = storeOf([])
    let lists = 0
    const endless: Store = Object.assign(Object.create(store) as Store, {
      listFolders: async function* (prefix: string) {
        lists++
        const isYear = prefix === 'telemetry/'
        for (let page = 0; ; page++) {
          lists++
          yield Array.from({ length: 90 }, (_, at) => `${prefix}${isYear ? 1900 + at + page : 10 + at}/`)
        }
      },
      list: async function* () {
        for (;;) {
          lists++
          yield [{ key: 'telemetry/nothing', size: 1 }]
        }
      }
    })
    assert.equal((await findNewestDay(endless, hourly, never, signal)).newest, null)
    assert.ok(lists < 120, `${lists} listings`)
  })
})
