import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { locateObject, locateStore, openDocuments, openStore } from '../../../worker/stores/open-store.ts'
import { storeSettings } from '../../../worker/stores/store-of.ts'
import { testStoreContract } from '../../contracts/store.ts'
import { readArchive } from '../../support/archives.ts'
import { referenceConfig } from '../../support/configurations.ts'
import { memoryDayTexts } from '../../support/memory-day.ts'
import { memoryBucket } from '../../support/memory-store.ts'
import { grepLines } from '../../support/oracle.ts'
import { repository, startCommand } from '../../support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

let buckets = 0

testStoreContract('memory store', async () => {
  const name = `contract-${buckets++}`
  const objects = memoryBucket(name)
  return {
    store: openStore({ url: `memory://${name}/below` }),
    put: async (key, bytes) => void objects.set(`below/${key}`, bytes),
    remove: async (key) => void objects.delete(`below/${key}`),
    everything: async () => [...objects.keys()].map((key) => key.slice('below/'.length)),
    [Symbol.asyncDispose]: async () => objects.clear()
  }
})

describe('store of a third scheme', () => {
  it('a store of a third scheme is read by an export whose threads have loaded the scheme', async () => {
    using here = temporaryDirectory()
    const preload = fileURLToPath(new URL('../../support/memory-day.ts', import.meta.url))
    const words = ['export', 'THING00001', 'telemetry', '2023/10/01', '--source', 'memory://day/logs', '--threads', '3']
    const args = ['--import', preload, `${repository}worker/cli.ts`, ...words, '--output', 'day.zip', '--quiet']
    const { code, stderr } = await startCommand(process.execPath, args, { cwd: here.path }).finished
    assert.deepEqual([code, stderr], [0, ''])
    const files = await readArchive(join(here.path, 'day.zip'))
    const expected = memoryDayTexts.map((text) => grepLines(Buffer.from(text), ['THING00001']))
    assert.deepEqual(files.get('telemetry_20231001.log'), Buffer.concat(expected))
  })

  it('a store of a third scheme gives its own reason when it has no documents', () => {
    assert.throws(() => openDocuments({ url: 'memory://day' }), { code: 'wrong-config', message: /do not see memory:/ })
  })

  it('a store of a third scheme is not the environment’s bucket', () => {
    const environment = {
      ...referenceConfig().environments.get('dev')!,
      source: 's3://logs/a',
      account: '111111111111'
    }
    const variables = { environment: { AWS_REGION: 'eu-west-3' } }
    for (const [url, account] of [
      ['s3://logs/b', '111111111111'],
      ['s3://other', undefined],
      ['memory://logs', undefined]
    ] as const) {
      const settings = storeSettings(url, environment, variables)
      assert.deepEqual([settings.url, settings.account], [url, account])
      assert.equal(settings.region, account === undefined ? 'eu-west-3' : environment.region)
    }
  })
})

describe('URL of a store', () => {
  it('a URL is split into bucket and prefix', () => {
    assert.deepEqual(locateStore('s3://logs/a/b'), { bucket: 'logs', prefix: 'a/b/' })
    assert.deepEqual(locateStore('file:///var/logs'), { bucket: 'file:///var/logs', prefix: '' })
    assert.throws(() => locateStore('ftp://host'), /No store reads ftp:\/\/host/)
  })

  it('a URL is split into store and key for an object, directory or prefix', () => {
    using here = temporaryDirectory()
    assert.deepEqual(locateObject('s3://logs'), { store: 's3://logs', key: '' })
    assert.deepEqual(locateObject('s3://logs/a b/'), { store: 's3://logs', key: 'a b/' })
    assert.deepEqual(locateObject('s3://logs/a/b.zip'), { store: 's3://logs', key: 'a/b.zip' })
    assert.deepEqual(locateObject('file:///no/such/b%20c.zip'), { store: 'file:///no/such', key: 'b c.zip' })
    assert.deepEqual(locateObject('file:///no/such/'), { store: 'file:///no', key: 'such/' })
    assert.match(locateObject(here.url).key, /\/$/)
  })
})
