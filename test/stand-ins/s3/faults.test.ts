import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand
} from '@aws-sdk/client-s3'
import { clientOf, failureOf } from './clients.ts'
import { createFaults, type Fault, type FaultAction } from './faults.ts'
import { sendRaw, signedHeaders } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const body = Buffer.alloc(100_000, '0123456789')

async function startWith(...faults: readonly Fault[]): Promise<S3Server> {
  const server = await startS3Server({ buckets: { logs: {} }, faults })
  server.put('logs', 'a', body)
  return server
}

const onGet = (action: FaultAction): Promise<S3Server> => startWith({ operation: 'GetObject', action })

/** What a GET gives before its connection ends, and how it ends. */
async function getBytes(server: S3Server): Promise<{ bytes: number; end: string }> {
  using client = clientOf(server)
  let bytes = 0
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }))
    for await (const chunk of Body as AsyncIterable<Buffer>) bytes += chunk.length
    return { bytes, end: 'complete' }
  } catch (error) {
    return { bytes, end: (error as NodeJS.ErrnoException).code ?? (error as Error).message }
  }
}

test('error: answers with any code, and carries nothing out', async () => {
  await using server = await startWith(
    { operation: 'GetObject', action: { kind: 'error', code: 'SlowDown' } },
    { operation: ['PutObject'], action: { kind: 'error', status: 400, code: 'ExpiredToken', message: 'over' } }
  )
  using client = clientOf(server)
  assert.equal(await failureOf(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }))), '503 SlowDown')
  const put = new PutObjectCommand({ Bucket: 'logs', Key: 'b', Body: 'x' })
  await assert.rejects(client.send(put), { name: 'ExpiredToken', message: 'over' })
  assert.deepEqual(server.keys('logs'), ['a'])
  await client.send(new ListObjectsV2Command({ Bucket: 'logs' }))
  server.faults.clear()
  await client.send(put)
})

test('error: an SDK that may try again gets through', async () => {
  await using server = await startWith({ times: 1, action: { kind: 'error', code: 'InternalError' } })
  using client = clientOf(server, { maxAttempts: 2 })
  await client.send(new ListObjectsV2Command({ Bucket: 'logs' }))
  assert.deepEqual(
    server.requests.map(({ status }) => status),
    [500, 200]
  )
})

test('error: one that comes with 200, as a completion of S3 can, is seen by the SDK', async () => {
  await using server = await startWith({ action: { kind: 'error', status: 200, code: 'InternalError' } })
  using client = clientOf(server)
  const complete = new CompleteMultipartUploadCommand({ Bucket: 'logs', Key: 'b', UploadId: 'x' })
  await assert.rejects(client.send(complete), { name: 'InternalError' })
})

test('latency: rules add up before the first byte', async () => {
  await using server = await onGet({ kind: 'latency', firstByteMs: 20 })
  server.faults.add({ key: 'a', action: { kind: 'latency', firstByteMs: 20 } })
  const start = performance.now()
  assert.deepEqual(await getBytes(server), { bytes: body.length, end: 'complete' })
  assert.ok(performance.now() - start >= 39)
})

test('bandwidth: a body takes its time, down and up', async () => {
  await using server = await startWith({ action: { kind: 'bandwidth', bytesPerSecond: 1_000_000 } })
  using client = clientOf(server)
  const start = performance.now()
  assert.deepEqual(await getBytes(server), { bytes: body.length, end: 'complete' })
  const between = performance.now()
  assert.ok(between - start >= 95, `${between - start} ms down`)
  await client.send(new PutObjectCommand({ Bucket: 'logs', Key: 'b', Body: body }))
  assert.ok(performance.now() - between >= 95, `${performance.now() - between} ms up`)
})

test('cut: the body ends early', async () => {
  await using server = await onGet({ kind: 'cut', afterBytes: 1234 })
  const { bytes, end } = await getBytes(server)
  assert.equal(bytes, 1234)
  assert.notEqual(end, 'complete')
})

test('reset: before the answer and within the body', async () => {
  await using server = await onGet({ kind: 'reset' })
  assert.deepEqual(await getBytes(server), { bytes: 0, end: 'ECONNRESET' })
  server.faults.clear()
  server.faults.add({ action: { kind: 'reset', afterBytes: 1234 } })
  const { bytes, end } = await getBytes(server)
  assert.ok(bytes <= 1234)
  assert.equal(end, 'ECONNRESET')
})

test('hang: not a byte more, and the connection stays', async () => {
  await using server = await onGet({ kind: 'hang' })
  await assert.rejects(signedGet(server, 50), { name: 'AbortError' })
  server.faults.clear()
  server.faults.add({ action: { kind: 'hang', afterBytes: 1234 } })
  const abort = new AbortController()
  using client = clientOf(server)
  const get = new GetObjectCommand({ Bucket: 'logs', Key: 'a' })
  const { Body } = await client.send(get, { abortSignal: abort.signal })
  const chunks = (Body as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  assert.equal((await chunks.next()).value!.length, 1234)
  const next = chunks.next()
  const first = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 50, 'silence'))])
  assert.equal(first, 'silence')
  assert.equal(server.openConnections(), 1)
  await server.close()
  await assert.rejects(next)
})

async function signedGet(server: S3Server, patienceMs: number): Promise<unknown> {
  using client = clientOf(server)
  const abortSignal = AbortSignal.timeout(patienceMs)
  return client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }), { abortSignal })
}

test('wrong-checksum and corrupt: the SDK sees that the body is not what was stored', async () => {
  for (const action of [{ kind: 'wrong-checksum' }, { kind: 'corrupt', at: 99_999 }] as const) {
    await using server = await onGet(action)
    const { end } = await getBytes(server)
    assert.match(end, /Checksum mismatch/)
    const raw = await sendRaw(server, { path: '/logs/a' })
    assert.equal(raw.body.equals(body), action.kind === 'wrong-checksum')
    assert.equal(raw.body.length, body.length)
  }
})

test('wrong-range: the answer is the range of the fault, and says so', async () => {
  for (const [wrong, range, expected] of [
    [{ start: 5 }, 'bytes=0-9', 'bytes 5-14/100000'],
    [{ start: 0, bytes: 7 }, 'bytes=0-9', 'bytes 0-6/100000'],
    [{ start: 0 }, undefined, 'bytes 0-99999/100000']
  ] as const) {
    await using server = await onGet({ kind: 'wrong-range', ...wrong })
    const headers: Record<string, string> = range === undefined ? {} : { range }
    const answer = await sendRaw(server, { path: '/logs/a', headers })
    const { start, bytes = range === undefined ? body.length : 10 } = { bytes: undefined, ...wrong }
    assert.deepEqual([answer.status, answer.headers['content-range']], [206, expected])
    assert.ok(answer.body.equals(body.subarray(start, start + bytes)))
  }
})

test('vanish and replace: the object is another one by the time it is read', async () => {
  await using server = await startWith({
    operation: 'GetObject',
    times: 1,
    action: { kind: 'replace', bytes: Buffer.from('new') }
  })
  const { headers } = await sendRaw(server, { method: 'HEAD', path: '/logs/a' })
  const get = { path: '/logs/a', headers: { 'if-match': headers.etag! } }
  assert.equal((await sendRaw(server, get)).status, 412)
  assert.equal((await sendRaw(server, { path: '/logs/a' })).body.toString(), 'new')
  server.faults.add({ operation: 'GetObject', action: { kind: 'vanish' } })
  assert.equal((await sendRaw(server, { path: '/logs/a' })).code, 'NoSuchKey')
  assert.deepEqual(server.keys('logs'), [])
})

test('refuse-connection and lost-answer: no answer, once without and once with effect', async () => {
  await using server = await startWith({ operation: 'PutObject', times: 1, action: { kind: 'refuse-connection' } })
  const put = { method: 'PUT', path: '/logs/b', body: 'x' }
  await assert.rejects(sendRaw(server, put), { code: 'ECONNRESET' })
  assert.equal(server.get('logs', 'b'), undefined)
  server.faults.add({ operation: 'PutObject', times: 1, action: { kind: 'lost-answer' } })
  await assert.rejects(sendRaw(server, put), { code: 'ECONNRESET' })
  assert.equal(server.get('logs', 'b')!.toString(), 'x')
})

test('an upload is cut, reset or hangs within its body, and nothing is stored', async () => {
  for (const kind of ['cut', 'reset', 'hang'] as const) {
    await using server = await startWith({ operation: 'PutObject', action: { kind, afterBytes: 50_000 } })
    using client = clientOf(server)
    const put = new PutObjectCommand({ Bucket: 'logs', Key: 'b', Body: body })
    await assert.rejects(client.send(put, { abortSignal: AbortSignal.timeout(50) }))
    assert.equal(server.get('logs', 'b'), undefined)
  }
})

test('offline: connections break, new ones are refused, and it comes back on its port', async () => {
  await using server = await startWith()
  using client = clientOf(server)
  const list = new ListObjectsV2Command({ Bucket: 'logs' })
  await client.send(list)
  assert.equal(server.openConnections(), 1)
  await server.setOffline(true)
  await server.setOffline(true)
  assert.equal(server.openConnections(), 0)
  await assert.rejects(once(connect(server.port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' })
  await server.setOffline(false)
  await client.send(list)
})

test('rules: by operation, bucket and key, after some, so many times, by chance', () => {
  const acts = (fault: Omit<Fault, 'action'>, requests: readonly (readonly [string, string, string?])[]): string => {
    const state = createFaults([{ ...fault, action: { kind: 'vanish' } }])
    return requests.map(([...request]) => state.actionsOn(request[0], request[1], request[2]).length).join('')
  }
  const gets = Array.from({ length: 5 }, (_, at) => ['GetObject', 'logs', `key ${at}`] as const)
  assert.equal(acts({}, gets), '11111')
  assert.equal(acts({ operation: 'PutObject' }, gets), '00000')
  assert.equal(acts({ operation: ['PutObject', 'GetObject'] }, gets), '11111')
  assert.equal(acts({ bucket: 'other' }, gets), '00000')
  assert.equal(acts({ key: 'key 2' }, gets), '00100')
  assert.equal(acts({ key: /[13]$/g }, gets), '01010')
  assert.equal(acts({ key: (key) => key > 'key 2' }, gets), '00011')
  assert.equal(acts({ key: /./ }, [['ListObjectsV2', 'logs']]), '0')
  assert.equal(acts({ after: 1, times: 2 }, gets), '01100')
  const many = Array.from({ length: 400 }, () => gets[0]!)
  const chosen = acts({ probability: 0.25, seed: 7 }, many)
  assert.equal(chosen, acts({ probability: 0.25, seed: 7 }, many))
  assert.notEqual(chosen, acts({ probability: 0.25, seed: 8 }, many))
  const share = chosen.replaceAll('0', '').length / 400
  assert.ok(share > 0.18 && share < 0.32, String(share))
})

test('a request with its signature broken is refused under any fault', async () => {
  await using server = await onGet({ kind: 'latency', firstByteMs: 1 })
  const { headers } = signedHeaders(server, { path: '/logs/a' })
  const answer = await sendRaw(server, { path: '/logs/a', afterwards: { authorization: `${headers.authorization}0` } })
  assert.equal(answer.code, 'SignatureDoesNotMatch')
})
