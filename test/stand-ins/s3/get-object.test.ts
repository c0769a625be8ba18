import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetObjectCommand, HeadObjectCommand, InvalidObjectState } from '@aws-sdk/client-s3'
import { clientOf, failureOf } from './clients.ts'
import { sendRaw } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const text = '0123456789'
const etag = '"781e5e245d69b566979b86e28d23f2c7"'
const changedMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

async function startOne(): Promise<S3Server> {
  const server = await startS3Server({ buckets: { logs: {} } })
  server.put('logs', 'a', text, { lastModifiedMs: changedMs, headers: { 'x-amz-meta-who': 'me' } })
  server.put('logs', 'empty', '')
  return server
}

const ranges: readonly (readonly [string, string, string | undefined])[] = [
  ['bytes=0-0', '206 0', 'bytes 0-0/10'],
  ['bytes=2-4', '206 234', 'bytes 2-4/10'],
  ['bytes=7-', '206 789', 'bytes 7-9/10'],
  ['bytes=7-100', '206 789', 'bytes 7-9/10'],
  ['bytes=-3', '206 789', 'bytes 7-9/10'],
  ['bytes=-100', `206 ${text}`, 'bytes 0-9/10'],
  ['bytes=10-', '416 InvalidRange', 'bytes */10'],
  ['bytes=-0', '416 InvalidRange', 'bytes */10'],
  ['bytes=4-2', `200 ${text}`, undefined],
  ['bytes=a-b', `200 ${text}`, undefined],
  ['lines=0-1', `200 ${text}`, undefined],
  ['bytes=0-1,3-4', `200 ${text}`, undefined]
]

test('a range gives its bytes, or 416, or is ignored if it makes no sense', async () => {
  await using server = await startOne()
  for (const [range, expected, contentRange] of ranges) {
    const { status, code, body, headers } = await sendRaw(server, { path: '/logs/a', headers: { range } })
    assert.equal(`${status} ${code ?? body}`, expected, range)
    assert.equal(headers['content-range'], contentRange, range)
  }
  const empty = await sendRaw(server, { path: '/logs/empty', headers: { range: 'bytes=0-' } })
  assert.equal(empty.code, 'InvalidRange')
  const head = await sendRaw(server, { method: 'HEAD', path: '/logs/a', headers: { range: 'bytes=2-4' } })
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [206, '3', 0])
})

const before = new Date(changedMs - 5_000).toUTCString()
const exactly = new Date(changedMs).toUTCString()
const conditions: readonly (readonly [Record<string, string>, number])[] = [
  [{ 'if-match': etag }, 200],
  [{ 'if-match': etag.slice(1, -1) }, 200],
  [{ 'if-match': '*' }, 200],
  [{ 'if-match': '"other"' }, 412],
  [{ 'if-none-match': etag }, 304],
  [{ 'if-none-match': '"other"' }, 200],
  [{ 'if-modified-since': before }, 200],
  [{ 'if-modified-since': exactly }, 304],
  [{ 'if-unmodified-since': exactly }, 200],
  [{ 'if-unmodified-since': before }, 412],
  [{ 'if-match': etag, 'if-unmodified-since': before }, 200],
  [{ 'if-none-match': '"other"', 'if-modified-since': exactly }, 200]
]

test('conditions hold or fail as they say', async () => {
  await using server = await startOne()
  for (const [headers, status] of conditions) {
    const answer = await sendRaw(server, { path: '/logs/a', headers })
    assert.equal(answer.status, status, JSON.stringify(headers))
    assert.equal(answer.body.length, status === 200 ? 10 : answer.body.length)
    if (status === 304) assert.deepEqual([answer.body.length, answer.headers.etag], [0, etag])
    if (status === 412) assert.equal(answer.code, 'PreconditionFailed')
  }
})

test('the headers of an object come back, and its checksum if asked and whole', async () => {
  await using server = await startOne()
  const { headers } = await sendRaw(server, { path: '/logs/a' })
  assert.equal(headers.etag, etag)
  assert.equal(headers['last-modified'], 'Fri, 02 Jan 2026 03:04:05 GMT')
  assert.equal(headers['x-amz-meta-who'], 'me')
  assert.equal(headers['x-amz-checksum-crc32'], undefined)
  const asked = { 'x-amz-checksum-mode': 'ENABLED' }
  const checked = await sendRaw(server, { path: '/logs/a', headers: asked })
  assert.equal(checked.headers['x-amz-checksum-crc32'], 'poTHxg==')
  assert.equal(checked.headers['x-amz-checksum-type'], 'FULL_OBJECT')
  const ranged = await sendRaw(server, { path: '/logs/a', headers: { ...asked, range: 'bytes=0-1' } })
  assert.equal(ranged.headers['x-amz-checksum-crc32'], undefined)
})

test('an archived object can be seen and not read', async () => {
  await using server = await startOne()
  using client = clientOf(server)
  server.put('logs', 'glacier', text, { storageClass: 'GLACIER' })
  server.put('logs', 'tiering', text, { storageClass: 'INTELLIGENT_TIERING', archiveStatus: 'ARCHIVE_ACCESS' })
  server.put('logs', 'instant', text, { storageClass: 'GLACIER_IR' })
  const errorOf = (Key: string): Promise<InvalidObjectState> =>
    client.send(new GetObjectCommand({ Bucket: 'logs', Key })).then(
      () => assert.fail(),
      (error) => error
    )
  const glacier = await errorOf('glacier')
  assert.ok(glacier instanceof InvalidObjectState)
  assert.deepEqual([glacier.StorageClass, glacier.AccessTier], ['GLACIER', undefined])
  const tiering = await errorOf('tiering')
  assert.deepEqual([tiering.StorageClass, tiering.AccessTier], ['INTELLIGENT_TIERING', 'ARCHIVE_ACCESS'])
  const head = await client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'tiering' }))
  assert.deepEqual([head.StorageClass, head.ArchiveStatus], ['INTELLIGENT_TIERING', 'ARCHIVE_ACCESS'])
  assert.equal(await failureOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'instant' }))), 'no failure')
})

test('a missing object has its own error, and what the server lacks is rejected', async () => {
  await using server = await startOne()
  assert.equal((await sendRaw(server, { path: '/logs/none' })).code, 'NoSuchKey')
  assert.equal((await sendRaw(server, { path: '/none/a' })).code, 'NoSuchBucket')
  assert.equal((await sendRaw(server, { path: '/logs/a', query: 'partNumber=1' })).code, 'NotImplemented')
  assert.equal((await sendRaw(server, { path: '/logs/a', query: 'acl=' })).code, 'NotImplemented')
  assert.equal((await sendRaw(server, { path: '/logs/a', query: 'versionId=abc' })).code, 'NotImplemented')
  assert.equal((await sendRaw(server, { method: 'PATCH', path: '/logs/a' })).code, 'NotImplemented')
})

test('a large object arrives whole, through the SDK and in ranges', async () => {
  await using server = await startOne()
  using client = clientOf(server)
  const large = Buffer.alloc(9_000_001, 'large object ')
  server.put('logs', 'large', large)
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'large' }))
  assert.ok(Buffer.from(await Body!.transformToByteArray()).equals(large))
  const ranged = await sendRaw(server, { path: '/logs/large', headers: { range: 'bytes=1000-5000000' } })
  assert.ok(ranged.body.equals(large.subarray(1000, 5_000_001)))
})
