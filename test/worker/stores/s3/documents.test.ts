import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Records } from '../../../../worker/contract/documents.ts'
import { type ErrorCode, IotLogError } from '../../../../worker/contract/errors.ts'
import type { StoreSettings } from '../../../../worker/contract/store.ts'
import { openRecords } from '../../../../worker/stores/open-documents.ts'
import type { Fault, FaultAction } from '../../../stand-ins/s3/faults.ts'
import { serveS3 } from '../../../support/s3-bucket.ts'

const server = await serveS3({ buckets: { 'of-another': { owner: '222222222222' } } })
const [one, two, three] = ['one', 'two', 'three'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]
const concurrency = 8

describe('records', { concurrency }, () => {
  it('are created once, replaced by version, read and removed', async () => {
    await using records = openHere()
    assert.equal(await records.read('jobs/a.json'), undefined)
    const version = await records.create('jobs/a.json', one)
    assert.ok(version)
    assert.equal(await records.create('jobs/a.json', two), undefined)
    assert.deepEqual(await records.read('jobs/a.json'), { bytes: one, version })
    const next = await records.replace('jobs/a.json', two, version)
    assert.ok(next && next !== version)
    assert.equal(await records.replace('jobs/a.json', three, version), undefined)
    assert.deepEqual(await records.read('jobs/a.json'), { bytes: two, version: next })
    await records.remove('jobs/a.json')
    await records.remove('jobs/a.json')
    assert.equal(await records.read('jobs/a.json'), undefined)
    assert.equal(await records.replace('jobs/a.json', three, next), undefined)
  })

  it('are listed below a prefix, in order, at most so many', async () => {
    await using records = openHere()
    for (const key of ['jobs/b', 'jobs/a', 'jobs/c/d', 'other/e']) await records.create(key, one)
    assert.deepEqual(await records.list('jobs/', 10), ['jobs/a', 'jobs/b', 'jobs/c/d'])
    assert.deepEqual(await records.list('jobs/', 2), ['jobs/a', 'jobs/b'])
    assert.deepEqual(await records.list('jobs/', 2, 'jobs/a'), ['jobs/b', 'jobs/c/d'])
    assert.deepEqual(await records.list('jobs/', 2, 'jobs/c/e'), [])
    assert.deepEqual(await records.list('none/', 2), [])
  })

  it('may be empty', async () => {
    await using records = openHere()
    await records.create('jobs/a', Buffer.alloc(0))
    assert.equal((await records.read('jobs/a'))?.bytes.length, 0)
  })

  it('are changed by one of many at once', async () => {
    await using first = openHere()
    const all = Array.from({ length: 20 }, () => openRecords(first.settings))
    const created = await Promise.all(all.map((records, at) => records.create('a', Buffer.from(`${at}`))))
    assert.equal(created.filter(Boolean).length, 1)
    const { version } = (await all[0]!.read('a'))!
    const replaced = await Promise.all(
      all.map((records, at) => records.replace('a', Buffer.from(`new ${at}`), version))
    )
    assert.equal(replaced.filter(Boolean).length, 1)
    const winner = replaced.findIndex(Boolean)
    assert.deepEqual(await all[0]!.read('a'), { bytes: Buffer.from(`new ${winner}`), version: replaced[winner] })
    await Promise.all(all.map((records) => records[Symbol.asyncDispose]()))
  })
})

describe('records of an S3 that', { concurrency }, () => {
  const passing: readonly (readonly [string, FaultAction, number])[] = [
    ['answers SlowDown', { kind: 'error', code: 'SlowDown' }, 2],
    ['answers InternalError', { kind: 'error', code: 'InternalError' }, 2],
    ['refuses connections', { kind: 'refuse-connection' }, 2],
    ['loses answers', { kind: 'lost-answer' }, 2],
    ['does not answer', { kind: 'hang' }, 1]
  ]
  for (const [name, action, times] of passing) {
    it(`${name} for a while are written and read all the same`, async () => {
      await using records = openHere(3_000)
      const troubled = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
        using trouble = records.trouble({ operation, times, action })
        const given = await call()
        assert.ok(trouble.requests() > times, `${operation} was asked once`)
        return given
      }
      const version = await troubled('PutObject', () => records.create('a', one))
      assert.ok(version)
      const next = await troubled('PutObject', () => records.replace('a', two, version))
      assert.ok(next)
      assert.deepEqual(await troubled('GetObject', () => records.read('a')), { bytes: two, version: next })
      assert.deepEqual(await troubled('ListObjectsV2', () => records.list('', 5)), ['a'])
      await troubled('DeleteObject', () => records.remove('a'))
      assert.equal(await records.read('a'), undefined)
    })
  }

  for (const action of [
    { kind: 'cut', afterBytes: 1 },
    { kind: 'reset', afterBytes: 2 },
    { kind: 'hang', afterBytes: 1 }
  ] as const) {
    it(`breaks the body of an answer (${action.kind}) are read whole`, async () => {
      await using records = openHere(3_000)
      const version = await records.create('a', one)
      using _ = records.trouble({ operation: 'GetObject', times: 2, action })
      assert.deepEqual(await records.read('a'), { bytes: one, version })
    })
  }

  it('loses the answer to a write tell a win of one’s own from that of another', async () => {
    await using mine = openHere(3_000)
    await using other = openRecords(mine.settings)
    await other.create('taken', two)
    const lost = { operation: 'PutObject', times: 1, action: { kind: 'lost-answer' } } as const
    using _ = mine.trouble({ ...lost, key: 'below/a' })
    using _taken = mine.trouble({ ...lost, key: 'below/taken' })
    assert.ok(await mine.create('a', one))
    assert.equal(await mine.create('taken', one), undefined)
    const { version } = (await mine.read('a'))!
    await other.replace('a', two, version)
    using _again = mine.trouble({ ...lost, key: 'below/a' })
    assert.equal(await mine.replace('a', three, version), undefined)
    assert.deepEqual((await mine.read('a'))!.bytes, two)
  })

  it('sees two writes at once (409) take it as lost', async () => {
    await using records = openHere()
    const version = await records.create('a', one)
    using _ = records.trouble({
      operation: 'PutObject',
      action: { kind: 'error', code: 'ConditionalRequestConflict', status: 409 }
    })
    assert.equal(await records.create('b', one), undefined)
    assert.equal(await records.replace('a', two, version!), undefined)
  })

  const final: readonly (readonly [string, FaultAction, ErrorCode, RegExp])[] = [
    ['denies', { kind: 'error', code: 'AccessDenied' }, 'denied', /Access denied: s3:\/\/records-.* it needs s3:/],
    ['has no such bucket', { kind: 'error', code: 'NoSuchBucket' }, 'unavailable', /There is no bucket records-/],
    ['refuses all the time', { kind: 'error', code: 'SlowDown' }, 'unavailable', /failed: s3:\/\/records-/],
    ['is silent', { kind: 'hang' }, 'unavailable', /failed: s3:\/\/records-/],
    ['loses every answer', { kind: 'lost-answer' }, 'unavailable', /failed: s3:\/\/records-/]
  ]
  for (const [name, action, code, text] of final) {
    it(`${name} fail with the reason, within the patience`, async () => {
      await using records = openHere(600)
      using _ = records.trouble({ action })
      const calls: readonly (() => Promise<unknown>)[] = [
        () => records.read('a'),
        () => records.create('a', one),
        () => records.replace('a', one, '"x"'),
        () => records.remove('a'),
        () => records.list('', 1)
      ]
      for (const call of calls) {
        const startedMs = performance.now()
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof IotLogError, String(error))
          assert.equal(error.code, code, `${call} ${error.message}`)
          assert.match(error.message, text)
          return true
        })
        assert.ok(performance.now() - startedMs < 2_000, 'it took too long')
      }
    })
  }

  it('belongs to another account are not read', async () => {
    await using records = openRecords({ url: 's3://of-another', account: '111111111111' })
    await assert.rejects(records.read('a'), { code: 'denied' })
  })

  it('holds something else there refuse what is too large to be a record', async () => {
    await using records = openHere()
    server.put(records.bucket, 'below/a', Buffer.alloc(5 * 1024 ** 2))
    await assert.rejects(records.read('a'), /Not a record, it has 5242880 bytes: s3:\/\/records-/)
  })
})

describe('opening records', () => {
  it('takes buckets only', () => {
    assert.throws(() => openRecords({ url: 'file:///tmp' }), {
      code: 'wrong-config',
      message: /Job records need a bucket, not file:\/\/\/tmp: set .* output\.store/
    })
    assert.throws(() => openRecords({ url: 's3://B' }), { code: 'wrong-config' })
  })
})

interface OwnRecords extends Records {
  readonly settings: StoreSettings
  readonly bucket: string
  /** A fault upon this test's bucket; counts the requests that it may have met. */
  trouble(fault: Fault): Disposable & { requests(): number }
}

let buckets = 0

/** Records below a prefix of a bucket of their own. */
function openHere(patienceMs = 2_000): OwnRecords {
  const bucket = `records-${buckets++}`
  server.createBucket(bucket)
  const settings = { url: `s3://${bucket}/below`, patienceMs }
  const records = openRecords(settings)
  return {
    settings,
    bucket,
    read: (key) => records.read(key),
    create: (key, bytes) => records.create(key, bytes),
    replace: (key, bytes, version) => records.replace(key, bytes, version),
    remove: (key) => records.remove(key),
    list: (...given) => records.list(...given),
    [Symbol.asyncDispose]: () => records[Symbol.asyncDispose](),
    trouble: (fault) => {
      const own = { ...fault, bucket }
      const requests = (): number =>
        server.requests.filter((one) => one.bucket === bucket && one.operation === fault.operation).length
      const before = requests()
      server.faults.add(own)
      return { requests: () => requests() - before, [Symbol.dispose]: () => server.faults.remove(own) }
    }
  }
}
