import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Documents } from '../../../../worker/contract/documents.ts'
import { type ErrorCode, IotLogError } from '../../../../worker/contract/errors.ts'
import type { StoreSettings } from '../../../../worker/contract/store.ts'
import { openDocuments } from '../../../../worker/stores/open-store.ts'
import type { Fault, FaultAction } from '../../../stand-ins/s3/faults.ts'
import { serveS3 } from '../../../support/s3-bucket.ts'

const server = await serveS3({ buckets: { 'of-another': { owner: '222222222222' } } })
const [one, two, three] = ['one', 'two', 'three'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]
const concurrency = 8

describe('documents', { concurrency }, () => {
  it('documents are created once, replaced by version, read and removed', async () => {
    await using documents = openHere()
    assert.equal(await documents.read('jobs/a.json'), undefined)
    const version = await documents.create('jobs/a.json', one)
    assert.ok(version)
    assert.equal(await documents.create('jobs/a.json', two), undefined)
    assert.deepEqual(await documents.read('jobs/a.json'), { bytes: one, version })
    const next = await documents.replace('jobs/a.json', two, version)
    assert.ok(next && next !== version)
    assert.equal(await documents.replace('jobs/a.json', three, version), undefined)
    assert.deepEqual(await documents.read('jobs/a.json'), { bytes: two, version: next })
    await documents.remove('jobs/a.json')
    await documents.remove('jobs/a.json')
    assert.equal(await documents.read('jobs/a.json'), undefined)
    assert.equal(await documents.replace('jobs/a.json', three, next), undefined)
  })

  it('documents are listed below a prefix, in order, up to a limit', async () => {
    await using documents = openHere()
    for (const key of ['jobs/b', 'jobs/a', 'jobs/c/d', 'other/e']) await documents.create(key, one)
    assert.deepEqual(await documents.list('jobs/', 10), ['jobs/a', 'jobs/b', 'jobs/c/d'])
    assert.deepEqual(await documents.list('jobs/', 2), ['jobs/a', 'jobs/b'])
    assert.deepEqual(await documents.list('jobs/', 2, 'jobs/a'), ['jobs/b', 'jobs/c/d'])
    assert.deepEqual(await documents.list('jobs/', 2, 'jobs/c/e'), [])
    assert.deepEqual(await documents.list('none/', 2), [])
  })

  it('documents may be empty', async () => {
    await using documents = openHere()
    await documents.create('jobs/a', Buffer.alloc(0))
    assert.equal((await documents.read('jobs/a'))?.bytes.length, 0)
  })

  it('one of many changes at once wins', async () => {
    await using first = openHere()
    const all = Array.from({ length: 20 }, () => openDocuments(first.settings))
    const created = await Promise.all(all.map((documents, at) => documents.create('a', Buffer.from(`${at}`))))
    assert.equal(created.filter(Boolean).length, 1)
    const { version } = (await all[0]!.read('a'))!
    const replaced = await Promise.all(
      all.map((documents, at) => documents.replace('a', Buffer.from(`new ${at}`), version))
    )
    assert.equal(replaced.filter(Boolean).length, 1)
    const winner = replaced.findIndex(Boolean)
    assert.deepEqual(await all[0]!.read('a'), { bytes: Buffer.from(`new ${winner}`), version: replaced[winner] })
    await Promise.all(all.map((documents) => documents[Symbol.asyncDispose]()))
  })
})

describe('documents in an S3 with faults', { concurrency }, () => {
  const passing: readonly (readonly [string, FaultAction, number])[] = [
    ['answers SlowDown', { kind: 'error', code: 'SlowDown' }, 2],
    ['answers InternalError', { kind: 'error', code: 'InternalError' }, 2],
    ['refuses connections', { kind: 'refuse-connection' }, 2],
    ['loses answers', { kind: 'lost-answer' }, 2],
    ['does not answer', { kind: 'hang' }, 1]
  ]
  for (const [name, action, times] of passing) {
    it(`documents are written and read when S3 ${name} for a time`, async () => {
      await using documents = openHere(3_000)
      const troubled = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
        using trouble = documents.trouble({ operation, times, action })
        const given = await call()
        assert.ok(trouble.requests() > times, `${operation} was asked once`)
        return given
      }
      const version = await troubled('PutObject', () => documents.create('a', one))
      assert.ok(version)
      const next = await troubled('PutObject', () => documents.replace('a', two, version))
      assert.ok(next)
      assert.deepEqual(await troubled('GetObject', () => documents.read('a')), { bytes: two, version: next })
      assert.deepEqual(await troubled('ListObjectsV2', () => documents.list('', 5)), ['a'])
      await troubled('DeleteObject', () => documents.remove('a'))
      assert.equal(await documents.read('a'), undefined)
    })
  }

  for (const action of [
    { kind: 'cut', afterBytes: 1 },
    { kind: 'reset', afterBytes: 2 },
    { kind: 'hang', afterBytes: 1 }
  ] as const) {
    it(`documents are read whole when the body of an answer breaks (${action.kind})`, async () => {
      await using documents = openHere(3_000)
      const version = await documents.create('a', one)
      using _ = documents.trouble({ operation: 'GetObject', times: 2, action })
      assert.deepEqual(await documents.read('a'), { bytes: one, version })
    })
  }

  it('a lost answer to a write is resolved as a win of this writer or of another', async () => {
    await using mine = openHere(3_000)
    await using other = openDocuments(mine.settings)
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

  it('a conflict of two writes (409) counts as lost', async () => {
    await using documents = openHere()
    const version = await documents.create('a', one)
    using _ = documents.trouble({
      operation: 'PutObject',
      action: { kind: 'error', code: 'ConditionalRequestConflict', status: 409 }
    })
    assert.equal(await documents.create('b', one), undefined)
    assert.equal(await documents.replace('a', two, version!), undefined)
  })

  const final: readonly (readonly [string, FaultAction, ErrorCode, RegExp])[] = [
    ['denies', { kind: 'error', code: 'AccessDenied' }, 'denied', /Access denied: s3:\/\/documents-.* it needs s3:/],
    ['has no such bucket', { kind: 'error', code: 'NoSuchBucket' }, 'unavailable', /There is no bucket documents-/],
    ['refuses all the time', { kind: 'error', code: 'SlowDown' }, 'unavailable', /failed: s3:\/\/documents-/],
    ['is silent', { kind: 'hang' }, 'unavailable', /failed: s3:\/\/documents-/],
    ['loses every answer', { kind: 'lost-answer' }, 'unavailable', /failed: s3:\/\/documents-/]
  ]
  for (const [name, action, code, text] of final) {
    it(`documents fail with the reason, within the time-out, when S3 ${name}`, async () => {
      await using documents = openHere(600)
      using _ = documents.trouble({ action })
      const calls: readonly (() => Promise<unknown>)[] = [
        () => documents.read('a'),
        () => documents.create('a', one),
        () => documents.replace('a', one, '"x"'),
        () => documents.remove('a'),
        () => documents.list('', 1)
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

  it('documents of another account’s bucket are not read', async () => {
    await using documents = openDocuments({ url: 's3://of-another', account: '111111111111' })
    await assert.rejects(documents.read('a'), { code: 'denied' })
  })

  it('an object that is too large for a document is rejected', async () => {
    await using documents = openHere()
    server.put(documents.bucket, 'below/a', Buffer.alloc(5 * 1024 ** 2))
    await assert.rejects(documents.read('a'), /Not a job document, it has 5242880 bytes: s3:\/\/documents-/)
  })
})

describe('opening documents', () => {
  it('opening documents accepts only buckets', () => {
    assert.throws(() => openDocuments({ url: 'file:///tmp' }), {
      code: 'wrong-config',
      message: /Job documents need a bucket, not file:\/\/\/tmp: set .* output\.store/
    })
    assert.throws(() => openDocuments({ url: 's3://B' }), { code: 'wrong-config' })
  })
})

interface OwnDocuments extends Documents {
  readonly settings: StoreSettings
  readonly bucket: string
  /** A fault upon this test's bucket; counts the requests that it may have met. */
  trouble(fault: Fault): Disposable & { requests(): number }
}

let buckets = 0

/** Documents below a prefix of a bucket of their own. */
function openHere(patienceMs = 2_000): OwnDocuments {
  const bucket = `documents-${buckets++}`
  server.createBucket(bucket)
  const settings = { url: `s3://${bucket}/below`, patienceMs }
  const documents = openDocuments(settings)
  return {
    settings,
    bucket,
    read: (key) => documents.read(key),
    create: (key, bytes) => documents.create(key, bytes),
    replace: (key, bytes, version) => documents.replace(key, bytes, version),
    remove: (key) => documents.remove(key),
    list: (...given) => documents.list(...given),
    [Symbol.asyncDispose]: () => documents[Symbol.asyncDispose](),
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
