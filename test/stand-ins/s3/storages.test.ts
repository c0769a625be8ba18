import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { clientOf } from './clients.ts'
import { Pieces } from './pieces.ts'
import { sendRaw } from './raw-request.ts'
import { startS3Server } from './server.ts'
import type { Storage } from './storage.ts'
import { directoryStorage } from './storage-directory.ts'
import { discardStorage } from './storage-discard.ts'
import { generatedStorage } from './storage-generated.ts'
import { memoryStorage } from './storage-memory.ts'

const properties = { etag: 'e', storageClass: 'STANDARD', headers: {} }
const mebibyte = 1024 * 1024

const keysOf = (storage: Storage): string[] => Array.from({ length: storage.count }, (_, at) => storage.keyAt(at))

function readAll(storage: Storage, key: string): string {
  const object = storage.find(key)!
  const open = storage.open(object)
  const bytes = open.read(0, object.size)
  open.close()
  return bytes.toString()
}

const put = (storage: Storage, key: string, ...pieces: readonly string[]) =>
  storage.put(key, Pieces.of(...pieces.map((piece) => Buffer.from(piece))), { ...properties, etag: key }, 1000)

describe('every storage that takes new keys', () => {
  const storages: readonly (readonly [string, (path: string) => Storage])[] = [
    ['memory', memoryStorage],
    ['discard', discardStorage],
    ['directory', directoryStorage]
  ]
  for (const [name, make] of storages) {
    test(`${name}: keys in order, objects whole, reads of what was opened`, () => {
      using directory = temporaryDirectory()
      const storage = make(directory.path)
      for (const key of ['b', 'a/2', 'a.log', '\u{1F600}', '\uFB00', 'a/1']) put(storage, key, 'of ', key)
      assert.deepEqual(keysOf(storage), ['a.log', 'a/1', 'a/2', 'b', '\uFB00', '\u{1F600}'])
      assert.equal(readAll(storage, 'a/2'), 'of a/2')
      const old = storage.open(storage.find('b')!)
      put(storage, 'b', 'new')
      assert.equal(old.read(3, 1).toString(), 'b')
      assert.equal(readAll(storage, 'b'), 'new')
      put(storage, 'empty')
      assert.equal(readAll(storage, 'empty'), '')
      storage.delete('a/1')
      storage.delete('none')
      assert.deepEqual(keysOf(storage), ['a.log', 'a/2', 'b', 'empty', '\uFB00', '\u{1F600}'])
      assert.equal(storage.find('a/1'), undefined)
      assert.equal(storage.objectAt(2)!.size, 3)
    })
  }
})

test('directory: serves what is there, writes whole files, keeps nothing else', () => {
  using directory = temporaryDirectory()
  mkdirSync(join(directory.path, '2023/10'), { recursive: true })
  writeFileSync(join(directory.path, '2023/10/a.gz'), 'text a')
  writeFileSync(join(directory.path, '2023/b.gz'), 'text b')
  symlinkSync(join(directory.path, '2023/b.gz'), join(directory.path, '2023/link'))
  for (const cacheBytes of [0, 1_000_000]) {
    const storage = directoryStorage(directory.path, { cacheBytes })
    assert.deepEqual(keysOf(storage), ['2023/10/a.gz', '2023/b.gz', '2023/link'])
    assert.equal(readAll(storage, '2023/10/a.gz'), 'text a')
    assert.equal(readAll(storage, '2023/10/a.gz'), 'text a')
    assert.match(storage.find('2023/b.gz')!.etag, /^[0-9a-f]{32}$/)
    const staged = storage.stage!(Pieces.of(Buffer.from('in '), Buffer.from('two pieces')))
    storage.put('exports/new.zip', staged, properties, 1000)
    assert.equal(readFileSync(join(directory.path, 'exports/new.zip'), 'utf8'), 'in two pieces')
    assert.equal(readAll(storage, 'exports/new.zip'), 'in two pieces')
    storage.delete('exports/new.zip')
    assert.deepEqual(keysOf(directoryStorage(directory.path)), keysOf(storage))
    for (const key of ['../out', 'a/./b', 'a//b', 'a/', '2023/b.gz/below'])
      assert.throws(() => put(storage, key, 'x'), key)
  }
})

test('directory: a multipart upload and its ranges, over HTTP', async () => {
  using directory = temporaryDirectory()
  await using server = await startS3Server({
    buckets: { logs: { storage: directoryStorage(directory.path, { cacheBytes: 0 }) } }
  })
  using client = clientOf(server)
  const place = { Bucket: 'logs', Key: 'a/b.zip' }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
  const bodies = [Buffer.alloc(5 * mebibyte, 'first '), Buffer.from('last')]
  const Parts = await Promise.all(
    bodies.map(async (Body, at) => {
      const PartNumber = at + 1
      const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }))
      return { PartNumber, ETag: ETag! }
    })
  )
  await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }))
  assert.ok(readFileSync(join(directory.path, 'a/b.zip')).equals(Buffer.concat(bodies)))
  const { body } = await sendRaw(server, { path: '/logs/a/b.zip', headers: { range: 'bytes=-6' } })
  assert.equal(body.toString(), `${bodies[0]!.toString('utf8', 5 * mebibyte - 2)}last`)
})

test('generated: a million keys are listed and read without being held', async () => {
  const storage = generatedStorage({
    count: 1_000_000,
    keyOf: (at) => `logs/${String(at).padStart(7, '0')}`,
    sizeOf: (at) => String(at).length,
    bytesOf: (at) => Buffer.from(String(at))
  })
  await using server = await startS3Server({ buckets: { logs: { storage } } })
  const list = (query: string) => sendRaw(server, { path: '/logs', query: `list-type=2&${query}` })
  const page = await list('max-keys=2&start-after=logs%2F0654320')
  assert.equal(page.element('Key'), 'logs/0654321')
  assert.equal(page.element('IsTruncated'), 'true')
  const prefix = await list('prefix=logs%2F09999')
  assert.equal(prefix.element('KeyCount'), '100')
  const folded = await sendRaw(server, { path: '/logs', query: 'delimiter=%2F&list-type=2' })
  assert.deepEqual([folded.element('KeyCount'), folded.element('IsTruncated')], ['1', 'false'])
  assert.equal((await sendRaw(server, { path: '/logs/logs/0654321' })).body.toString(), '654321')
  assert.equal((await sendRaw(server, { path: '/logs/logs/x' })).code, 'NoSuchKey')
  server.put('logs', 'logs/0000001', 'changed')
  assert.equal((await sendRaw(server, { path: '/logs/logs/0000001' })).body.toString(), 'changed')
  server.delete('logs', 'logs/0000002')
  assert.equal((await list('max-keys=4')).element('KeyCount'), '3')
  const added = await sendRaw(server, { method: 'PUT', path: '/logs/new', body: 'x' })
  assert.equal(added.code, 'NotImplemented')
})

test('discard: the ends stay, the middle is counted only', () => {
  const storage = discardStorage()
  const part = Buffer.alloc(mebibyte)
  const parts: Pieces[] = []
  let held = 0
  for (let number = 0; number < 40; number++) {
    const content = new Pieces()
    for (let at = 0; at < 16; at++) content.push(at === 0 ? Buffer.alloc(mebibyte, number) : part)
    parts.push(content)
    storage.trim!(parts)
    held = Math.max(
      held,
      parts.reduce((sum, one) => sum + one.heldBytes, 0)
    )
  }
  assert.ok(held <= (1 + 96 + 1) * mebibyte, `${held} bytes held`)
  storage.put('big', Pieces.join(parts), properties, 1000)
  const object = storage.find('big')!
  assert.equal(object.size, 640 * mebibyte)
  const open = storage.open(object)
  assert.equal(open.read(0, mebibyte).length, mebibyte)
  assert.equal(open.read(624 * mebibyte, 1)[0], 39)
  assert.equal(open.read(544 * mebibyte, 96 * mebibyte).length, 96 * mebibyte)
  assert.throws(() => open.read(300 * mebibyte, 1))
})

test('discard: a read of the middle is answered with 500', async () => {
  const content = Pieces.of(...Array.from({ length: 100 }, () => Buffer.alloc(mebibyte)))
  const storage = discardStorage()
  storage.put('a', content, properties, 1000)
  await using server = await startS3Server({ buckets: { out: { storage } } })
  assert.equal((await sendRaw(server, { path: '/out/a', headers: { range: 'bytes=2000000-2000001' } })).status, 500)
  assert.equal((await sendRaw(server, { path: '/out/a', headers: { range: 'bytes=-10' } })).status, 206)
})

test('pieces are read across their borders', () => {
  const pieces = Pieces.of(Buffer.from('01'), Buffer.from('234'), Buffer.from('56789'))
  for (let start = 0; start <= 10; start++) {
    for (let length = 0; start + length <= 10; length++) {
      assert.equal(pieces.read(start, length).toString(), '0123456789'.slice(start, start + length))
    }
  }
})
