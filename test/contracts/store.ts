import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { type ErrorCode, IotLogError } from '../../worker/contract/errors.ts'
import { compareKeys } from '../../worker/contract/key-order.ts'
import type { ObjectBody, Store, StoredObject } from '../../worker/contract/store.ts'

/** A store to be tested, with a way of its own to look behind it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store
  /** Puts an object there without the store's help. */
  put(key: string, bytes: Buffer): Promise<void>
  remove(key: string): Promise<void>
  /** All that is there, unfinished things too: what a failed write has left behind would show. */
  everything(): Promise<readonly string[]>
}

/** What every store promises. Each registered store runs this. */
export function testStoreContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name}: listing`, () => {
    it('gives the objects below a prefix in key order, with their sizes', async () => {
      await using test = await create()
      const keys = [
        'p/b.gz',
        'p/b/1',
        'p/b/0',
        'p/b-1/x',
        'p/b0',
        'p/\u00e9',
        'p/\uffee',
        'p/\u{1f600}',
        'p/a b+c%20',
        'p',
        'q/x',
        'pp/x'
      ]
      for (const key of keys) if (key !== 'p') await test.put(key, Buffer.from(key))
      const listed = await listAll(test.store, 'p/')
      const expected = keys.filter((key) => key.startsWith('p/')).sort(compareKeys)
      assert.deepEqual(
        listed.map((object) => object.key),
        expected
      )
      for (const object of listed) assert.equal(object.size, Buffer.byteLength(object.key))
    })

    it('takes a prefix that ends within a name', async () => {
      await using test = await create()
      for (const key of ['dt=2023-10-01/a', 'dt=2023-10-010', 'dt=2023-10-02/a']) await test.put(key, Buffer.from('x'))
      const listed = await listAll(test.store, 'dt=2023-10-01')
      assert.deepEqual(
        listed.map((object) => object.key),
        ['dt=2023-10-01/a', 'dt=2023-10-010']
      )
    })

    it('gives nothing for a prefix that nothing begins with', async () => {
      await using test = await create()
      await test.put('a/b', Buffer.from('x'))
      assert.deepEqual(await listAll(test.store, 'no/such/prefix/'), [])
      assert.deepEqual(await listAll(test.store, 'a/b/c/'), [])
    })

    it('gives the folders one level below a prefix', async () => {
      await using test = await create()
      const keys = ['f/b/1', 'f/b/c/2', 'f/a+ %20/1', 'f/\u00e9/1', 'f/x', 'f/dev-1/x', 'f/dev-2/x/y', 'g/1']
      for (const key of keys) await test.put(key, Buffer.from(key))
      const folders = async (prefix: string): Promise<string[]> => {
        const found: string[] = []
        for await (const page of test.store.listFolders(prefix)) found.push(...page)
        return found
      }
      assert.deepEqual(await folders('f/'), ['f/a+ %20/', 'f/b/', 'f/dev-1/', 'f/dev-2/', 'f/\u00e9/'])
      assert.deepEqual(await folders('f/dev-'), ['f/dev-1/', 'f/dev-2/'])
      assert.deepEqual(await folders('f/x'), [])
      assert.deepEqual(await folders('no/such/'), [])
      assert.deepEqual(await folders(''), ['f/', 'g/'])
    })

    it('comes in pages and stops when its signal aborts', async () => {
      await using test = await create()
      for (let number = 0; number < 2100; number++)
        await test.put(`n/${String(number).padStart(5, '0')}`, Buffer.from('x'))
      let pages = 0
      let objects = 0
      for await (const page of test.store.list('n/')) {
        pages++
        objects += page.length
        assert.ok(page.length > 0 && page.length <= 1000)
      }
      assert.equal(objects, 2100)
      assert.ok(pages >= 3)
      const stopped = new AbortController()
      const reason = new Error('enough')
      await assert.rejects(async () => {
        for await (const _ of test.store.list('n/', stopped.signal)) stopped.abort(reason)
      }, reason)
    })
  })

  describe(`${name}: reading`, () => {
    it('gives exactly the bytes, whole and in spans', async () => {
      await using test = await create()
      const bytes = Buffer.from(Array.from({ length: 700_001 }, (_, at) => (at * 7 + (at >> 8)) & 0xff))
      await test.put('d/large', bytes)
      const [object] = await listAll(test.store, 'd/')
      assert.ok((await readAll(await test.store.open(object!))).equals(bytes))
      await using random = await test.store.openRandom(object!)
      assert.equal(random.size, bytes.length)
      assert.deepEqual(await random.read(699_990, 100), bytes.subarray(699_990))
      assert.deepEqual(await random.read(300_000, 17), bytes.subarray(300_000, 300_017))
    })

    it('can be given up in the middle, and read several objects at once', async () => {
      await using test = await create()
      await test.put('d/a', Buffer.alloc(600_000, 'a'))
      await test.put('d/b', Buffer.alloc(600_000, 'b'))
      const [a, b] = await listAll(test.store, 'd/')
      const first = await test.store.open(a!)
      const second = await test.store.open(b!)
      const start = Buffer.from((await first.read())!)
      assert.ok((await second.read())!.every((byte) => byte === 0x62))
      assert.ok(start.every((byte) => byte === 0x61))
      await first.close()
      await first.close()
      assert.equal(
        (await readAll(second)).every((byte) => byte === 0x62),
        true
      )
    })

    it('reports an object that has vanished', async () => {
      await using test = await create()
      await test.put('d/gone', Buffer.from('x'))
      const [object] = await listAll(test.store, 'd/')
      await test.remove('d/gone')
      await rejectsWith('not-found', async () => readAll(await test.store.open(object!)))
      await rejectsWith('not-found', async () => (await test.store.openRandom(object!)).read(0, 1))
    })
  })

  describe(`${name}: writing`, () => {
    const body = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

    it('writes a whole object and verifies it before it returns', async () => {
      await using test = await create()
      let verified = ''
      await test.store.write('out/x.zip', body('abc', 'def'), {
        overwrite: false,
        verify: async (written) => {
          verified = (await written.read(0, written.size)).toString()
        }
      })
      assert.equal(verified, 'abcdef')
      assert.equal(await test.store.has('out/x.zip'), true)
      const [object] = await listAll(test.store, 'out/')
      assert.equal((await readAll(await test.store.open(object!))).toString(), 'abcdef')
      assert.deepEqual(await test.everything(), ['out/x.zip'])
    })

    it('overwrites an object only with the option overwrite', async () => {
      await using test = await create()
      await test.put('out/x.zip', Buffer.from('old'))
      await rejectsWith('output-exists', () => test.store.write('out/x.zip', body('new'), { overwrite: false }))
      const [object] = await listAll(test.store, 'out/')
      assert.equal((await readAll(await test.store.open(object!))).toString(), 'old')
      await test.store.write('out/x.zip', body('newer'), { overwrite: true })
      const [replaced] = await listAll(test.store, 'out/')
      assert.equal((await readAll(await test.store.open(replaced!))).toString(), 'newer')
      assert.deepEqual(await test.everything(), ['out/x.zip'])
    })

    it('leaves nothing behind when the body fails', async () => {
      await using test = await create()
      const failure = new IotLogError('archive-too-large', 'too large')
      const failing = Readable.from(
        (async function* () {
          yield Buffer.alloc(100_000)
          throw failure
        })()
      )
      await rejectsWith('archive-too-large', () => test.store.write('new/deep/x.zip', failing, { overwrite: true }))
      assert.deepEqual(await test.everything(), [])
    })

    it('leaves nothing behind, and keeps what was there, when it is not what it should be', async () => {
      await using test = await create()
      await test.put('out/x.zip', Buffer.from('old'))
      const verify = (): Promise<void> => Promise.reject(new IotLogError('archive-invalid', 'not right'))
      await rejectsWith('archive-invalid', () =>
        test.store.write('out/y.zip', body('new'), { overwrite: false, verify })
      )
      assert.deepEqual(await test.everything(), ['out/x.zip'])
      assert.equal(await test.store.has('out/y.zip'), false)
    })

    it('leaves nothing behind when cancelled', async () => {
      await using test = await create()
      const cancelled = new AbortController()
      const endless = Readable.from(
        (async function* () {
          yield Buffer.alloc(100_000)
          cancelled.abort(new Error('cancelled'))
          for (;;) yield Buffer.alloc(100_000)
        })()
      )
      await assert.rejects(test.store.write('out/x.zip', endless, { overwrite: true, signal: cancelled.signal }))
      assert.equal(endless.destroyed, true)
      assert.deepEqual(await test.everything(), [])
    })
  })
}

async function listAll(store: Store, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const page of store.list(prefix)) objects.push(...page)
  return objects
}

async function readAll(body: ObjectBody): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let chunk = await body.read(); chunk; chunk = await body.read()) chunks.push(Buffer.from(chunk))
  await body.close()
  return Buffer.concat(chunks)
}

async function rejectsWith(code: ErrorCode, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof IotLogError, String(error))
    assert.equal(error.code, code)
    return true
  })
}
