import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { clientOf } from './clients.ts'
import { type S3Server, startS3Server } from './server.ts'

const get = new GetObjectCommand({
  Bucket: 'logs',
  Key: 'a b.zip',
  ResponseContentDisposition: 'attachment; filename="logs.zip"'
})

async function presign(server: S3Server, expiresIn = 60): Promise<string> {
  using client = clientOf(server)
  return getSignedUrl(client, get, { expiresIn })
}

async function answerTo(url: string, init?: RequestInit): Promise<string> {
  const response = await fetch(url, init)
  const text = await response.text()
  return `${response.status} ${/<Code>(.*)<\/Code>/.exec(text)?.[1] ?? text}`
}

const signedOut = (url: string, name: string, value: string): string => {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed.href
}

test('a presigned URL works as long as it says and names the download', async () => {
  let aheadMs = 0
  await using server = await startS3Server({ nowMs: () => Date.now() + aheadMs, buckets: { logs: {} } })
  server.put('logs', 'a b.zip', 'text')
  const url = await presign(server)
  const response = await fetch(url)
  assert.equal(await response.text(), 'text')
  assert.equal(response.headers.get('content-disposition'), 'attachment; filename="logs.zip"')
  aheadMs = 62_000
  assert.equal(await answerTo(url), '403 AccessDenied')
  aheadMs = -16 * 60_000
  assert.equal(await answerTo(url), '403 AccessDenied')
})

test('a changed presigned URL is refused', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  server.put('logs', 'a b.zip', 'text')
  const url = await presign(server)
  const changes: readonly (readonly [string, string, string])[] = [
    ['X-Amz-Expires', '120', '403 SignatureDoesNotMatch'],
    ['X-Amz-Expires', '604801', '400 AuthorizationQueryParametersError'],
    ['X-Amz-Expires', '-1', '400 AuthorizationQueryParametersError'],
    ['X-Amz-Expires', 'x', '400 AuthorizationQueryParametersError'],
    ['X-Amz-Algorithm', 'AWS4', '400 AuthorizationQueryParametersError'],
    ['X-Amz-Date', 'yesterday', '400 AuthorizationQueryParametersError'],
    ['X-Amz-Signature', '0'.repeat(64), '403 SignatureDoesNotMatch'],
    ['X-Amz-Security-Token', 'x', '400 InvalidToken'],
    ['X-Amz-SignedHeaders', 'date', '403 AccessDenied'],
    ['response-content-disposition', 'inline', '403 SignatureDoesNotMatch']
  ]
  for (const [name, value, expected] of changes)
    assert.equal(await answerTo(signedOut(url, name, value)), expected, name)
  assert.equal(await answerTo(url.replace('a%20b.zip', 'other')), '403 SignatureDoesNotMatch')
  assert.equal(await answerTo(url.replace(/&X-Amz-Date=[^&]*/, '')), '400 AuthorizationQueryParametersError')
  assert.equal(await answerTo(url, { method: 'PUT', body: 'x' }), '403 SignatureDoesNotMatch')
  assert.equal(await answerTo(url, { headers: { 'x-amz-meta-a': 'b' } }), '403 AccessDenied')
  assert.equal(await answerTo(url), '200 text')
})

test('a presigned URL of temporary credentials carries their token', async () => {
  const credentials = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'to/ken+=' }
  await using server = await startS3Server({ credentials: [credentials], buckets: { logs: {} } })
  server.put('logs', 'a b.zip', 'text')
  const url = await presign(server, 604_800)
  assert.equal(await answerTo(url), '200 text')
  assert.equal(await answerTo(signedOut(url, 'X-Amz-Security-Token', 'other')), '400 InvalidToken')
})

test('a presigned PUT takes an unsigned body', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server, { requestChecksumCalculation: 'WHEN_REQUIRED' })
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'logs', Key: 'put' }))
  assert.equal(await answerTo(url, { method: 'PUT', body: 'text' }), '200 ')
  assert.equal(server.get('logs', 'put')!.toString(), 'text')
})

test('a file name that is no header is refused', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  server.put('logs', 'a', 'text')
  const disposition = 'attachment; filename="\u65e5.zip"'
  const command = new GetObjectCommand({ Bucket: 'logs', Key: 'a', ResponseContentDisposition: disposition })
  assert.equal(await answerTo(await getSignedUrl(client, command)), '400 InvalidArgument')
})
