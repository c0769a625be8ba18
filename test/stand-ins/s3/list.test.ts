import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListObjectsV2Command, type ListObjectsV2CommandInput, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { clientOf, failureOf } from './clients.ts'
import { compareUtf8, sortKeys } from './key-order.ts'
import { listPage } from './list.ts'
import { sendRaw } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const keys = ['a.log', 'a/1', 'a/2', 'a/b/1', 'a0', 'b/1', 'c', '\uFB00', '\u{1F600}']

async function startListed(): Promise<S3Server> {
  const server = await startS3Server({ buckets: { logs: {} } })
  for (const key of keys.toReversed()) server.put('logs', key, key)
  return server
}

/** All that a listing says, page by page. */
async function listAll(server: S3Server, input: Partial<ListObjectsV2CommandInput>): Promise<string[][]> {
  using client = clientOf(server)
  const pages: string[][] = []
  for await (const page of paginateListObjectsV2({ client }, { Bucket: 'logs', ...input })) {
    const named = [
      ...(page.Contents ?? []).map(({ Key }) => Key!),
      ...(page.CommonPrefixes ?? []).map((one) => one.Prefix!)
    ]
    assert.equal(page.KeyCount, named.length)
    pages.push(named)
  }
  return pages
}

test('keys come in the order of their UTF-8 bytes, a page at a time', async () => {
  await using server = await startListed()
  assert.deepEqual(await listAll(server, {}), [keys])
  assert.deepEqual(await listAll(server, { MaxKeys: 4 }), [keys.slice(0, 4), keys.slice(4, 8), keys.slice(8)])
  assert.deepEqual(await listAll(server, { MaxKeys: 3 }), [keys.slice(0, 3), keys.slice(3, 6), keys.slice(6)])
  assert.deepEqual(await listAll(server, { Prefix: 'a/' }), [['a/1', 'a/2', 'a/b/1']])
  assert.deepEqual(await listAll(server, { StartAfter: 'a/2', Prefix: 'a' }), [['a/b/1', 'a0']])
  assert.deepEqual(await listAll(server, { Prefix: 'nothing' }), [[]])
})

test('a delimiter folds keys into common prefixes, also across pages', async () => {
  await using server = await startListed()
  assert.deepEqual(await listAll(server, { Delimiter: '/', Prefix: 'a' }), [['a.log', 'a0', 'a/']])
  const pages = await listAll(server, { Delimiter: '/', MaxKeys: 1 })
  assert.deepEqual(pages, [['a.log'], ['a/'], ['a0'], ['b/'], ['c'], ['\uFB00'], ['\u{1F600}']])
})

test('what a listing is asked wrongly is refused', async () => {
  await using server = await startListed()
  for (const query of [
    'continuation-token=bm90IG91cnM%3D&list-type=2',
    'continuation-token=&list-type=2',
    'list-type=2&max-keys=x',
    'list-type=2&max-keys=-1',
    'encoding-type=xml&list-type=2'
  ]) {
    assert.equal((await sendRaw(server, { path: '/logs', query })).code, 'InvalidArgument', query)
  }
  assert.equal((await sendRaw(server, { path: '/logs' })).code, 'NotImplemented', 'version 1')
})

test('more than a thousand keys are never on one page, and none is a page too', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  for (let at = 0; at < 1001; at++) server.put('logs', `${at}`.padStart(5, '0'), '')
  using client = clientOf(server)
  const page = await client.send(new ListObjectsV2Command({ Bucket: 'logs', MaxKeys: 5000 }))
  assert.deepEqual([page.Contents!.length, page.MaxKeys, page.IsTruncated], [1000, 1000, true])
  const none = await client.send(new ListObjectsV2Command({ Bucket: 'logs', MaxKeys: 0 }))
  assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false])
})

test('keys are escaped, or encoded if asked', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  server.put('logs', 'a<&>"b', '', { storageClass: 'GLACIER', lastModifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) })
  server.put('logs', 'a b/~\u0001*ü', '')
  using client = clientOf(server)
  const [object] = (await client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'a<' }))).Contents!
  assert.equal(object!.Key, 'a<&>"b')
  assert.equal(object!.StorageClass, 'GLACIER')
  assert.equal(object!.ETag, '"d41d8cd98f00b204e9800998ecf8427e"')
  assert.equal(object!.LastModified!.toISOString(), '2026-01-02T03:04:05.000Z')
  const encoded = await client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'a b', EncodingType: 'url' }))
  assert.equal(encoded.Contents![0]!.Key, 'a+b/%7E%01*%C3%BC')
  assert.equal(await failureOf(client.send(new ListObjectsV2Command({ Bucket: 'other' }))), '404 NoSuchBucket')
})

test('the order is that of the bytes, and any pages together are the listing', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
  const keyOfFew = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '\uFFFD', '\u{10000}'),
    minLength: 1,
    maxLength: 6
  })
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(key, keyOfFew)), (some) => {
      const byBytes = some.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      assert.deepEqual(some.toSorted(compareUtf8), byBytes)
      const sorted = [...some]
      sortKeys(sorted)
      assert.deepEqual(sorted, byBytes)
    })
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(keyOfFew),
      fc.constantFrom('', '/'),
      fc.constantFrom('', 'a'),
      fc.integer({ min: 1, max: 4 }),
      (some, delimiter, prefix, maxKeys) => {
        const sorted = some.toSorted(compareUtf8)
        const index = { count: sorted.length, keyAt: (position: number) => sorted[position]! }
        const found: string[] = []
        let after: ReturnType<typeof listPage>['next']
        do {
          const page = listPage(index, { prefix, delimiter, maxKeys, after })
          found.push(...page.positions.map(index.keyAt), ...page.commonPrefixes)
          after = page.next
        } while (after)
        const fold = (name: string): string => {
          const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
          return cut < 0 ? name : name.slice(0, cut + 1)
        }
        const expected = [...new Set(sorted.filter((name) => name.startsWith(prefix)).map(fold))]
        assert.deepEqual(found.toSorted(), expected.toSorted())
      }
    )
  )
})
