import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { clientOf, failureOf } from './clients.ts'
import { type RawRequest, sendPlain, sendRaw, signedHeaders } from './raw-request.ts'
import { startS3Server } from './server.ts'

const minute = 60_000

test('a signature that is right, by the SDK and by hand, is accepted for any key', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  const keys = ['a', 'a b+c', "!'()*~.-_", 'ü/ö=1&x?y#z', '100%/%20', 'a//b/', '\u{1F600}', 'back\\slash', '{}|^`"<>']
  for (const Key of keys) {
    await client.send(new PutObjectCommand({ Bucket: 'logs', Key, Body: Key, ContentType: 'text/plain;  a=b' }))
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key }))
    assert.equal(await Body!.transformToString(), Key)
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: Key }))
    assert.equal(Contents![0]!.Key, Key)
  }
  assert.deepEqual(server.keys('logs').toSorted(), keys.toSorted())
  assert.equal((await sendRaw(server, { path: '/logs/a' })).status, 200)
})

const wrong: readonly (readonly [string, RawRequest, string])[] = [
  ['another secret', { signing: { secretAccessKey: 'other' } }, '403 SignatureDoesNotMatch'],
  ['an unknown key', { signing: { accessKeyId: 'AKIAOTHER' } }, '403 InvalidAccessKeyId'],
  ['another region', { signing: { region: 'us-east-1' } }, '400 AuthorizationHeaderMalformed'],
  ['another service', { signing: { service: 'sqs' } }, '400 AuthorizationHeaderMalformed'],
  ['another terminator', { signing: { terminator: 'aws5_request' } }, '400 AuthorizationHeaderMalformed'],
  ['another day in its scope', { signing: { scopeDate: '20200101' } }, '400 AuthorizationHeaderMalformed'],
  ['a clock that is late', { signing: { dateMs: Date.now() - 16 * minute } }, '403 RequestTimeTooSkewed'],
  ['a clock that is early', { signing: { dateMs: Date.now() + 16 * minute } }, '403 RequestTimeTooSkewed'],
  ['its host unsigned', { signing: { without: ['host'] } }, '403 AccessDenied'],
  ['an x-amz header unsigned', { afterwards: { 'x-amz-request-payer': 'requester' } }, '403 AccessDenied'],
  ['a header changed', { afterwards: { 'x-amz-date': '20200101T000000Z' } }, '400 AuthorizationHeaderMalformed'],
  ['no date', { afterwards: { 'x-amz-date': undefined } }, '403 AccessDenied'],
  ['no signature', { afterwards: { authorization: undefined } }, '403 AccessDenied'],
  ['a signature of version 2', { afterwards: { authorization: 'AWS AKIA:abc=' } }, '400 InvalidRequest'],
  [
    'half an authorization',
    { afterwards: { authorization: 'AWS4-HMAC-SHA256 a=b' } },
    '400 AuthorizationHeaderMalformed'
  ],
  ['no hash of its body', { afterwards: { 'x-amz-content-sha256': undefined } }, '400 InvalidRequest'],
  ['a hash that is none', { signing: { payloadHash: 'abc' } }, '400 InvalidArgument'],
  ['a body that is not there', { signing: { payloadHash: 'a'.repeat(64) } }, '400 XAmzContentSHA256Mismatch'],
  [
    'another body',
    { method: 'PUT', body: 'b', signing: { payloadHash: 'a'.repeat(64) } },
    '400 XAmzContentSHA256Mismatch'
  ],
  ['a token it has not', { headers: { 'x-amz-security-token': 'x' } }, '400 InvalidToken'],
  ['a signature in the query too', { query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256' }, '400 InvalidArgument'],
  ['a path that is no UTF-8', { path: '/logs/%ff' }, '400 InvalidURI'],
  ['a key that is too long', { path: `/logs/${'k'.repeat(1025)}` }, '400 KeyTooLongError']
]

for (const [name, raw, expected] of wrong) {
  test(`a request with ${name} is refused`, async () => {
    await using server = await startS3Server({ buckets: { logs: {} } })
    server.put('logs', 'a', 'text')
    const { status, code, headers } = await sendRaw(server, { path: '/logs/a', ...raw })
    assert.equal(`${status} ${code}`, expected)
    assert.match(headers['x-amz-request-id']!.toString(), /^[0-9A-F]{16}$/)
    assert.equal(server.get('logs', 'a')!.toString(), 'text')
  })
}

test('an unsigned header is named, as is the region that was expected', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  const unsigned = await sendRaw(server, { afterwards: { 'x-amz-acl': 'private' } })
  assert.equal(unsigned.element('HeadersNotSigned'), 'x-amz-acl')
  const elsewhere = await sendRaw(server, { signing: { region: 'us-east-1' } })
  assert.equal(elsewhere.element('Region'), 'ap-northeast-1')
})

test('a query is signed too', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  const list: RawRequest = { path: '/logs', query: 'list-type=2&prefix=a%2Fb' }
  assert.equal((await sendRaw(server, list)).status, 200)
  const changed = await sendPlain(
    server,
    { ...list, query: 'list-type=2&prefix=a' },
    signedHeaders(server, list).headers
  )
  assert.equal(changed.code, 'SignatureDoesNotMatch')
})

test('temporary credentials need their token', async () => {
  const credentials = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'right' }
  await using server = await startS3Server({ credentials: [credentials], buckets: { logs: {} } })
  const list = new ListObjectsV2Command({ Bucket: 'logs' })
  for (const [sessionToken, expected] of [
    ['right', 'no failure'],
    ['wrong', '400 InvalidToken'],
    [undefined, '403 InvalidAccessKeyId']
  ] as const) {
    using client = clientOf(server, { credentials: { ...credentials, sessionToken: sessionToken! } })
    assert.equal(await failureOf(client.send(list)), expected)
  }
  assert.equal(server.environment().AWS_SESSION_TOKEN, 'right')
})

test('an SDK with a wrong clock puts it right by the Date of the refusal', async () => {
  await using server = await startS3Server({ clockSkewMs: 60 * minute, buckets: { logs: {} } })
  using once = clientOf(server)
  assert.equal(await failureOf(once.send(new ListObjectsV2Command({ Bucket: 'logs' }))), '403 RequestTimeTooSkewed')
  using again = clientOf(server, { maxAttempts: 2 })
  await again.send(new ListObjectsV2Command({ Bucket: 'logs' }))
})

test('the error of a HEAD has no body', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  assert.equal(await failureOf(client.send(new HeadObjectCommand({ Bucket: 'logs', Key: 'a' }))), '404 NotFound')
  const answer = await sendRaw(server, { method: 'HEAD', path: '/logs/a' })
  assert.deepEqual([answer.status, answer.body.length], [404, 0])
})
