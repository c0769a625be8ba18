import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand
} from '@aws-sdk/client-s3'
import { clientOf, failureOf } from './clients.ts'
import { sendPlain, sendRaw } from './raw-request.ts'
import { startS3Server } from './server.ts'

test('buckets are made, found and listed', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  const create = (
    Bucket: string,
    LocationConstraint: 'ap-northeast-1' | 'eu-west-1' = 'ap-northeast-1'
  ): Promise<string> =>
    failureOf(client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } })))
  assert.equal(await create('exports'), 'no failure')
  assert.equal(await create('exports'), '409 BucketAlreadyOwnedByYou')
  assert.equal(await create('elsewhere', 'eu-west-1'), '400 InvalidArgument')
  assert.equal((await sendRaw(server, { method: 'PUT', path: '/Not_a_bucket' })).code, 'InvalidBucketName')
  const { Buckets, Owner } = await client.send(new ListBucketsCommand({}))
  assert.deepEqual([Buckets!.map(({ Name }) => Name), Owner!.ID], [['exports', 'logs'], '111111111111'])
  const head = await client.send(new HeadBucketCommand({ Bucket: 'logs' }))
  assert.equal(head.BucketRegion, 'ap-northeast-1')
  const location = await client.send(new GetBucketLocationCommand({ Bucket: 'logs' }))
  assert.equal(location.LocationConstraint, 'ap-northeast-1')
  assert.equal(await failureOf(client.send(new HeadBucketCommand({ Bucket: 'none' }))), '404 NotFound')
})

test('a bucket can lead the host instead of the path', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  server.put('logs', 'logs/a b', 'text')
  for (const host of [`logs.localhost:${server.port}`, 'logs.127.0.0.1']) {
    const { status, body } = await sendRaw(server, { path: '/logs/a%20b', headers: { host } })
    assert.equal(`${status} ${body}`, '200 text')
    const list = await sendRaw(server, { path: '/', query: 'list-type=2', headers: { host } })
    assert.equal(list.element('Key'), 'logs/a b')
  }
  const changed = { headers: { host: 'logs.localhost' }, afterwards: { host: 'other.localhost' } }
  assert.equal((await sendRaw(server, { path: '/a', ...changed })).code, 'SignatureDoesNotMatch')
})

test('a bucket of another region redirects, and says where it is', async () => {
  await using server = await startS3Server({ buckets: { far: { region: 'eu-west-1' } } })
  const get = await sendRaw(server, { path: '/far/a' })
  assert.deepEqual([get.status, get.code, get.headers['x-amz-bucket-region']], [301, 'PermanentRedirect', 'eu-west-1'])
  const head = await sendRaw(server, { method: 'HEAD', path: '/far' })
  assert.deepEqual([head.status, head.headers['x-amz-bucket-region']], [301, 'eu-west-1'])
})

test('the owner must be the expected one, and the requester must pay', async () => {
  await using server = await startS3Server({
    buckets: { logs: {}, theirs: { owner: '222222222222', requesterPays: true } }
  })
  using client = clientOf(server)
  server.put('theirs', 'a', 'text')
  const list = (input: object): Promise<string> =>
    failureOf(client.send(new ListObjectsV2Command({ Bucket: 'logs', ...input })))
  assert.equal(await list({ ExpectedBucketOwner: '111111111111' }), 'no failure')
  assert.equal(await list({ ExpectedBucketOwner: '222222222222' }), '403 AccessDenied')
  const paying = { Bucket: 'theirs', RequestPayer: 'requester' } as const
  assert.equal(await list({ Bucket: 'theirs' }), '403 AccessDenied')
  assert.equal(await list({ ...paying, ExpectedBucketOwner: '111111111111' }), '403 AccessDenied')
  assert.equal(await list({ ...paying, ExpectedBucketOwner: '222222222222' }), 'no failure')
  const got = await client.send(new GetObjectCommand({ ...paying, Key: 'a' }))
  assert.equal(got.RequestCharged, 'requester')
})

test('requests are recorded and counted', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  await client.send(new PutObjectCommand({ Bucket: 'logs', Key: 'a', Body: 'text' }))
  await client
    .send(new GetObjectCommand({ Bucket: 'logs', Key: 'a', Range: 'bytes=1-2' }))
    .then(({ Body }) => Body!.transformToString())
  await sendPlain(server, { path: '/logs/a', query: 'acl' })
  assert.deepEqual(
    server.requests.map(({ operation, key, status, range }) => [operation, key, status, range]),
    [
      ['PutObject', 'a', 200, undefined],
      ['GetObject', 'a', 206, 'bytes=1-2'],
      ['Unknown', 'a', 403, undefined]
    ]
  )
  assert.deepEqual(
    [...server.requestCounts],
    [
      ['PutObject', 1],
      ['GetObject', 1],
      ['Unknown', 1]
    ]
  )
  assert.deepEqual(server.inFlight, { now: 0, peak: 1 })
})
