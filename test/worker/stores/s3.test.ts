import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { type ErrorCode, IotLogError } from '../../../worker/contract/errors.ts'
import type { RandomAccess, StoredObject, StoreSettings } from '../../../worker/contract/store.ts'
import { openStore } from '../../../worker/stores/open-store.ts'
import { ConnectedS3Store } from '../../../worker/stores/s3/connected-store.ts'
import { testStoreContract } from '../../contracts/store.ts'
import type { Fault, FaultAction } from '../../stand-ins/s3/faults.ts'
import { createRetryClock } from '../../support/clocks.ts'
import { placeIn, type S3Place, serveS3 } from '../../support/s3-bucket.ts'
import { untilTrue } from '../../support/until.ts'

const server = await serveS3({
  buckets: {
    logs: {},
    'paid-by-readers': { requesterPays: true },
    elsewhere: { region: 'eu-west-1' },
    'of-another': { owner: '222222222222' }
  }
})

testStoreContract('S3 store', async () => {
  const { settings, ...place } = placeIn(server)
  const store = openStore(settings)
  return { store, ...place, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})

describe('S3 store: what S3 rejects', () => {
  it('an error names the bucket that does not exist', () =>
    refuses({ url: 's3://no-such-bucket' }, 'unavailable', /There is no bucket no-such-bucket/))

  it('an error names the bucket’s real region', () =>
    refuses({ url: 's3://elsewhere' }, 'unavailable', /elsewhere is in eu-west-1, not in ap-northeast-1: set the/))

  it('an error names the missing permission and the expected owner', async () => {
    const denied = { kind: 'error', code: 'AccessDenied' } as const
    await using _ = withFault({ operation: 'ListObjectsV2', action: denied })
    const url = 's3://logs'
    await refuses({ url, account: '111111111111' }, 'denied', /s3:ListBucket on arn:aws:s3:::logs, and .* 111111111111/)
  })

  it('a bucket of another account than the configured one is not read', async () => {
    await refuses({ url: 's3://of-another', account: '111111111111' }, 'denied', /must belong to account 111111111111/)
    assert.deepEqual(await keysOf(openQuickly({ url: 's3://of-another', account: '222222222222' })), [])
  })

  it('a store sends the requester-pays header when the configuration says so', async () => {
    await refuses({ url: 's3://paid-by-readers' }, 'denied', /s3:ListBucket/)
    assert.deepEqual(await keysOf(openQuickly({ url: 's3://paid-by-readers', requesterPays: true })), [])
  })

  for (const code of ['ExpiredToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch']) {
    it(`rejected credentials end the job (${code})`, async () => {
      await using _ = withFault({ operation: 'GetObject', action: { kind: 'error', code, status: 400 } })
      const { object, store } = await oneObject('some text')
      await rejectsWith('unavailable', /The AWS credentials are not accepted/, () => readAll(store, object))
    })
  }

  it('objects that are archived, missing, denied or replaced have different errors', async () => {
    const cases: readonly [FaultAction, ErrorCode][] = [
      [{ kind: 'error', code: 'InvalidObjectState' }, 'archived'],
      [{ kind: 'vanish' }, 'not-found'],
      [{ kind: 'error', code: 'AccessDenied' }, 'denied'],
      [{ kind: 'replace', bytes: Buffer.from('other text') }, 'replaced'],
      [{ kind: 'error', code: 'NoSuchBucket' }, 'unavailable']
    ]
    for (const [action, code] of cases) {
      const { object, store } = await oneObject('some text')
      await using _ = withFault({ operation: 'GetObject', action })
      await rejectsWith(code, /logs/, () => readAll(store, object))
    }
  })

  it('an object is rejected as archived by its storage class', async () => {
    const place = placeIn(server)
    const prefix = place.settings.url.slice('s3://logs/'.length)
    for (const storageClass of ['GLACIER', 'DEEP_ARCHIVE']) {
      server.put('logs', `${prefix}a`, Buffer.from('x'), { storageClass })
      const store = openQuickly(place.settings)
      const [object] = await objectsOf(store)
      await rejectsWith('archived', /Archived, not readable until restored/, () => readAll(store, object!))
    }
    server.put('logs', `${prefix}a`, Buffer.from('x'), { storageClass: 'GLACIER_IR' })
    const store = openQuickly(place.settings)
    assert.equal(String(await readAll(store, (await objectsOf(store))[0]!)), 'x')
  })
})

describe('S3 store: retries', () => {
  const large = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 9)) & 0xff))
  const passing: readonly (readonly [string, Omit<Fault, 'operation'>])[] = [
    ['SlowDown', { times: 3, action: { kind: 'error', code: 'SlowDown', status: 503 } }],
    ['InternalError', { times: 3, action: { kind: 'error', code: 'InternalError' } }],
    ['a connection that is refused', { times: 3, action: { kind: 'refuse-connection' } }],
    ['a reset before the answer', { times: 2, action: { kind: 'reset' } }],
    ['a body that is cut', { times: 3, action: { kind: 'cut', afterBytes: 70_000 } }],
    ['a body that is reset', { times: 2, action: { kind: 'reset', afterBytes: 1 } }],
    ['an answer that never comes', { times: 1, action: { kind: 'hang' } }],
    ['a body that stops coming', { times: 1, action: { kind: 'hang', afterBytes: 100_000 } }],
    ['a checksum that is not the body’s', { action: { kind: 'wrong-checksum' } }]
  ]
  for (const [name, fault] of passing) {
    it(`a read continues after ${name}`, async () => {
      const { object, store } = await oneObject(large)
      await using _ = withFault({ operation: 'GetObject', ...fault })
      assert.ok((await readAll(store, object)).equals(large))
    })
  }

  it('a read resumes where the body broke, and only from the same version', async () => {
    const { object, store } = await oneObject(large)
    const before = server.requests.length
    await using _ = withFault({ operation: 'GetObject', times: 1, action: { kind: 'cut', afterBytes: 200_000 } })
    await readAll(store, object)
    const ranges = server.requests.slice(before).map((request) => request.range)
    assert.deepEqual(ranges, [undefined, `bytes=200000-${large.length - 1}`])
    const second = await oneObject(large)
    await using _cut = withFault({ operation: 'GetObject', times: 1, action: { kind: 'cut', afterBytes: 100_000 } })
    await using _replaced = withFault({
      operation: 'GetObject',
      after: 1,
      action: { kind: 'replace', bytes: Buffer.alloc(large.length) }
    })
    await rejectsWith('replaced', /Changed since it was listed/, () => readAll(second.store, second.object))
  })

  it('a read gives up one object if only that fails, and the store if nothing answers', async () => {
    const { object, store } = await oneObject(large)
    await using broken = withFault({ operation: 'GetObject', action: { kind: 'error', code: 'InternalError' } })
    await rejectsWith('io', /GetObject failed: s3:\/\/logs\/.*: /, () => readAll(store, object))
    await broken[Symbol.asyncDispose]()
    await using _ = withFault({ action: { kind: 'error', code: 'InternalError' } })
    await rejectsWith('unavailable', /does not respond to other requests either/, () => readAll(store, object))
  })

  it('a read gives up the store when one object after the other fails', async () => {
    const place = placeIn(server, 3_000)
    for (let number = 10; number < 20; number++) await place.put(`${number}`, Buffer.from('x'))
    const store = openQuickly(place.settings)
    const objects = await objectsOf(store)
    await using _ = withFault({ operation: 'GetObject', action: { kind: 'error', code: 'InternalError' } })
    store.announce(objects)
    const codes: string[] = []
    for (const object of objects) {
      codes.push(await readAll(store, object).then(String, (error) => (error as IotLogError).code))
    }
    assert.equal(codes.filter((code) => code === 'io').length, 7)
    assert.ok(codes.includes('unavailable'))
  })

  it('a closed store retries nothing', async () => {
    const { promise: isRetried, resolve } = Promise.withResolvers<void>()
    let requests = 0
    const key = (): boolean => {
      if (++requests === 2) resolve()
      return true
    }
    await using _ = withFault({ operation: 'GetObject', key, action: { kind: 'error', code: 'InternalError' } })
    const place = placeIn(server, 600_000)
    await place.put('object', Buffer.from('some text'))
    const store = openQuickly(place.settings)
    const failed = rejectsWith('io', /GetObject failed/, async () => readAll(store, (await objectsOf(store))[0]!))
    await isRetried
    await store[Symbol.asyncDispose]()
    await failed
    assert.ok(requests < 10, `${requests} requests`)
  })

  it('a listing continues after pages that fail', async () => {
    const place = placeIn(server)
    for (let number = 1000; number < 3500; number++) await place.put(`n/${number}`, Buffer.from('x'))
    await using _ = withFault({
      operation: 'ListObjectsV2',
      probability: 0.5,
      seed: 3,
      action: { kind: 'error', code: 'SlowDown', status: 503 }
    })
    assert.equal((await objectsOf(openQuickly({ ...place.settings, patienceMs: 20_000 }))).length, 2500)
  })
})

describe('S3 store: reading ahead', () => {
  it('read-ahead fetches announced objects before they are opened, and each once', async () => {
    const place = placeIn(server)
    for (let number = 10; number < 40; number++) await place.put(`${number}`, Buffer.from(`text ${number}`))
    const store = openQuickly(place.settings)
    const objects = await objectsOf(store)
    const before = server.requests.length
    store.announce(objects)
    for (const object of objects) assert.equal(String(await readAll(store, object)), `text ${object.key}`)
    assert.equal(server.requests.length - before, objects.length)
  })

  it('read-ahead skips objects that are not opened, and opens unannounced ones', async () => {
    const place = placeIn(server)
    for (const key of ['a', 'b', 'c']) await place.put(key, Buffer.from(key))
    const store = openQuickly(place.settings)
    const [a, b, c] = await objectsOf(store)
    store.announce([a!, b!])
    assert.equal(String(await readAll(store, b!)), 'b')
    assert.equal(String(await readAll(store, c!)), 'c')
    assert.equal(String(await readAll(store, a!)), 'a')
  })

  it('read-ahead reads a large object in parallel spans, and stops when it is closed', async () => {
    const place = placeIn(server)
    const bytes = Buffer.alloc(50 * 1024 ** 2)
    for (let at = 0; at < bytes.length; at += 4096) bytes.writeUInt32LE(at, at)
    await place.put('large', bytes)
    const store = openQuickly({ ...place.settings, patienceMs: 20_000 })
    const [object] = await objectsOf(store)
    store.announce([object!])
    assert.ok((await readAll(store, object!)).equals(bytes))
    const before = server.requests.length
    const body = await store.open(object!)
    await body.read()
    await body.close()
    assert.equal(await body.read(), null)
    assert.ok(server.requests.length - before <= 1)
  })
})

describe('S3 store: writing', () => {
  it('a write sends parts with checksums, and reads back what it wrote', async () => {
    const place = placeIn(server)
    const store = openQuickly(place.settings)
    const piece = Buffer.alloc(1024 ** 2, 'x')
    let size = 0
    const verify = async (written: { size: number }): Promise<void> => {
      size = written.size
    }
    await store.write('out/a.zip', pieces(piece, 20), { overwrite: false, verify, contentType: 'application/zip' })
    assert.equal(size, 20 * piece.length)
    assert.deepEqual(await place.everything(), ['out/a.zip'])
  })

  it('a write continues when parts and the completion are rejected for a time, or their answers lost', async () => {
    for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']) {
      for (const action of [
        { kind: 'error', code: 'SlowDown', status: 503 },
        { kind: 'reset' },
        { kind: 'lost-answer' }
      ] as const) {
        const place = placeIn(server)
        const store = openQuickly({ ...place.settings, patienceMs: 10_000 })
        await using _ = withFault({ operation, times: 2, action })
        const options = { overwrite: false, verify: async () => {} }
        await store.write('out/a.zip', pieces(Buffer.alloc(1024 ** 2), 20), options)
        const left = (await place.everything()).filter(
          (name) => operation !== 'CreateMultipartUpload' || name === 'out/a.zip'
        )
        assert.deepEqual(left, ['out/a.zip'], `${operation} ${action.kind}`)
      }
    }
  })

  for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'HeadObject']) {
    it(`a write leaves nothing when ${operation} is rejected for good`, async () => {
      const place = placeIn(server)
      await using _ = withFault({ operation, action: { kind: 'error', code: 'AccessDenied' } })
      await rejectsWith(
        'denied',
        /Access denied: s3:\/\/logs\/.*out\/a\.zip: it needs s3:(Put|Get)Object on arn:aws/,
        () =>
          openQuickly(place.settings).write('out/a.zip', pieces(Buffer.alloc(1024 ** 2), 20), {
            overwrite: false,
            verify: async () => {}
          })
      )
      assert.deepEqual(await place.everything(), [])
    })
  }

  it('a write aborts the uploads of a dead attempt under the same key, and nothing else', async () => {
    const place = placeIn(server)
    const store = openQuickly(place.settings)
    await using fault = withFault({
      operation: 'AbortMultipartUpload',
      action: { kind: 'error', code: 'AccessDenied' }
    })
    const leftBehind: string[] = []
    for (const key of ['out/a.zip', 'out/a.zip.other']) {
      const failing = Readable.from(failAfter(20), { objectMode: false })
      const options = { overwrite: false, onLeftBehind: (text: string) => void leftBehind.push(text) }
      await assert.rejects(store.write(key, failing, options), /the body ended/)
    }
    assert.deepEqual(await place.everything(), ['unfinished out/a.zip', 'unfinished out/a.zip.other'])
    assert.match(leftBehind[0]!, /An unfinished upload to s3:\/\/logs\/.*out\/a\.zip could not be aborted/)
    await fault[Symbol.asyncDispose]()
    await store.write('out/a.zip', pieces(Buffer.alloc(10), 1), { overwrite: false })
    assert.deepEqual(await place.everything(), ['out/a.zip', 'unfinished out/a.zip.other'])
  })

  it('a cancelled write cuts the parts in flight', async () => {
    const place = placeIn(server)
    await using _ = withFault({ operation: 'UploadPart', action: { kind: 'hang' } })
    const cancelled = new AbortController()
    const store = openQuickly({ ...place.settings, patienceMs: 60_000 })
    const options = { overwrite: true, signal: cancelled.signal }
    const written = store.write('out/a.zip', pieces(Buffer.alloc(1024 ** 2), 30), options)
    const refused = assert.rejects(written, /cancelled by a person/)
    const parts = () => server.requests.filter((request) => request.operation === 'UploadPart').length
    await untilTrue('two parts on their way', () => parts() >= 2)
    const startedMs = performance.now()
    cancelled.abort(new Error('cancelled by a person'))
    await refused
    assert.ok(performance.now() - startedMs < 20_000)
    assert.deepEqual(await place.everything(), [])
  })
})

describe('S3 store: writers that meet', () => {
  it('the later of two writers takes over, and the earlier fails with the reason', async () => {
    const place = placeIn(server)
    await using _ = withFault({ operation: 'UploadPart', times: 2, action: { kind: 'latency', firstByteMs: 300 } })
    const earlier = openQuickly(place.settings).write('a.zip', pieces(Buffer.alloc(1024 ** 2), 20), { overwrite: true })
    const overtaken = rejectsWith('io', /Another export of the same archive began and took over/, () => earlier)
    await untilTrue('an unfinished upload', async () => (await place.everything()).length > 0)
    await openQuickly(place.settings).write('a.zip', pieces(Buffer.from('later'), 1), { overwrite: true })
    await overtaken
    assert.deepEqual(await place.everything(), ['a.zip'])
  })

  it('failing writers abort no upload of each other', async () => {
    const place = placeIn(server)
    const other = { operation: 'UploadPart', times: 1, action: { kind: 'latency', firstByteMs: 500 } } as const
    const failing = Readable.from(failAfter(0), { objectMode: false })
    const store = openQuickly(place.settings)
    const refused = assert.rejects(store.write('a.zip', failing, { overwrite: true }), /the body ended/)
    await using _ = withFault(other)
    await refused
    await store.write('a.zip', pieces(Buffer.alloc(1024 ** 2), 20), { overwrite: true })
    assert.deepEqual(await place.everything(), ['a.zip'])
  })

  it('a writer with a lost answer leaves another writer’s object, and says so', async () => {
    const place = placeIn(server)
    await place.put('a.zip', Buffer.from('of another writer'))
    await using _ = withFault({
      operation: 'CompleteMultipartUpload',
      times: 1,
      action: { kind: 'error', code: 'InternalError' }
    })
    const options = {
      overwrite: false,
      verify: async () => {
        throw new Error('not ours')
      }
    }
    await rejectsWith('output-exists', /Already there/, () =>
      openQuickly(place.settings).write('a.zip', pieces(Buffer.alloc(1024 ** 2), 20), options)
    )
    assert.deepEqual(await place.everything(), ['a.zip'])
  })
})

describe('S3 store: a cancel', () => {
  for (const operation of ['PutObject', 'CompleteMultipartUpload', 'HeadObject', 'GetObject']) {
    it(`a cancel works while ${operation} has no answer, and leaves nothing`, async () => {
      const place = placeIn(server, 60_000)
      const { promise: arrival, resolve: arrived } = Promise.withResolvers<void>()
      const key = (): true => {
        arrived()
        return true
      }
      await using hanging = withFault({ operation, key, times: 1, action: { kind: 'hang' } })
      const cancelled = new AbortController()
      const count = operation === 'PutObject' ? 1 : 20
      const verify = async (written: RandomAccess): Promise<void> => void (await written.read(0, 10))
      const written = openQuickly(place.settings).write('a.zip', pieces(Buffer.alloc(1024 ** 2), count), {
        overwrite: true,
        signal: cancelled.signal,
        verify
      })
      const refused = assert.rejects(written, /by a person/)
      await arrival
      cancelled.abort(new Error('by a person'))
      const startedMs = performance.now()
      await refused
      assert.ok(performance.now() - startedMs < 20_000)
      await hanging[Symbol.asyncDispose]()
      assert.deepEqual(await place.everything(), [])
    })
  }
})

describe('S3 store: links', () => {
  it('a signed link downloads the object by its name, and has its expiry', async () => {
    const place = placeIn(server)
    await place.put('a/20231001_THING00001.zip', Buffer.from('bytes'))
    const nowMs = Date.now()
    const link = await openQuickly(place.settings).link('a/20231001_THING00001.zip', 60, nowMs)
    const answer = await fetch(link.url)
    assert.equal(await answer.text(), 'bytes')
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="20231001_THING00001.zip"')
    assert.deepEqual([link.expiresMs, link.isCutShort], [nowMs + 3_600_000, false])
    assert.equal((await fetch(link.url.replace('THING00001', 'THING00002'))).status, 403)
  })

  it('a signed link expires with its credentials when they expire first', async () => {
    const nowMs = Date.now()
    process.env.AWS_CREDENTIAL_EXPIRATION = new Date(nowMs + 600_000).toISOString()
    try {
      const link = await openQuickly({ url: 's3://logs' }).link('a.zip', 60, nowMs)
      assert.deepEqual([link.expiresMs, link.isCutShort], [nowMs + 600_000, true])
    } finally {
      delete process.env.AWS_CREDENTIAL_EXPIRATION
    }
  })
})

/** A store whose back-off takes no time: each retry counts as 50 ms of its retry time-out. */
function openQuickly(settings: StoreSettings): ConnectedS3Store {
  return new ConnectedS3Store(settings, createRetryClock(50))
}

async function oneObject(
  bytes: Buffer | string
): Promise<{ store: ConnectedS3Store; object: StoredObject; place: S3Place }> {
  const place = placeIn(server)
  await place.put('object', Buffer.from(bytes))
  const store = openQuickly(place.settings)
  return { store, place, object: (await objectsOf(store))[0]! }
}

async function objectsOf(store: ConnectedS3Store): Promise<StoredObject[]> {
  return (await Array.fromAsync(store.list(''))).flat()
}

async function keysOf(store: ConnectedS3Store): Promise<string[]> {
  return (await objectsOf(store)).map((object) => object.key)
}

async function readAll(store: ConnectedS3Store, object: StoredObject): Promise<Buffer> {
  const body = await store.open(object)
  const chunks: Buffer[] = []
  for (let chunk = await body.read(); chunk; chunk = await body.read()) chunks.push(Buffer.from(chunk))
  await body.close()
  return Buffer.concat(chunks)
}

function withFault(fault: Fault): AsyncDisposable {
  server.faults.add(fault)
  return { [Symbol.asyncDispose]: async () => server.faults.remove(fault) }
}

function pieces(piece: Buffer, count: number): Readable {
  return Readable.from(
    Array.from({ length: count }, () => piece),
    { objectMode: false }
  )
}

async function* failAfter(mebibytes: number): AsyncGenerator<Buffer> {
  for (let count = 0; count < mebibytes; count++) yield Buffer.alloc(1024 ** 2)
  throw new Error('the body ended')
}

async function refuses(settings: StoreSettings, code: ErrorCode, text: RegExp): Promise<void> {
  await rejectsWith(code, text, () => keysOf(openQuickly({ patienceMs: 2_000, ...settings })))
}

async function rejectsWith(code: ErrorCode, text: RegExp, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof IotLogError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, text)
    return true
  })
}
