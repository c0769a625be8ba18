import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const script = fileURLToPath(new URL('./serve.ts', import.meta.url))

test('as a process of its own the server prints its environment and ends on SIGTERM', async () => {
  using directory = temporaryDirectory()
  const flags = ['--directory', directory.path, '--bucket', 'logs', '--generate', '1000', '--discard', 'out']
  const slow = ['--latency-ms', '1', '--list-latency-ms', '40', '--mb-per-second', '80']
  const child = spawn(process.execPath, [script, ...flags, ...slow, '--until-stdin-closes'], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const closed = once(child, 'close')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url, environment } = JSON.parse(line)
  assert.equal(environment.AWS_ENDPOINT_URL_S3, url)
  const client = new S3Client({
    endpoint: url,
    region: environment.AWS_REGION,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY }
  })
  const start = performance.now()
  const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket: 'generated' }))
  assert.equal(KeyCount, 1000)
  assert.ok(performance.now() - start >= 39)
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket: 'generated', Key: 'telemetry/2023/10/01/00/00000007.log' })
  )
  assert.equal((await Body!.transformToString()).length, 1000)
  client.destroy()
  child.stdin.end()
  assert.deepEqual(await closed, [0, null])
})

test('it ends on SIGTERM', async () => {
  const child = spawn(process.execPath, [script, '--bucket', 'logs'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await closed, [0, null])
})
