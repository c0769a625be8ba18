import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createRandom, type Random } from '../../bench/corpus/random.ts'
import { type ErrorCode, IotLogError } from '../../worker/contract/errors.ts'
import { compareKeys } from '../../worker/contract/key-order.ts'
import type { Fault, FaultAction } from '../stand-ins/s3/faults.ts'
import { memoryStorage } from '../stand-ins/s3/storage-memory.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { type DayOptions, exportDay, exportToFile } from '../support/export-day.ts'
import { logDirectory } from '../support/log-directory.ts'
import { type Day, frequentIdentifier, largeKeys, mixedDay, rareIdentifier } from '../support/mixed-day.ts'
import { grepLines } from '../support/oracle.ts'
import { serveS3 } from '../support/s3-bucket.ts'
import { hangBefore, type Trouble, troubles } from '../support/s3-fault-plans.ts'
import { type Outage, onRequest, outageAt, type RequestHook } from '../support/s3-request-hooks.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * Exports from and to an S3 that fails, slows down and goes away. What can be had gives the archive of a directory, byte
 * for byte; what can't is accounted for; and a failed write leaves nothing. Each test has buckets of its own, to which
 * its faults are bound.
 */

const day = mixedDay(41)
const objects = [...day].filter(([, bytes]) => bytes.length > 0)
/** Few lines of all objects: nearly all of the time goes into reading. */
const wholeDay = [rareIdentifier, 'all', '2023/10/01']
/** All lines of one large object: an archive of two parts. */
const oneHour = [frequentIdentifier, 'telemetry', '2023/10/01T05..2023/10/01T06']
/** Of two: three parts, so that there is more to come while two are on their way. */
const twoHours = [frequentIdentifier, 'telemetry', '2023/10/01T05..2023/10/01T07']
const archiveKey = 'exports/archive.zip'
/** Long enough for several retries, each at most a quarter of it, on a busy machine too. */
const patienceMs = 20_000
/** Where silence is waited for. */
const shortPatienceMs = 3_000
/** Much of the time is spent waiting. */
const concurrency = 3

const server = await serveS3()
const storage = memoryStorage()
server.createBucket('day', { storage })
for (const [key, bytes] of day) server.put('day', key, bytes)
const directory = logDirectory(Object.fromEntries(day))
after(() => directory[Symbol.dispose]())
const fromDirectory = { source: { url: directory.url }, threads: 1 }
const archiveOf = async (words: readonly string[]): Promise<Buffer> => {
  return (await exportToFile({ ...fromDirectory, words })).bytes
}
const [wholeDayArchive, oneHourArchive, twoHoursArchive] = await Promise.all([
  archiveOf(wholeDay),
  archiveOf(oneHour),
  archiveOf(twoHours)
])

describe('reading a day from an S3 with faults', { concurrency }, () => {
  it('an export has all other objects when S3 fails for one object for good', async () => {
    const { bucket, source } = bucketOfDay()
    const [key] = objects[120]!
    server.faults.add({ operation: 'GetObject', bucket, key, action: { kind: 'error', code: 'InternalError' } })
    const { status, notRead } = await exportToFile({ source: { ...source, patienceMs: 6_000 }, words: wholeDay })
    assert.equal(status, 'partial')
    assert.deepEqual(notRead, [{ key, outcome: 'unreadable', reason: 'io', byte: 0, keptLines: 0 }])
  })

  for (const [number, trouble] of troubles.entries()) {
    for (const threads of [1, 3]) {
      it(`an export is the same from an S3 that ${trouble.name} (threads: ${threads})`, async () => {
        const isSilent = trouble.faults.includes(hangBefore)
        const { bucket, source } = bucketOfDay(isSilent ? shortPatienceMs : patienceMs)
        const random = createRandom(100 * number + threads)
        const onObjects = faultsOnObjects(trouble, random, bucket)
        server.faults.add(...onObjects, ...faultsOnPages(trouble, random, bucket))
        const { status, bytes } = await exportToFile({ source, words: wholeDay, threads })
        assert.equal(status, 'complete')
        assert.ok(bytes.equals(wholeDayArchive), 'the archive differs')
        const faultCount = onObjects.reduce((sum, { times }) => sum + times!, 0)
        assert.ok(faultCount > 0)
        const gets = requestsTo(bucket, 'GetObject')
        assert.ok(
          gets >= objects.length + (trouble.isRepeated ? faultCount : 0),
          `${gets} GETs after ${faultCount} faults`
        )
      })
    }
  }
})

describe('what can not be read from S3', { concurrency }, () => {
  const changing = new Map([...day].filter(([key, { length }]) => length < 1e6 || key === largeKeys.plain))

  for (const threads of [1, 3]) {
    it(`unreadable objects are counted, and the rest is exact (threads: ${threads})`, async () => {
      const { bucket, source } = bucketOf(changing)
      const random = createRandom(7)
      const small = objects.map(([key]) => key).filter((key) => /\/[0-9a-f]{8}$/.test(key))
      const take = (): string => small.splice(random.below(small.length), 1)[0]!
      const corrupted = small.splice(small.findIndex(isLongGzip), 1)[0]!
      const corruptedAt = 10 + random.below(day.get(corrupted)!.length - 18)
      const replaced = take()
      const vanished = [take(), take()]
      const denied = [take(), take(), take()]
      const archived = [take(), take(), take()] as const
      const onKey = (key: string, action: FaultAction): Fault => ({ operation: 'GetObject', bucket, key, action })
      server.put(bucket, archived[0], day.get(archived[0])!, { storageClass: 'GLACIER' })
      server.put(bucket, archived[1], day.get(archived[1])!, { storageClass: 'DEEP_ARCHIVE' })
      server.put(bucket, archived[2], day.get(archived[2])!, { archiveStatus: 'ARCHIVE_ACCESS' })
      server.faults.add(
        ...vanished.map((key) => onKey(key, { kind: 'vanish' })),
        ...denied.map((key) => onKey(key, { kind: 'error', code: 'AccessDenied' })),
        onKey(replaced, { kind: 'replace', bytes: Buffer.from(`${rareIdentifier} of another time\n`) }),
        onKey(corrupted, { kind: 'corrupt', at: corruptedAt }),
        ...replaceAfterFirstSpan(bucket, largeKeys.plain)
      )
      const { files, manifest } = await exportAndOpen(source, threads)

      const changedAt = firstByteRefused(bucket, largeKeys.plain)
      const before = wholeLines(day.get(largeKeys.plain)!.subarray(0, changedAt))
      const damaged = Buffer.from(day.get(corrupted)!)
      damaged[corruptedAt]! ^= 0xff
      const gone = [...vanished, ...denied, ...archived, replaced]
      const left = new Map([...changing].filter(([key]) => !gone.includes(key)))
      using logs = logDirectory(Object.fromEntries(left.set(corrupted, damaged).set(largeKeys.plain, before)))
      const reference = await exportAndOpen({ url: logs.url }, 1)
      for (const name of ['telemetry', 'command', 'lifecycle'].map((category) => `${category}_20231001.log`)) {
        assert.ok(files.get(name)!.equals(reference.files.get(name)!), `${name} differs`)
      }
      const [damage] = reference.manifest.notRead
      assert.ok(['bad-data', 'bad-crc'].includes(damage.reason), damage.reason)
      const lines = countLines(grepLines(before, [rareIdentifier]))
      assert.ok(changedAt > 0 && lines > 0)
      const expected = [
        ...vanished.map((key) => ({ key, outcome: 'vanished', keptLines: 0 })),
        ...denied.map((key) => ({ key, outcome: 'denied', keptLines: 0 })),
        ...archived.map((key) => ({ key, outcome: 'archived', keptLines: 0 })),
        { key: replaced, outcome: 'unreadable', reason: 'replaced', byte: 0, keptLines: 0 },
        { key: largeKeys.plain, outcome: 'unreadable', reason: 'replaced', byte: changedAt, keptLines: lines },
        damage
      ]
      assert.deepEqual(inKeyOrder(manifest.notRead), inKeyOrder(expected))
      assert.equal(manifest.status, 'partial')
      const [listed, empty] = [changing.size, day.size - objects.length]
      const read = listed - empty - expected.length
      const counts = { listed, read, queried: 0, empty, skipped: 0, unreadable: 3, archived: 3, vanished: 2, denied: 3 }
      assert.deepEqual(manifest.objects, counts)
    })
  }
})

const beginning = ['ListMultipartUploads', 'CreateMultipartUpload']
const sending = ['UploadPart', 'CompleteMultipartUpload']
const readingBack = ['HeadObject', 'GetObject']
const everything = [...beginning, ...sending, ...readingBack]

describe('writing an archive to an S3 with faults', { concurrency }, () => {
  /** Each action meets one request of each of its operations, one after the other. */
  const passing: Readonly<Record<string, readonly (readonly [operations: readonly string[], FaultAction])[]>> = {
    'refuses and breaks connections for a while': [
      [everything, { kind: 'error', code: 'SlowDown' }],
      [everything, { kind: 'error', code: 'InternalError' }],
      [everything, { kind: 'refuse-connection' }],
      [everything, { kind: 'reset' }],
      [['UploadPart'], { kind: 'cut', afterBytes: 300_000 }],
      [['CompleteMultipartUpload'], { kind: 'error', code: 'InternalError', status: 200 }]
    ],
    'falls silent for a while': [
      [['UploadPart', 'GetObject'], { kind: 'hang', afterBytes: 20 }],
      [['CompleteMultipartUpload', 'HeadObject'], { kind: 'hang' }]
    ],
    'loses answers': [[[...sending, ...readingBack], { kind: 'lost-answer' }]],
    'loses the answer to the beginning': [[['CreateMultipartUpload'], { kind: 'lost-answer' }]]
  }
  for (const [name, actions] of Object.entries(passing)) {
    it(`an archive is the same in an S3 that ${name}, and nothing else is left`, async () => {
      const isSilent = actions.some(([, { kind }]) => kind === 'hang')
      const { bucket, target } = bucketForArchive(isSilent ? shortPatienceMs : patienceMs)
      const met = new Map<string, number>()
      for (const [operations, action] of actions) {
        for (const operation of operations) {
          const earlier = met.get(operation) ?? 0
          server.faults.add({ operation, bucket, after: earlier, times: 1, action })
          met.set(operation, earlier + 1)
        }
      }
      const result = await exportDay(target, { ...fromDirectory, words: oneHour })
      assert.equal(result.archive!.url, `s3://${bucket}/${archiveKey}`)
      assertArchiveIn(bucket)
      for (const [operation, times] of met) assert.ok(requestsTo(bucket, operation) > times, operation)
    })
  }

  it('an archive is the same in a slow S3', async () => {
    const { bucket, target } = bucketForArchive()
    server.faults.add(
      { operation: everything, bucket, action: { kind: 'latency', firstByteMs: 100 } },
      { operation: everything, bucket, action: { kind: 'bandwidth', bytesPerSecond: 20e6 } }
    )
    await exportDay(target, { ...fromDirectory, words: oneHour })
    assertArchiveIn(bucket)
  })

  it('an archive is the same when every answer to the completion is lost', async () => {
    const { bucket, target } = bucketForArchive(1_000)
    server.faults.add({ operation: 'CompleteMultipartUpload', bucket, action: { kind: 'lost-answer' } })
    await exportDay(target, { ...fromDirectory, words: oneHour })
    assertArchiveIn(bucket)
  })

  it('an export reports what may stay when the completion’s answer is lost and HEAD is denied', async () => {
    const { bucket, target } = bucketForArchive(1_000)
    server.faults.add(
      { operation: 'CompleteMultipartUpload', bucket, times: 1, action: { kind: 'lost-answer' } },
      { operation: 'HeadObject', bucket, action: { kind: 'error', code: 'AccessDenied' } }
    )
    const leftBehind: string[] = []
    const listener = { onLeftBehind: (text: string) => void leftBehind.push(text) }
    await rejectsWith('denied', /s3:GetObject/, () => exportDay(target, { ...fromDirectory, words: oneHour, listener }))
    assert.match(leftBehind.join('\n'), new RegExp(`s3://${bucket}/${archiveKey}`))
  })

  const final: readonly (readonly [operation: string, error: string, ErrorCode])[] = [
    ['CreateMultipartUpload', 'AccessDenied', 'denied'],
    ['UploadPart', 'AccessDenied', 'denied'],
    ['CompleteMultipartUpload', 'AccessDenied', 'denied'],
    ['UploadPart', 'InternalError', 'io'],
    ['CompleteMultipartUpload', 'InternalError', 'io']
  ]
  for (const [operation, error, code] of final) {
    it(`an export fails and leaves nothing when every ${operation} gets ${error}`, async () => {
      const { bucket, target } = bucketForArchive(1_000)
      server.faults.add({ operation, bucket, action: { kind: 'error', code: error } })
      const text = new RegExp(`s3://${bucket}/${archiveKey}`)
      await rejectsWith(code, text, () => exportDay(target, { ...fromDirectory, words: oneHour }))
      assert.deepEqual(leftIn(bucket), [])
    })
  }

  it('an export reports that the archive stays when HEAD and DELETE are denied', async () => {
    const { bucket, target } = bucketForArchive()
    const denied = { kind: 'error', code: 'AccessDenied' } as const
    server.faults.add({ operation: ['HeadObject', 'DeleteObject'], bucket, action: denied })
    const leftBehind: string[] = []
    const listener = { onLeftBehind: (text: string) => void leftBehind.push(text) }
    const options = { ...fromDirectory, words: oneHour, listener }
    await rejectsWith('denied', /s3:GetObject/, () => exportDay(target, options))
    assert.deepEqual(leftIn(bucket), [archiveKey])
    assert.match(leftBehind.join('\n'), new RegExp(`s3://${bucket}/${archiveKey}`))
  })
})

describe('cancelling an export to S3', { concurrency }, () => {
  const hooks: readonly (readonly [Omit<RequestHook, 'bucket'>, words: readonly string[]])[] = [
    [{ operation: 'CreateMultipartUpload' }, oneHour],
    [{ operation: 'UploadPart', number: 2 }, twoHours],
    [{ operation: 'CompleteMultipartUpload' }, oneHour]
  ]
  for (const [{ operation, number = 1 }, words] of hooks) {
    it(`a cancel at ${operation} ${number} leaves nothing`, async () => {
      const { bucket, target } = bucketForArchive()
      await cancelAt({ operation, number, bucket }, target, { ...fromDirectory, words })
      assert.deepEqual(leftIn(bucket), [])
    })
  }

  const random = createRandom(3)
  for (const number of Array.from({ length: 2 }, () => 1 + random.below(objects.length))) {
    it(`a cancel at GET ${number} of the day leaves nothing`, async () => {
      const { bucket: from, source } = bucketOfDay()
      const { bucket, target } = bucketForArchive()
      await cancelAt({ operation: 'GetObject', bucket: from, number }, target, { source, words: wholeDay })
      assert.deepEqual(leftIn(bucket), [])
    })
  }

  const hanging: readonly (readonly [Omit<RequestHook, 'bucket'>, words: readonly string[]])[] = [
    [{ operation: 'UploadPart', number: 1 }, twoHours],
    [{ operation: 'UploadPart', number: 2 }, oneHour],
    [{ operation: 'CompleteMultipartUpload' }, oneHour],
    [{ operation: 'HeadObject' }, oneHour],
    [{ operation: 'GetObject' }, oneHour],
    [{ operation: 'PutObject' }, wholeDay]
  ]
  for (const [{ operation, number = 1 }, words] of hanging) {
    it(`a cancelled export does not wait for ${operation} ${number} when that hangs`, async () => {
      const { bucket, target } = bucketForArchive()
      server.faults.add({ operation, bucket, after: number - 1, action: { kind: 'hang' } })
      await cancelAt({ operation, number, bucket }, target, { ...fromDirectory, words })
      assert.deepEqual(leftIn(bucket), [])
    })
  }

  it('a cancel is reported as a cancel when the completion’s answer was lost', async () => {
    const { bucket, target } = bucketForArchive()
    server.faults.add({ operation: 'CompleteMultipartUpload', bucket, times: 1, action: { kind: 'lost-answer' } })
    await cancelAt({ operation: 'HeadObject', bucket }, target, { ...fromDirectory, words: oneHour })
    assert.deepEqual(leftIn(bucket), [])
  })
})

describe('credentials that expire in the middle', { concurrency }, () => {
  const expired = { kind: 'error', code: 'ExpiredToken', status: 400 } as const
  const advice = /credentials .* have expired: renew them/

  it('expired credentials of the source end the export and say what to do', async () => {
    const { bucket, source } = bucketOfDay()
    const { bucket: out, target } = bucketForArchive()
    server.faults.add({ operation: 'GetObject', bucket, after: 120, action: expired })
    await rejectsWith('unavailable', advice, () => exportDay(target, { source, words: wholeDay, threads: 3 }))
    assert.deepEqual(leftIn(out), [])
  })

  it('expired credentials of the target end the export and name what stays', async () => {
    const { bucket, target } = bucketForArchive()
    for (const operation of ['UploadPart', 'ListMultipartUploads']) {
      server.faults.add({ operation, bucket, after: 1, action: expired })
    }
    server.faults.add({ operation: 'AbortMultipartUpload', bucket, action: expired })
    const leftBehind: string[] = []
    const listener = { onLeftBehind: (text: string) => void leftBehind.push(text) }
    const options = { ...fromDirectory, words: oneHour, listener }
    await rejectsWith('unavailable', advice, () => exportDay(target, options))
    assert.deepEqual(leftIn(bucket), [`unfinished ${archiveKey}`])
    assert.match(
      leftBehind.join('\n'),
      new RegExp(`unfinished upload to s3://${bucket}/${archiveKey} could not be aborted`)
    )
  })
})

describe('a network that goes away', () => {
  it('an export is the same after a second without network', async () => {
    const { bucket: from, source } = bucketOfDay(10_000)
    const { bucket, target } = bucketForArchive()
    using outage = outageAt(server, { operation: 'UploadPart', bucket, number: 2 }, 1_000)
    server.faults.add(holdUntil(outage, from))
    const [{ status, bytes }] = await Promise.all([
      exportToFile({ source, words: wholeDay, threads: 3 }),
      exportDay(target, { ...fromDirectory, words: twoHours })
    ])
    await outage.over
    assert.equal(status, 'complete')
    assert.ok(bytes.equals(wholeDayArchive), 'the archive differs')
    assertArchiveIn(bucket, twoHoursArchive)
  })

  it('a network that stays away ends the export, and the next export cleans up', async () => {
    const [lists, reads] = [bucketOfDay(2_000), bucketOfDay(2_000)]
    const { bucket, target } = bucketForArchive(2_000)
    using here = temporaryDirectory()
    using outage = outageAt(server, { operation: 'UploadPart', bucket, number: 2 })
    server.faults.add(holdUntil(outage, reads.bucket))
    server.faults.add({ operation: 'ListObjectsV2', bucket: lists.bucket, after: 20, action: { kind: 'hang' } })
    // Should one of them give up before the network goes, it must not find the bucket answering.
    for (const { bucket: from } of [lists, reads]) {
      server.faults.add({ operation: 'HeadBucket', bucket: from, action: { kind: 'hang' } })
    }
    const leftBehind: string[] = []
    const writing = {
      ...fromDirectory,
      words: twoHours,
      listener: { onLeftBehind: (text: string) => void leftBehind.push(text) }
    }
    const ends = (what: string, { bucket: from, source }: SourceBucket): Promise<void> => {
      const to = { settings: { url: here.url }, key: `${from}.zip` }
      const text = new RegExp(`${what} failed: s3://${from}/.*check the network`)
      return rejectsWith('unavailable', text, () => exportDay(to, { source, words: wholeDay, threads: 1 }))
    }
    const startedMs = performance.now()
    await Promise.all([
      ends('ListBucket', lists),
      ends('GetObject', reads),
      rejectsWith('unavailable', /PutObject failed: .*check the network/, () => exportDay(target, writing))
    ])
    assert.ok(performance.now() - startedMs < 12_000)
    await server.setOffline(false)
    assert.deepEqual(readdirSync(here.path), [])
    assert.deepEqual(leftIn(bucket), [`unfinished ${archiveKey}`])
    assert.match(
      leftBehind.join('\n'),
      new RegExp(`unfinished upload to s3://${bucket}/${archiveKey} could not be aborted`)
    )
    await exportDay(target, writing)
    assert.equal(leftBehind.length, 1)
    assertArchiveIn(bucket, twoHoursArchive)
  })
})

let buckets = 0

interface SourceBucket {
  readonly bucket: string
  readonly source: DayOptions['source']
}

/** A name for the same day, to which the faults of one test are bound. */
function bucketOfDay(ownPatienceMs = patienceMs): SourceBucket {
  const bucket = `day-${buckets++}`
  server.createBucket(bucket, { storage })
  return { bucket, source: { url: `s3://${bucket}`, patienceMs: ownPatienceMs } }
}

/** A bucket that a test may change. */
function bucketOf(contents: Day): SourceBucket {
  const bucket = `changing-${buckets++}`
  server.createBucket(bucket)
  for (const [key, bytes] of contents) server.put(bucket, key, bytes)
  return { bucket, source: { url: `s3://${bucket}`, patienceMs } }
}

function bucketForArchive(ownPatienceMs = patienceMs) {
  const bucket = `archives-${buckets++}`
  server.createBucket(bucket)
  return { bucket, target: { settings: { url: `s3://${bucket}`, patienceMs: ownPatienceMs }, key: archiveKey } }
}

/** Objects, and uploads that are not finished. */
function leftIn(bucket: string): string[] {
  return [...server.keys(bucket), ...server.openUploads(bucket).map(({ key }) => `unfinished ${key}`)]
}

function assertArchiveIn(bucket: string, expected = oneHourArchive): void {
  assert.deepEqual(leftIn(bucket), [archiveKey])
  assert.ok(server.get(bucket, archiveKey)!.equals(expected), 'the archive differs')
}

/** To be asked before thousands of others have come: the server forgets. */
function requestsTo(bucket: string, operation: string): number {
  return server.requests.filter((request) => request.bucket === bucket && request.operation === operation).length
}

/** The large objects meet something too, whatever the share. */
function faultsOnObjects({ faults, share, times }: Trouble, random: Random, bucket: string): Fault[] {
  const large: readonly string[] = Object.values(largeKeys)
  return objects
    .filter(([key]) => random.next() < share || large.includes(key))
    .map(([key, { length }]) => {
      const action = random.pick(faults)(random, length)
      return { operation: 'GetObject', bucket, key, times: 1 + random.below(times), action }
    })
}

function faultsOnPages({ faults, share }: Trouble, random: Random, bucket: string): Fault[] {
  return faults.map((makeFault) => {
    const probability = share / 2 / faults.length
    const seed = random.below(1_000_000)
    return { operation: 'ListObjectsV2', bucket, probability, seed, action: makeFault(random, 1_000) }
  })
}

/** Answers nothing to the requests for one object until the network has gone. */
function holdUntil(outage: Outage, bucket: string): Fault {
  const [held] = objects[100]!
  const key = (asked: string): boolean => asked === held && !outage.hasBegun
  return { operation: 'GetObject', bucket, key, action: { kind: 'hang' } }
}

/** Replaces an object once a request has asked for its later bytes and those before are on their way. */
function replaceAfterFirstSpan(bucket: string, key: string): Fault[] {
  const isLater = (asked: string): boolean =>
    asked === key && !(server.requests.at(-1)!.range ?? 'bytes=0-').startsWith('bytes=0-')
  const later = { operation: 'GetObject', bucket, key: isLater }
  const bytes = Buffer.alloc(day.get(key)!.length, `${rareIdentifier}\n`)
  return [
    { ...later, action: { kind: 'latency', firstByteMs: 300 } },
    { ...later, action: { kind: 'replace', bytes } }
  ]
}

/** Where the first request began that S3 refused because the object had changed. */
function firstByteRefused(bucket: string, key: string): number {
  const refused = server.requests.filter((one) => one.bucket === bucket && one.key === key && one.status === 412)
  return Math.min(...refused.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? 'bytes=0-')![1])))
}

function isLongGzip(key: string): boolean {
  const bytes = day.get(key)!
  return bytes.length > 1_500 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

function wholeLines(text: Buffer): Buffer {
  return text.subarray(0, text.lastIndexOf(0x0a) + 1)
}

function countLines(text: Buffer): number {
  return text.toString('latin1').split('\n').length - 1
}

function inKeyOrder<T extends { readonly key: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => compareKeys(a.key, b.key))
}

async function exportAndOpen(source: DayOptions['source'], threads: number) {
  using here = temporaryDirectory()
  await exportDay({ settings: { url: here.url }, key: 'archive.zip' }, { source, words: wholeDay, threads })
  const files = await readArchive(join(here.path, 'archive.zip'))
  return { files, manifest: manifestOf(files) }
}

/** Aborts at the request and expects the export to end with the reason, soon. */
async function cancelAt(
  hook: RequestHook,
  target: Parameters<typeof exportDay>[0],
  options: DayOptions
): Promise<void> {
  const controller = new AbortController()
  const reason = new Error('cancelled by a person')
  let cancelledMs: number | undefined
  using _ = onRequest(server, hook, () => {
    cancelledMs = performance.now()
    controller.abort(reason)
  })
  await assert.rejects(exportDay(target, { ...options, signal: controller.signal }), (error) => {
    assert.equal(error, reason)
    return true
  })
  const tookMs = performance.now() - cancelledMs!
  assert.ok(tookMs < 3_000, `it took ${Math.round(tookMs)} ms`)
}

async function rejectsWith(code: ErrorCode, text: RegExp, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof IotLogError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, text)
    return true
  })
}
