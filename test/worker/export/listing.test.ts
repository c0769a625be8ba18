import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../../worker/contract/key-order.ts'
import { createKeyReader } from '../../../worker/contract/layout-key.ts'
import { parseRequest } from '../../../worker/contract/parse-request.ts'
import { listObjects } from '../../../worker/export/listing.ts'
import { planCategories } from '../../../worker/export/plan.ts'
import { openStore } from '../../../worker/stores/open-store.ts'
import { configWithCategories } from '../../support/configurations.ts'
import { memoryBucket, registerMemoryScheme } from '../../support/memory-store.ts'

registerMemoryScheme()

async function listed(
  keys: readonly string[],
  category: { readonly layout: string; readonly timeZone?: string },
  window: string,
  identifier = 'THING00001',
  ...options: readonly string[]
): Promise<{ readonly keys: string[]; readonly prefixes: readonly string[] }> {
  const bucket = memoryBucket('listing')
  bucket.clear()
  for (const key of keys) bucket.set(key, Buffer.from('x'))
  const config = configWithCategories({ telemetry: category })
  const request = parseRequest([identifier, 'telemetry', window, ...options], config, Date.UTC(2024, 0, 1))
  const environment = config.environments.get(request.environment)!
  await using store = openStore({ url: 'memory://listing' })
  using listing = await listObjects(store, planCategories(request, environment), AbortSignal.timeout(10_000))
  const [only] = listing.categories
  const found: string[] = []
  for await (const page of only!.pages()) found.push(...page.map(({ key }) => key))
  assert.equal(found.length, only!.objects)
  return { keys: found, prefixes: only!.prefixes }
}

describe('the listing of a layout with names', () => {
  it('a * stands for one segment, alone or with text around it', async () => {
    const keys = [
      'AWSLogs/1/x/2023/10/01/a',
      'AWSLogs/2/x/2023/10/01/a',
      'AWSLogs/2/x/2023/10/02/a',
      'AWSLogs/2/y/x/2023/10/01/a',
      'AWSLogs/x/2023/10/01/a'
    ]
    const star = await listed(keys, { layout: 'AWSLogs/*/x/{yyyy}/{MM}/{dd}/' }, '2023/10/01')
    assert.deepEqual(star.keys, keys.slice(0, 2))
    assert.deepEqual(
      star.prefixes,
      ['1', '2', 'x'].map((name) => `AWSLogs/${name}/x/2023/10/01/`)
    )
    const hive = ['t/dev=a/dt=2023-10-01/1', 't/dev=b/dt=2023-10-01/1', 't/dex=b/dt=2023-10-01/1']
    const partial = await listed(hive, { layout: 't/dev=*/dt={yyyy}-{MM}-{dd}/' }, '2023/10/01')
    assert.deepEqual(partial.keys, hive.slice(0, 2))
  })

  it('it gives the same objects as a look at every key, each once and in order', async () => {
    const layouts = [
      '{account}/{yyyy}/{M}/{d}/',
      'a-*-{yyyy}{MM}{dd}/',
      '{yyyy}/{MM}/{dd}/{region}/',
      '*/z/{d}.{M}.{yyyy}/*/'
    ]
    const name = fc.constantFrom('a', 'b-1', 'a-x', 'z', 'é', '', '0')
    const day = fc.constantFrom(
      '2023/10/1',
      '2023/10/01',
      '2023/9/30',
      '20231001',
      '1.10.2023',
      '11.10.2023',
      '01.10.2023'
    )
    const segment = fc.oneof(
      name,
      day,
      fc.tuple(name, day).map(([one, other]) => `a-${one}-${other}`)
    )
    const key = fc.array(segment, { minLength: 2, maxLength: 5 }).map((segments) => segments.join('/'))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { maxLength: 40 }), fc.constantFrom(...layouts), async (keys, layout) => {
        const read = createKeyReader({ template: layout, hasHours: false })
        const expected = keys.filter((one) => read(one)?.timeMs === Date.UTC(2023, 9, 1)).sort(compareKeys)
        assert.deepEqual((await listed(keys, { layout }, '2023/10/01')).keys, expected)
      }),
      { numRuns: 300 }
    )
  })

  it('a day of UTC is found in folders of local days', async () => {
    const keys = ['2023/09/30/a', '2023/10/01/a', '2023/10/02/a', '2023/10/03/a']
    const layout = '{yyyy}/{MM}/{dd}/'
    assert.deepEqual((await listed(keys, { layout, timeZone: 'Asia/Tokyo' }, '2023/10/01')).keys, keys.slice(1, 3))
    assert.deepEqual(
      (await listed(keys, { layout, timeZone: 'America/New_York' }, '2023/10/01')).keys,
      keys.slice(0, 2)
    )
    assert.deepEqual((await listed(keys, { layout, timeZone: 'UTC' }, '2023/10/01')).keys, keys.slice(1, 2))
  })

  it('only the prefixes of the named device are listed', async () => {
    const keys = ['d-1/2023/10/01/a', 'D-1/2023/10/01/a', 'd-10/2023/10/01/a', 'd-2/2023/10/01/a', 'd/1/2023/10/01/a']
    const layout = '{identifier}/{yyyy}/{MM}/{dd}/'
    const own = await listed(keys, { layout }, '2023/10/01', 'd-1')
    assert.deepEqual(own, { keys: ['d-1/2023/10/01/a'], prefixes: ['d-1/2023/10/01/'] })
    const two = await listed(keys, { layout }, '2023/10/01', 'd-2,d-1')
    assert.deepEqual(two.keys, ['d-1/2023/10/01/a', 'd-2/2023/10/01/a'])
    const anyCase = await listed(keys, { layout }, '2023/10/01', 'd-1', 'case=ignore')
    assert.deepEqual(anyCase.keys, ['D-1/2023/10/01/a', 'd-1/2023/10/01/a'])
    for (const odd of ['d/1', '*/*', '...', '{yyyy}', '$&$&']) {
      assert.deepEqual((await listed(keys, { layout }, '2023/10/01', odd)).keys, [], odd)
    }
  })

  it('more than 1,000 names are rejected, with the place', async () => {
    const keys = Array.from({ length: 1001 }, (_, at) => `n/${at}/2023/10/01/a`)
    const layout = 'n/*/{yyyy}/{MM}/{dd}/'
    assert.equal((await listed(keys.slice(1), { layout }, '2023/10/01')).keys.length, 1000)
    await assert.rejects(listed(keys, { layout }, '2023/10/01'), /more than 1,000 prefixes at n\/\*\/2023\/10\/01\//)
  })
})
