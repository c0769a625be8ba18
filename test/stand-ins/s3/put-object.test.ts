import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  type PutObjectCommandInput
} from '@aws-sdk/client-s3'
import { checksumAlgorithms, checksumOf } from './checksums.ts'
import { clientOf, failureOf } from './clients.ts'
import { combineCrc32 } from './crc.ts'
import { sendRaw } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const start = (): Promise<S3Server> => startS3Server({ buckets: { logs: {} } })

test('checksums are those of the standards', () => {
  const check = Buffer.from('123456789')
  const hex = (algorithm: (typeof checksumAlgorithms)[number]): string =>
    Buffer.from(checksumOf(algorithm, check).value, 'base64').toString('hex')
  assert.deepEqual(checksumAlgorithms.map(hex), [
    'cbf43926',
    'e3069283',
    'ae8b14860a799888',
    'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
    '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'
  ])
  const crc = (text: string): number =>
    Buffer.from(checksumOf('CRC32', Buffer.from(text)).value, 'base64').readUInt32BE()
  assert.equal(combineCrc32(crc('1234'), crc('56789'), 5), 0xcbf43926)
  assert.equal(combineCrc32(crc(''), crc('56789'), 5), crc('56789'))
})

test('an object is kept with all that was said of it', async () => {
  await using server = await start()
  using client = clientOf(server)
  const input: PutObjectCommandInput = {
    Bucket: 'logs',
    Key: 'a',
    Body: 'text',
    ContentType: 'application/zip',
    ContentDisposition: 'attachment; filename="a.zip"',
    CacheControl: 'no-store',
    Metadata: { who: 'me' },
    StorageClass: 'STANDARD_IA',
    ServerSideEncryption: 'AES256',
    Tagging: 'a=1&b=2%203'
  }
  assert.equal((await client.send(new PutObjectCommand(input))).ETag, '"1cb251ec0d568de6a929b520c4aed8d1"')
  const got = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }))
  const { ContentType, ContentDisposition, CacheControl, Metadata, StorageClass, ServerSideEncryption } = got
  const { Bucket: _bucket, Key: _key, Body: _body, Tagging: _tagging, ...expected } = input
  const said = { ContentType, ContentDisposition, CacheControl, Metadata, StorageClass, ServerSideEncryption }
  assert.deepEqual(said, expected)
  assert.equal(got.TagCount, 2)
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: 'logs', Key: 'a' }))
  assert.deepEqual(TagSet, [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2 3' }
  ])
})

test('conditional writes', async () => {
  await using server = await start()
  using client = clientOf(server)
  const put = (input: Partial<PutObjectCommandInput>): Promise<string> =>
    failureOf(client.send(new PutObjectCommand({ Bucket: 'logs', Key: 'a', Body: 'x', ...input })))
  assert.equal(await put({ IfMatch: '"x"' }), '404 NoSuchKey')
  assert.equal(await put({ IfNoneMatch: '*' }), 'no failure')
  assert.equal(await put({ IfNoneMatch: '*', Body: 'y' }), '412 PreconditionFailed')
  assert.equal(await put({ IfMatch: '"other"', Body: 'y' }), '412 PreconditionFailed')
  assert.equal(await put({ IfNoneMatch: '"other"' }), '501 NotImplemented')
  assert.equal(server.get('logs', 'a')!.toString(), 'x')
  assert.equal(await put({ IfMatch: '"9dd4e461268c8034f5c8564e155c67a6"', Body: 'y' }), 'no failure')
})

test('every checksum the SDK sends is verified, as a header and as a trailer', async () => {
  await using server = await start()
  using client = clientOf(server)
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
    for (const Body of [Buffer.from('text'), Readable.from([Buffer.from('te'), Buffer.from('xt')])]) {
      const input = { Bucket: 'logs', Key: ChecksumAlgorithm, Body, ContentLength: 4, ChecksumAlgorithm }
      const { ChecksumType } = await client.send(new PutObjectCommand(input))
      assert.equal(ChecksumType, 'FULL_OBJECT')
    }
    const got = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: ChecksumAlgorithm }))
    assert.equal(got[`Checksum${ChecksumAlgorithm}`], checksumOf(ChecksumAlgorithm, Buffer.from('text')).value)
    assert.equal(await got.Body!.transformToString(), 'text')
  }
})

const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
  ['a wrong MD5', { 'content-md5': createHash('md5').update('other').digest('base64') }, '400 BadDigest'],
  ['an MD5 that is none', { 'content-md5': 'abc' }, '400 InvalidDigest'],
  ['a wrong CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, '400 BadDigest'],
  ['a wrong CRC64NVME', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, '400 BadDigest'],
  ['a checksum of the wrong length', { 'x-amz-checksum-crc32': 'AAAA' }, '400 InvalidRequest'],
  ['two checksums', { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }, '400 InvalidRequest'],
  ['a checksum announced only', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, '400 InvalidRequest'],
  ['an unknown storage class', { 'x-amz-storage-class': 'COLD' }, '400 InvalidStorageClass'],
  ['an ACL', { 'x-amz-acl': 'public-read' }, '400 AccessControlListNotSupported'],
  ['a key of its own', { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '501 NotImplemented'],
  ['too much metadata', { 'x-amz-meta-a': 'x'.repeat(2048) }, '400 MetadataTooLarge']
]

for (const [name, headers, expected] of wrong) {
  test(`a PUT with ${name} is refused`, async () => {
    await using server = await start()
    const { status, code } = await sendRaw(server, { method: 'PUT', path: '/logs/a', body: 'text', headers })
    assert.equal(`${status} ${code}`, expected)
    assert.deepEqual(server.keys('logs'), [])
  })
}

test('a body of many megabytes waits for 100-continue and arrives whole', async () => {
  await using server = await start()
  using client = clientOf(server)
  const Body = Buffer.alloc(5_000_000, 'body ')
  await client.send(new PutObjectCommand({ Bucket: 'logs', Key: 'a', Body }))
  assert.ok(server.get('logs', 'a')!.equals(Body))
  assert.equal(
    await failureOf(client.send(new PutObjectCommand({ Bucket: 'none', Key: 'a', Body }))),
    '404 NoSuchBucket'
  )
})

test('a copy takes the object and what was said of it, on conditions', async () => {
  await using server = await start()
  using client = clientOf(server)
  server.put('logs', 'a b', 'text', { headers: { 'content-type': 'text/plain' } })
  const copy = (input: object): Promise<string> =>
    failureOf(client.send(new CopyObjectCommand({ Bucket: 'logs', Key: 'copy', CopySource: 'logs/a%20b', ...input })))
  assert.equal(await copy({ CopySourceIfMatch: '"other"' }), '412 PreconditionFailed')
  assert.equal(await copy({ CopySource: 'logs/none' }), '404 NoSuchKey')
  assert.equal(await copy({ CopySource: 'none/a' }), '404 NoSuchBucket')
  assert.equal(await copy({ ExpectedSourceBucketOwner: '222222222222' }), '403 AccessDenied')
  assert.equal(await copy({ Key: 'a b' }), '400 InvalidRequest')
  assert.deepEqual(server.keys('logs'), ['a b'])
  assert.equal(await copy({}), 'no failure')
  assert.equal(await copy({ IfNoneMatch: '*' }), '412 PreconditionFailed')
  const copied = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'copy' }))
  assert.deepEqual([copied.ContentType, await copied.Body!.transformToString()], ['text/plain', 'text'])
})

test('deleting: one, one on a condition, many', async () => {
  await using server = await start()
  using client = clientOf(server)
  for (const key of ['a', 'b', 'c<&>', 'd']) server.put('logs', key, key)
  const remove = (Key: string, IfMatch?: string): Promise<string> =>
    failureOf(client.send(new DeleteObjectCommand({ Bucket: 'logs', Key, IfMatch })))
  assert.equal(await remove('a', '"other"'), '412 PreconditionFailed')
  assert.equal(await remove('a'), 'no failure')
  assert.equal(await remove('none'), 'no failure')
  const Objects = [{ Key: 'b' }, { Key: 'c<&>' }, { Key: 'none' }]
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: 'logs', Delete: { Objects } }))
  assert.deepEqual(Deleted, Objects)
  assert.deepEqual(server.keys('logs'), ['d'])
})

test('a DeleteObjects without a checksum, or with a document that is none, is refused', async () => {
  await using server = await start()
  server.put('logs', 'a', 'text')
  const right = '<?xml version="1.0"?><Delete xmlns="x"><Object><Key>a</Key></Object></Delete>'
  const send = (body: string, hasMd5 = true) => {
    const headers: Record<string, string> = hasMd5
      ? { 'content-md5': createHash('md5').update(body).digest('base64') }
      : {}
    return sendRaw(server, { method: 'POST', path: '/logs', query: 'delete=', body, headers })
  }
  assert.equal((await send(right, false)).code, 'InvalidRequest')
  for (const body of [
    '',
    'text',
    '<Delete>',
    '<Delete></Delete>',
    '<Delet><Object><Key>a</Key></Object></Delet>',
    '<Delete><Object><Key>a</Object></Key></Delete>',
    '<Delete><Object><Key>a&b;</Key></Object></Delete>',
    '<Delete><Object><Key>a & b</Key></Object></Delete>',
    '<Delete><Object><Key></Key></Object></Delete>',
    `${right}<Delete/>`,
    `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`
  ]) {
    assert.equal((await send(body)).code, 'MalformedXML', body.slice(0, 60))
  }
  assert.deepEqual(server.keys('logs'), ['a'])
  assert.equal((await send(right)).status, 200)
  assert.deepEqual(server.keys('logs'), [])
})
