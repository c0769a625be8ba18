import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import type { StoreSettings } from '../../../../worker/contract/store.ts'
import { connectS3, type S3Connection } from '../../../../worker/stores/s3/connection.ts'
import type { Span } from '../../../../worker/stores/s3/lean-gets.ts'
import type { Fault, FaultAction } from '../../../stand-ins/s3/faults.ts'
import { type S3Server, startS3Server } from '../../../stand-ins/s3/server.ts'
import { serveS3 } from '../../../support/s3-bucket.ts'

const never = new AbortController().signal
const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff))
const server = await serveS3({
  buckets: { logs: {}, 'paid-by-readers': { requesterPays: true }, 'of-another': { owner: '222222222222' } }
})
for (const bucket of ['logs', 'paid-by-readers', 'of-another']) server.put(bucket, 'fleet/object', bytes)

const whole: Span = { key: 'object', size: bytes.length, version: undefined, from: 0, to: bytes.length }
const part: Span = { ...whole, from: 1000, to: 3000 }

interface Fetched {
  readonly isFetched: boolean
  readonly bytes: Buffer
}

function connect(settings: Partial<StoreSettings> = {}): S3Connection & Disposable {
  const connection = connectS3({ url: 's3://logs/fleet/', patienceMs: 60_000, ...settings })
  return { ...connection, [Symbol.dispose]: () => connection.close() }
}

async function fetchBy({ gets }: S3Connection, span: Span, signal = never): Promise<Fetched> {
  const chunks: Buffer[] = []
  const isFetched = await gets.get(span, (chunk) => void chunks.push(Buffer.from(chunk)), signal)
  return { isFetched, bytes: Buffer.concat(chunks) }
}

const nothing: Fetched = { isFetched: false, bytes: Buffer.alloc(0) }

function withFault(fault: Fault, on: S3Server = server): Disposable {
  on.faults.add(fault)
  return { [Symbol.dispose]: () => on.faults.remove(fault) }
}

describe('a lean GET', () => {
  it('a lean GET fetches an object by one request without a range', async () => {
    using connection = connect()
    const before = server.requests.length
    assert.deepEqual(await fetchBy(connection, whole), { isFetched: true, bytes })
    const [request, ...others] = server.requests.slice(before)
    assert.deepEqual([request!.operation, request!.status, request!.range, others], ['GetObject', 200, undefined, []])
  })

  for (const [from, to] of [
    [0, 1],
    [0, 4999],
    [1, 5000],
    [1000, 3000]
  ] as const) {
    it(`a lean GET fetches the bytes ${from} to ${to} by their range`, async () => {
      using connection = connect()
      const fetched = await fetchBy(connection, { ...whole, from, to })
      assert.deepEqual(fetched, { isFetched: true, bytes: bytes.subarray(from, to) })
      assert.equal(server.requests.at(-1)!.range, `bytes=${from}-${to - 1}`)
    })
  }

  it('a lean GET reads any key', async () => {
    for (const key of ["a b+c/d=1&e!'()*~", '%2F', 'é/日', '..', '?x#y']) {
      server.put('logs', `fleet/${key}`, bytes)
      using connection = connect()
      assert.ok((await fetchBy(connection, { ...whole, key })).isFetched, key)
    }
  })

  it('a lean GET reads only the listed version', async () => {
    const version = `"${createHash('md5').update(bytes).digest('hex')}"`
    using connection = connect()
    assert.ok((await fetchBy(connection, { ...part, version })).isFetched)
    assert.deepEqual(await fetchBy(connection, { ...part, version: '"another"' }), nothing)
    assert.equal(server.requests.at(-1)!.status, 412)
  })

  it('a lean GET sends the requester-pays header and the expected owner', async () => {
    for (const [settings, isFetched] of [
      [{ url: 's3://paid-by-readers/fleet/' }, false],
      [{ url: 's3://paid-by-readers/fleet/', requesterPays: true }, true],
      [{ url: 's3://of-another/fleet/', account: '111111111111' }, false],
      [{ url: 's3://of-another/fleet/', account: '222222222222' }, true]
    ] as const) {
      using connection = connect(settings)
      assert.equal((await fetchBy(connection, part)).isFetched, isFetched)
    }
  })

  it('a lean GET is signed with the token of temporary credentials', async () => {
    const credentials = { ...server.credentials, sessionToken: 'a/token' }
    await using own = await startS3Server({ buckets: { logs: {} }, credentials: [credentials] })
    own.put('logs', 'fleet/object', bytes)
    using _ = withEnvironment(own.environment())
    using connection = connect()
    assert.ok((await fetchBy(connection, part)).isFetched)
  })
})

describe('a lean GET leaves to the SDK', () => {
  const answers: readonly (readonly [string, FaultAction, Span])[] = [
    ['another range of the same length', { kind: 'wrong-range', start: 1001 }, part],
    ['another range of the same length from the start', { kind: 'wrong-range', start: 0 }, part],
    ['a shorter range', { kind: 'wrong-range', start: 1000, bytes: 1999 }, part],
    ['a longer range', { kind: 'wrong-range', start: 1000, bytes: 2001 }, part],
    ['a range where all was asked for', { kind: 'wrong-range', start: 0 }, whole],
    ['an object that has grown', { kind: 'replace', bytes: Buffer.concat([bytes, bytes]) }, whole],
    ['a range of an object that has grown', { kind: 'replace', bytes: Buffer.concat([bytes, bytes]) }, part],
    ['SlowDown', { kind: 'error', code: 'SlowDown' }, part],
    ['AccessDenied', { kind: 'error', code: 'AccessDenied' }, part]
  ]
  for (const [name, action, span] of answers) {
    it(`a lean GET leaves to the SDK: ${name}`, async () => {
      using connection = connect()
      {
        using _ = withFault({ operation: 'GetObject', action })
        assert.deepEqual(await fetchBy(connection, span), nothing)
      }
      server.put('logs', 'fleet/object', bytes)
      const { isFetched } = await fetchBy(connection, span)
      assert.ok(isFetched, 'afterwards')
    })
  }

  it('a lean GET leaves an error of the requested length to the SDK', async () => {
    using connection = connect()
    const { body } = await errorOf(server)
    using _ = withFault({ operation: 'GetObject', action: { kind: 'error', code: 'AccessDenied' } })
    for (const span of [
      { ...whole, size: body, to: body },
      { ...whole, to: body }
    ]) {
      assert.deepEqual(await fetchBy(connection, span), nothing)
    }
  })

  it('a lean GET leaves a bucket without credentials to the SDK', async () => {
    using _ = withEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: '/nowhere' })
    using connection = connect()
    const before = server.requests.length
    assert.deepEqual(await fetchBy(connection, part), nothing)
    assert.equal(server.requests.length, before)
  })

  it('a lean GET leaves a directory bucket, which has another signature, to the SDK', async () => {
    using connection = connect({ url: 's3://logs--usw2-az1--x-s3/fleet/' })
    const before = server.requestCounts.get('GetObject')
    assert.deepEqual(await fetchBy(connection, part), nothing)
    assert.equal(server.requestCounts.get('GetObject'), before)
  })

  it('the first GET is left to the SDK when the clocks differ, and later ones follow the server’s clock', async () => {
    await using ahead = await startS3Server({ buckets: { logs: {} }, clockSkewMs: 30 * 60_000 })
    ahead.put('logs', 'fleet/object', bytes)
    using _ = withEnvironment(ahead.environment())
    using connection = connect()
    assert.deepEqual(await fetchBy(connection, part), nothing)
    connection.client.config.systemClockOffset = 30 * 60_000
    assert.ok((await fetchBy(connection, part)).isFetched)
  })
})

describe('the connections of lean GETs', () => {
  it('connections are reused, one for GETs in turn, more for GETs at once', async (test) => {
    await using own = await ownServer()
    using connection = connect()
    const bySdk = test.mock.method(connection.client, 'send')
    for (let count = 0; count < 3; count++) await fetchBy(connection, part)
    assert.equal(own.openConnections(), 1)
    assert.equal(bySdk.mock.callCount(), 1, 'the SDK is asked once where the bucket is')
    const [one, other] = await Promise.all([fetchBy(connection, part), fetchBy(connection, whole)])
    assert.deepEqual(
      [one, other],
      [
        { isFetched: true, bytes: bytes.subarray(1000, 3000) },
        { isFetched: true, bytes }
      ]
    )
    assert.equal(own.openConnections(), 2)
  })

  it('connections are replaced when the server closed them while idle', async () => {
    await using own = await ownServer()
    using connection = connect()
    await Promise.all([fetchBy(connection, part), fetchBy(connection, part)])
    await own.setOffline(true)
    await own.setOffline(false)
    assert.ok((await fetchBy(connection, part)).isFetched)
  })

  it('connections are replaced when they break before the answer, and only if they were used before', async () => {
    await using own = await ownServer()
    using connection = connect()
    using _ = withFault({ operation: 'GetObject', after: 1, times: 1, action: { kind: 'reset' } }, own)
    await fetchBy(connection, part)
    assert.ok((await fetchBy(connection, part)).isFetched)
    assert.equal(own.requests.length, 3)
    using fresh = connect()
    using _reset = withFault({ operation: 'GetObject', action: { kind: 'reset' } }, own)
    await assert.rejects(fetchBy(fresh, part))
    assert.equal(own.requests.length, 4)
  })

  it('a connection that breaks in the body fails the GET after its first bytes', async () => {
    await using own = await ownServer()
    using connection = connect()
    await fetchBy(connection, part)
    using _ = withFault({ operation: 'GetObject', action: { kind: 'cut', afterBytes: 700 } }, own)
    let delivered = 0
    const onBytes = (chunk: Buffer): void => {
      delivered += chunk.length
    }
    const get = connection.gets.get(part, onBytes, never)
    await assert.rejects(get, /the connection was/)
    assert.deepEqual([delivered, own.requests.length], [700, 2])
  })

  it('a GET ends with the reason of the signal, and connections close with the store', async () => {
    await using own = await ownServer()
    using connection = connect()
    await fetchBy(connection, part)
    await assert.rejects(fetchBy(connection, part, AbortSignal.abort(new Error('by a person'))), /by a person/)
    assert.equal(own.requests.length, 1)
    using _ = withFault({ operation: 'GetObject', action: { kind: 'hang' } }, own)
    const { promise: arrival, resolve: arrived } = Promise.withResolvers<void>()
    const key = (): boolean => {
      arrived()
      return false
    }
    using _watch = withFault({ key, action: { kind: 'hang' } }, own)
    const cancel = new AbortController()
    const cancelled = assert.rejects(fetchBy(connection, part, cancel.signal), /by a person/)
    await arrival
    cancel.abort(new Error('by a person'))
    await cancelled
    const closed = assert.rejects(fetchBy(connection, part), /the connection was closed/)
    while (own.requests.length < 3) await new Promise(setImmediate)
    connection.close()
    await closed
  })
})

/** A server for one test, in the environment until it ends. */
async function ownServer(): Promise<S3Server> {
  const own = await startS3Server({ buckets: { logs: {} } })
  own.put('logs', 'fleet/object', bytes)
  const environment = withEnvironment(own.environment())
  return {
    ...own,
    [Symbol.asyncDispose]: async () => {
      environment[Symbol.dispose]()
      await own.close()
    }
  }
}

/** How many bytes the answer of a refused GET has. */
async function errorOf(of: S3Server): Promise<{ body: number }> {
  using _ = withFault({ operation: 'GetObject', action: { kind: 'error', code: 'AccessDenied' } }, of)
  const answer = await fetch(`${of.url}/logs/fleet/object`)
  return { body: (await answer.arrayBuffer()).byteLength }
}

function withEnvironment(variables: Readonly<Record<string, string | undefined>>): Disposable {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  setEnvironment(variables)
  return { [Symbol.dispose]: () => setEnvironment(before) }
}

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
