import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, describe, it } from 'node:test'
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { type ErrorCode, IotLogError } from '../../worker/contract/errors.ts'
import { compareKeys } from '../../worker/contract/key-order.ts'
import type { RandomAccess, Store, StoredObject, StoreSettings } from '../../worker/contract/store.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { createBucket, type PeerPlace, placeIn } from './peer-bucket.ts'

/*
 * What only an S3 store does, and the contract's small objects never reach: uploads in parts, spans, links, refusals.
 */

const bucket = await createBucket('only-s3')
const mebibyte = 1024 ** 2
/** Three parts, the last of them small. */
const large = numbered(20 * mebibyte)

const opened: Store[] = []
after(() => Promise.all(opened.map((store) => store[Symbol.asyncDispose]())))

describe('S3 alone: listing', () => {
  it('gives back keys that XML or URLs could spoil', async () => {
    const { place, store } = testPlace()
    const keys = [
      ' a ',
      'a+b',
      'a b',
      'a%20b',
      'a&amp;<b>"\'',
      'a?b#c',
      'a=b;c,d:e@f$g',
      '日本語',
      'nai\u0308ve',
      'a\tb',
      'a\u0001b'
    ]
    for (const key of keys) await place.put(key, Buffer.from(key))
    const objects = await objectsOf(store)
    assert.deepEqual(
      objects.map((object) => object.key),
      [...keys].sort(compareKeys)
    )
    for (const object of objects) assert.equal(String(await readAll(store, object)), object.key)
  })
})

describe('S3 alone: reading', () => {
  it('gives the bytes of a large object, announced or not, in spans that are fetched at once', async () => {
    const { place, store } = testPlace()
    await place.put('large', large)
    await place.put('small', Buffer.from('small'))
    const objects = await objectsOf(store)
    store.announce(objects)
    assert.ok((await readAll(store, objects[0]!)).equals(large))
    assert.equal(String(await readAll(store, objects[1]!)), 'small')
    assert.ok((await readAll(store, objects[0]!)).equals(large))
  })

  it('reads no other version than the listed one', async () => {
    const { place, store } = testPlace()
    await place.put('a', Buffer.from('one'))
    const [object] = await objectsOf(store)
    await place.put('a', Buffer.from('two'))
    await rejectsWith('replaced', /Changed since it was listed/, () => readAll(store, object!))
    await using random = await store.openRandom(object!)
    await rejectsWith('replaced', /Changed since it was listed/, () => random.read(0, 2))
  })
})

describe('S3 alone: writing in parts', () => {
  it('puts the parts together and reads them back', async () => {
    const { place, store } = testPlace()
    let written = ''
    const verify = async (object: RandomAccess): Promise<void> => {
      written = sha256(await object.read(0, object.size))
    }
    await store.write('out/a.zip', pieces(large), { overwrite: false, verify, contentType: 'application/zip' })
    assert.equal(written, sha256(large))
    assert.deepEqual(await place.everything(), ['out/a.zip'])
  })

  it('overwrites an object only with the option overwrite', async () => {
    const { place, store } = testPlace()
    await place.put('out/a.zip', Buffer.from('old'))
    await rejectsWith('output-exists', /Already there, not overwritten/, () =>
      store.write('out/a.zip', pieces(large), { overwrite: false })
    )
    assert.equal(String(await readAll(store, (await objectsOf(store))[0]!)), 'old')
    assert.deepEqual(await place.everything(), ['out/a.zip'])
    await store.write('out/a.zip', pieces(large), { overwrite: true })
    assert.equal((await objectsOf(store))[0]!.size, large.length)
    assert.deepEqual(await place.everything(), ['out/a.zip'])
  })

  it('leaves nothing behind when the body fails after some parts', async () => {
    const { place, store } = testPlace()
    const leftBehind: string[] = []
    const seen: string[] = []
    const failing = endless(20, async () => {
      seen.push(...(await place.everything()))
      throw new Error('the body ended')
    })
    const options = { overwrite: false, onLeftBehind: (text: string) => void leftBehind.push(text) }
    await assert.rejects(store.write('out/a.zip', failing, options), /the body ended/)
    assert.deepEqual(seen, ['unfinished out/a.zip'])
    assert.deepEqual([leftBehind, await place.everything()], [[], []])
  })

  it('leaves nothing behind when cancelled after some parts', async () => {
    const { place, store } = testPlace()
    const cancelled = new AbortController()
    const body = endless(20, async () => cancelled.abort(new Error('cancelled by a person')))
    const options = { overwrite: true, signal: cancelled.signal }
    await assert.rejects(store.write('out/a.zip', body, options), /cancelled by a person/)
    assert.deepEqual(await place.everything(), [])
  })

  it('leaves nothing behind when what was written is not what it should be', async () => {
    const { place, store } = testPlace()
    const verify = (): Promise<void> => Promise.reject(new IotLogError('archive-invalid', 'not right'))
    await rejectsWith('archive-invalid', /not right/, () =>
      store.write('out/a.zip', pieces(large), { overwrite: false, verify })
    )
    assert.deepEqual(await place.everything(), [])
  })

  it('aborts what a dead attempt left under the same key, and nothing else', async () => {
    const { place, store } = testPlace()
    for (const key of ['out/a.zip', 'out/a.zip', 'out/a.zip.other']) await beginUpload(place, key)
    place.watchKey('out/a.zip')
    place.watchKey('out/a.zip.other')
    assert.deepEqual(await place.everything(), ['unfinished out/a.zip', 'unfinished out/a.zip.other'])
    await store.write('out/a.zip', pieces(large), { overwrite: false })
    assert.deepEqual(await place.everything(), ['out/a.zip', 'unfinished out/a.zip.other'])
  })
})

describe('S3 alone: links', () => {
  it('signs a link that gives the object without credentials', async () => {
    const { place, store } = testPlace()
    await place.put('a b/20231001_THING00001.zip', Buffer.from('bytes'))
    const link = await store.link!('a b/20231001_THING00001.zip', 60, Date.now())
    assert.equal(await (await fetch(link.url)).text(), 'bytes')
  })

  it('signs a link that downloads the object by its name', async () => {
    const { place, store } = testPlace()
    await place.put('a b/20231001_THING00001.zip', Buffer.from('bytes'))
    const link = await store.link!('a b/20231001_THING00001.zip', 60, Date.now())
    const { headers } = await fetch(link.url)
    assert.equal(headers.get('content-disposition'), 'attachment; filename="20231001_THING00001.zip"')
  })

  it('signs a link that is good for nothing else, and for no longer', async () => {
    const { place, store } = testPlace()
    await place.put('a.zip', Buffer.from('bytes'))
    await place.put('b.zip', Buffer.from('bytes'))
    const link = await store.link!('a.zip', 1, Date.now())
    assert.equal((await fetch(link.url.replace('a.zip', 'b.zip'))).status, 403)
    const old = await store.link!('a.zip', 1, Date.now() - 61_000)
    assert.equal((await fetch(old.url)).status, 403)
  })
})

describe('S3 alone: refusals', () => {
  it('names the bucket that does not exist', () =>
    refuses({ url: 's3://no-such-bucket' }, 'unavailable', /There is no bucket no-such-bucket/))

  it("names the bucket's own region", () =>
    refuses(
      { url: `s3://${bucket}`, region: 'eu-west-1' },
      'unavailable',
      /only-s3 is in ap-northeast-1, not in eu-west-1: set the/
    ))

  it('names the credentials that are not accepted', async () => {
    const { AWS_SECRET_ACCESS_KEY: secret } = process.env
    process.env.AWS_SECRET_ACCESS_KEY = `not ${secret}`
    try {
      await refuses({ url: `s3://${bucket}` }, 'unavailable', /The AWS credentials are not accepted/)
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = secret
    }
  })
})

function testPlace(): { place: PeerPlace; store: Store } {
  const place = placeIn(bucket)
  const store = place.watch(openStore(place.settings))
  opened.push(store)
  return { place, store }
}

async function beginUpload({ client, prefix }: PeerPlace, key: string): Promise<void> {
  await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: prefix + key }))
}

async function objectsOf(store: Store): Promise<StoredObject[]> {
  return (await Array.fromAsync(store.list(''))).flat()
}

async function readAll(store: Store, object: StoredObject): Promise<Buffer> {
  const body = await store.open(object)
  const chunks: Buffer[] = []
  for (let chunk = await body.read(); chunk; chunk = await body.read()) chunks.push(Buffer.from(chunk))
  await body.close()
  return Buffer.concat(chunks)
}

/** Bytes that differ wherever they are. */
function numbered(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'x')
  for (let at = 0; at + 4 <= length; at += 4096) bytes.writeUInt32LE(at, at)
  return bytes
}

function pieces(bytes: Buffer): Readable {
  const count = Math.ceil(bytes.length / mebibyte)
  const cut = Array.from({ length: count }, (_, at) => bytes.subarray(at * mebibyte, (at + 1) * mebibyte))
  return Readable.from(cut, { objectMode: false })
}

/** Goes on for ever; `then` is called once, after so many mebibytes. */
function endless(mebibytes: number, then: () => Promise<void>): Readable {
  async function* generate(): AsyncGenerator<Buffer> {
    for (let count = 0; ; count++) {
      if (count === mebibytes) await then()
      yield large.subarray(0, mebibyte)
    }
  }
  return Readable.from(generate(), { objectMode: false })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function refuses(settings: StoreSettings, code: ErrorCode, text: RegExp): Promise<void> {
  await using store = openStore({ patienceMs: 5_000, ...settings })
  await rejectsWith(code, text, () => objectsOf(store))
}

async function rejectsWith(code: ErrorCode, text: RegExp, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof IotLogError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, text)
    return true
  })
}
