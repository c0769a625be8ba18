import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Fault } from '../stand-ins/s3/faults.ts'
import { memoryStorage } from '../stand-ins/s3/storage-memory.ts'
import { readArchive } from '../support/archives.ts'
import { bareEnvironment } from '../support/bare-environment.ts'
import { referenceDocument } from '../support/configurations.ts'
import { frequentIdentifier, largeKeys, mixedDay } from '../support/mixed-day.ts'
import { type FinishedCommand, runCli, startCli } from '../support/run-cli.ts'
import { serveS3 } from '../support/s3-bucket.ts'
import { onRequest } from '../support/s3-request-hooks.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * The command as a person types it, from S3 and to S3: what it prints, where the archive is, how it exits and what it
 * leaves. Each test has buckets of its own, to which its faults are bound.
 */

const day = {
  'telemetry/2023/10/01/00/a.gz': gzipSync('one THING00001\ntwo\nthree THING00001\n'),
  'telemetry/2023/10/01/05/b.gz': gzipSync('four THING00001\n'),
  'telemetry/2023/10/01/05/empty': Buffer.alloc(0),
  'commands/2023/10/01/00/c.gz': gzipSync('nothing here\n')
}
const lines = 'one THING00001\nthree THING00001\nfour THING00001\n'
const words = ['THING00001', 'telemetry,command', '2023/10/01']
const zipName = '20231001_THING00001.zip'
/** An archive of three parts. */
const largeWords = [frequentIdentifier, 'telemetry', '2023/10/01T05..2023/10/01T07']
const concurrency = 3

const server = await serveS3({
  // The source of the reference configuration.
  buckets: { 'dev-iot-logs': {}, elsewhere: { region: 'eu-west-1' } }
})
const storage = memoryStorage()
server.createBucket('large', { storage })
for (const [key, bytes] of Object.entries(day)) server.put('dev-iot-logs', key, bytes)
const large = mixedDay(5)
for (const key of [largeKeys.plain, largeKeys.gzip]) server.put('large', key, large.get(key)!)

describe('iot-log export from S3', { concurrency }, () => {
  it('iot-log export reads the environment’s bucket and writes the zip into the current directory', async () => {
    using here = temporaryDirectory()
    const { code, stdout, stderr } = await run(['export', ...words], here)
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /telemetry_20231001\.log +3 lines/)
    assert.match(stdout, /command_20231001\.log +0 lines/)
    assert.match(stdout, /Complete: all of 4 objects read/)
    assert.ok(stdout.includes(join(here.path, zipName)))
    const files = await readArchive(join(here.path, zipName))
    assert.equal(files.get('telemetry_20231001.log')!.toString(), lines)
  })

  it('iot-log export reads below the prefix of --source', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith({ 'some where/telemetry/2023/10/01/00/a': 'THING00001 below\n', ...day })
    const args = ['export', ...words, '--source', `s3://${bucket}/some where/`, '--threads', '3', '--json']
    const { code, stdout } = await run(args, here)
    assert.equal(code, 0)
    const { objects, entries, archive } = JSON.parse(stdout)
    assert.deepEqual([objects.listed, objects.read, entries[0].lines], [1, 1, 1])
    assert.equal(archive.url, `file://${join(here.path, zipName)}`)
  })

  it('iot-log export exits with 3 when objects are denied, archived or gone, and says what each needs', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith(day)
    const keys = ['a', 'b', 'c'].map((name) => `telemetry/2023/10/01/08/${name}`)
    for (const key of keys)
      server.put(bucket, key, 'THING00001\n', key.endsWith('b') ? { storageClass: 'GLACIER' } : {})
    server.faults.add(
      { operation: 'GetObject', bucket, key: keys[0]!, action: { kind: 'error', code: 'AccessDenied' } },
      { operation: 'GetObject', bucket, key: keys[2]!, action: { kind: 'vanish' } }
    )
    const { code, stdout, stderr } = await run(['export', ...words, '--source', `s3://${bucket}`], here)
    assert.equal(code, 3)
    assert.equal(stderr, '')
    assert.match(stdout, /! telemetry\/2023\/10\/01\/08\/a: denied: .*s3:GetObject, and kms:Decrypt/)
    assert.match(stdout, /! telemetry\/2023\/10\/01\/08\/b: archived: restore it/)
    assert.match(stdout, /! telemetry\/2023\/10\/01\/08\/c: vanished/)
    assert.match(stdout, /Partial: 3 \(1 archived, 1 vanished, 1 denied\) of 7 objects could not be read/)
    const files = await readArchive(join(here.path, zipName))
    assert.equal(files.get('telemetry_20231001.log')!.toString(), lines)
  })

  it('iot-log export sends the requester-pays header when the configuration says so', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith(day, { requesterPays: true })
    const args = ['export', ...words, '--source', `s3://${bucket}`]
    const refused = await run(args, here)
    assertRefused(refused, [new RegExp(`Access denied: s3://${bucket}.*s3:ListBucket on arn:aws:s3:::${bucket}`)])
    configure(here, { requesterPays: true })
    assert.equal((await run(args, here)).code, 0)
  })

  it('iot-log export checks the owner of the configured bucket, and not of another', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith(day, { owner: '222222222222' })
    configure(here, { source: `s3://${bucket}` })
    const denied = `Access denied: s3://${bucket}.*s3:ListBucket on arn:aws:s3:::${bucket}, .* account 111111111111$`
    assertRefused(await run(['export', ...words], here), [new RegExp(denied, 'm')])
    assertRefused(await run(['export', ...words, '-o', `s3://${bucket}/out/`], here), [new RegExp(denied, 'm')])
    configure(here, { source: `s3://${bucket}`, account: '222222222222' })
    assert.equal((await run(['export', ...words], here)).code, 0)
    configure(here, {})
    assert.equal((await run(['export', ...words, '--source', `s3://${bucket}`, '--force'], here)).code, 0)
  })
})

describe('iot-log export to S3', { concurrency }, () => {
  it('iot-log export writes to a key, and overwrites it only with --force', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith({ 'my.zip': 'old' })
    const args = ['export', ...words, '--output', `s3://${bucket}/my.zip`]
    const refused = await run(args, here)
    assert.equal(refused.code, 2)
    assert.match(
      refused.stderr,
      new RegExp(`^iot-log: The archive exists already: s3://${bucket}/my\\.zip \\(replace it with --force`)
    )
    assert.equal(String(server.get(bucket, 'my.zip')), 'old')
    const { code, stdout, stderr } = await run([...args, '--force'], here)
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^s3://${bucket}/my\\.zip  [\\d.]+ (?:bytes|kB)$`, 'm'))
    assert.doesNotMatch(stdout, /Link, valid until/)
    assert.equal(await telemetryOf(server.get(bucket, 'my.zip')!), lines)
    assert.deepEqual(leftIn(bucket), ['my.zip'])
    assert.deepEqual(readdirSync(here.path), [])
  })

  it('iot-log export writes below a prefix under its own name, and prints the link as JSON', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith({})
    const startedMs = Date.now()
    const { code, stdout } = await run(['export', ...words, '-o', `s3://${bucket}/for/me/`, '--link', '--json'], here)
    assert.equal(code, 0)
    assert.deepEqual(leftIn(bucket), [`for/me/${zipName}`])
    const bytes = server.get(bucket, `for/me/${zipName}`)!
    const { archive, link, status, objects, entries } = JSON.parse(stdout)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual(archive, { url: `s3://${bucket}/for/me/${zipName}`, bytes: bytes.length, sha256 })
    assert.deepEqual([status, objects.listed, entries.length], ['complete', 4, 2])
    assert.deepEqual(Object.keys(link), ['url', 'expires'])
    const minutes = (Date.parse(link.expires) - startedMs) / 60_000
    assert.ok(minutes >= 60 && minutes < 62, `${minutes} minutes`)
    const answer = await fetch(link.url)
    assert.equal(answer.headers.get('content-disposition'), `attachment; filename="${zipName}"`)
    assert.equal(answer.headers.get('content-type'), 'application/zip')
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
  })

  it('iot-log export writes where jobs do when only the bucket is named, and prints the link and its expiry', async () => {
    using here = temporaryDirectory()
    for (const end of ['', '/']) {
      const bucket = bucketWith({})
      const { code, stdout } = await run(['export', ...words, '--output', `s3://${bucket}${end}`, '--link'], here)
      assert.equal(code, 0)
      const [key = '', ...others] = leftIn(bucket)
      assert.deepEqual(others, [])
      const stamp = new RegExp(`^slack/iot-logs/(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)/${zipName}$`).exec(key)
      assert.ok(stamp, key)
      const [, year, month, date, hour, minute, second] = stamp.map(Number)
      const ageMs = Date.now() - Date.UTC(year!, month! - 1, date, hour, minute, second)
      assert.ok(ageMs >= 0 && ageMs < 60_000, `${ageMs} ms`)
      assert.ok(stdout.includes(`s3://${bucket}/${key}`))
      const url = /^Link, valid until \d{4}-\d\d-\d\d \d\d:\d\d UTC:\n(http\S+)$/m.exec(stdout)?.[1]
      assert.ok(url, stdout)
      assert.equal(await telemetryOf(Buffer.from(await (await fetch(url)).arrayBuffer())), lines)
    }
  })

  it('iot-log export rejects --link when the archive is not in S3, and starts nothing', async () => {
    using here = temporaryDirectory()
    const { code, stderr, stdout } = await run(['export', ...words, '--link'], here)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /--link needs an archive in S3: --output s3:\/\/bucket\/slack\/iot-logs\//)
    assert.deepEqual(readdirSync(here.path), [])
  })

  it('iot-log export writes nothing and prints no link when nothing matches', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith({})
    const args = ['export', 'NOBODY', 'all', '2023/10/01', '-o', `s3://${bucket}/`, '--link']
    const { code, stdout } = await run(args, here)
    assert.equal(code, 4)
    assert.match(stdout, /Nothing found/)
    assert.doesNotMatch(stdout, /Link/)
    assert.deepEqual(leftIn(bucket), [])
  })

  it('iot-log export cleans up what a killed export of the same key left', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith({})
    server.faults.add({ operation: 'UploadPart', bucket, after: 1, times: 1, action: { kind: 'hang' } })
    const args = ['export', ...largeWords, '--source', 's3://large', '-o', `s3://${bucket}/large.zip`]
    const killed = await killAt({ operation: 'UploadPart', bucket, number: 2 }, 'SIGKILL', args, here)
    assert.equal(killed.signal, 'SIGKILL')
    assert.deepEqual(leftIn(bucket), ['unfinished large.zip'])
    assert.equal((await run(args, here)).code, 0)
    assert.deepEqual(leftIn(bucket), ['large.zip'])
  })
})

describe('an error of S3 is one line that says how to fix it:', { concurrency }, () => {
  interface Refusal {
    readonly args?: (bucket: string) => readonly string[]
    readonly environment?: Readonly<Record<string, string | undefined>>
    readonly configuration?: Readonly<Record<string, unknown>>
    readonly faults?: readonly Fault[]
    readonly texts: readonly RegExp[]
  }
  const toS3 = (bucket: string): readonly string[] => ['--output', `s3://${bucket}/out/`]
  const fromIt = (bucket: string): readonly string[] => ['--source', `s3://${bucket}`]
  const expired: Fault = { action: { kind: 'error', code: 'ExpiredToken' } }
  const isExpired = [/AWS credentials are not accepted for s3:\/\//, /have expired: renew them \(aws sso login\)/]
  const isUnknown = [/AWS credentials are not accepted for s3:\/\//, /check AWS_PROFILE or the AWS_… variables/]
  const elsewhere = [/The bucket elsewhere is in eu-west-1, not in ap-northeast-1: set the environment's region/]
  const noBucket = [/There is no bucket no-such-bucket: check the environment's source, --source or --output/]
  const noRole =
    'User: arn:aws:iam::1:role/x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms'

  const refusals: Readonly<Record<string, Refusal>> = {
    // The first, since it takes its time.
    'an endpoint that is not there': {
      environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' },
      texts: [/ListBucket failed: s3:\/\/dev-iot-logs\/.*ECONNREFUSED.*check the network and the endpoint/]
    },
    'a bucket to read that is not there': { args: () => ['--source', 's3://no-such-bucket'], texts: noBucket },
    'a bucket to write to that is not there': { args: () => ['--output', 's3://no-such-bucket/'], texts: noBucket },
    'a bucket to read in another region': { args: () => ['--source', 's3://elsewhere'], texts: elsewhere },
    'a bucket to write to in another region': { args: () => ['--output', 's3://elsewhere/'], texts: elsewhere },
    'a region that is configured wrong': {
      configuration: { region: 'eu-west-1' },
      texts: [/The bucket dev-iot-logs is in ap-northeast-1, not in eu-west-1: set the environment's region/]
    },
    'a wrong AWS_REGION for a bucket that is not the configured one': {
      args: toS3,
      environment: { AWS_REGION: 'eu-west-1' },
      texts: [/The bucket \S+ is in ap-northeast-1, not in eu-west-1: set .*AWS_REGION for another bucket/]
    },
    'a wrong secret': { environment: { AWS_SECRET_ACCESS_KEY: 'wrong' }, texts: isUnknown },
    'an unknown access key': {
      args: toS3,
      environment: { AWS_ACCESS_KEY_ID: 'AKIANOBODY' },
      texts: isUnknown
    },
    'no credentials at all': {
      environment: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      texts: isUnknown
    },
    'credentials that have expired': { args: fromIt, faults: [expired], texts: isExpired },
    'credentials that have expired, with an archive in S3': { args: toS3, faults: [expired], texts: isExpired },
    'a bucket that may not be listed': {
      args: fromIt,
      faults: [{ operation: 'ListObjectsV2', action: { kind: 'error', code: 'AccessDenied' } }],
      texts: [/Access denied: s3:\/\/(\S+)\/telemetry\/\S+: it needs s3:ListBucket on arn:aws:s3:::\1$/m]
    },
    'a bucket that may not be written to': {
      args: toS3,
      faults: [{ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied' } }],
      texts: [new RegExp(`Access denied: s3://(\\S+)/out/${zipName}: it needs s3:PutObject on arn:aws:s3:::\\1/`)]
    },
    'a bucket whose key may not be used': {
      args: toS3,
      faults: [{ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied', message: noRole } }],
      texts: [new RegExp(`Access denied: s3://\\S+/out/${zipName}: it needs kms:GenerateDataKey`)]
    }
  }
  for (const [name, { args, environment, configuration, faults = [], texts }] of Object.entries(refusals)) {
    it(name, async () => {
      using here = temporaryDirectory()
      const bucket = bucketWith(args === fromIt ? day : {})
      server.faults.add(...faults.map((fault) => ({ ...fault, bucket })))
      if (configuration) configure(here, configuration)
      const before = readdirSync(here.path)
      const startedMs = performance.now()
      const finished = await run(['export', ...words, ...(args?.(bucket) ?? [])], here, environment)
      assertRefused(finished, texts)
      assert.ok(performance.now() - startedMs < 15_000)
      assert.deepEqual(readdirSync(here.path), before)
      if (args !== fromIt) assert.deepEqual(leftIn(bucket), [])
    })
  }

  it('an error of S3 is reported with --json too', async () => {
    using here = temporaryDirectory()
    const { code, stdout } = await run(['export', ...words, '--source', 's3://no-such-bucket', '--json'], here)
    assert.equal(code, 1)
    const { status, archive, error } = JSON.parse(stdout)
    assert.deepEqual([status, archive, error.code], ['failed', null, 'unavailable'])
    assert.match(error.message, noBucket[0]!)
  })
})

describe('cancelling', { concurrency }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143]
  ] as const) {
    it(`an upload stops within 3 seconds of ${signal} and leaves nothing behind`, async () => {
      using here = temporaryDirectory()
      const bucket = bucketWith({})
      server.faults.add({ operation: 'UploadPart', bucket, action: { kind: 'bandwidth', bytesPerSecond: 500_000 } })
      const args = ['export', ...largeWords, '--source', 's3://large', '-o', `s3://${bucket}/`, '--json']
      const ended = await killAt({ operation: 'UploadPart', bucket, number: 2 }, signal, args, here)
      assert.equal(ended.code, code)
      assert.ok(ended.tookMs < 3_000, `${ended.tookMs} ms`)
      assert.match(ended.stderr, /^iot-log: \w+: no archive was written$/m)
      assert.deepEqual(JSON.parse(ended.stdout), { status: 'cancelled', archive: null })
      assert.deepEqual(leftIn(bucket), [])
      assert.deepEqual(readdirSync(here.path), [])
    })
  }

  for (const [operation, what] of [
    ['HeadObject', 'the question whether the archive is there already'],
    ['ListObjectsV2', 'a listing'],
    ['GetObject', 'an object'],
    ['PutObject', 'a small archive']
  ] as const) {
    it(`a cancelled export does not wait for ${what} when that hangs`, async () => {
      using here = temporaryDirectory()
      const bucket = bucketWith(day)
      server.faults.add({ operation, bucket, action: { kind: 'hang' } })
      const args = ['export', ...words, '--source', `s3://${bucket}`, '--output', `s3://${bucket}/out/`]
      const ended = await killAt({ operation, bucket }, 'SIGINT', args, here)
      assert.ok(ended.tookMs < 3_000, `${ended.tookMs} ms`)
      assert.equal(ended.code, 130)
      assert.deepEqual(leftIn(bucket), Object.keys(day).sort())
    })
  }
})

describe('iot-log plan from S3', { concurrency }, () => {
  it('lists and estimates and opens no object', async () => {
    using here = temporaryDirectory()
    const bucket = bucketWith(day)
    const args = ['plan', ...words, '--source', `s3://${bucket}`]
    const [shown, json] = await Promise.all([run(args, here), run([...args, '--json'], here)])
    assert.deepEqual([shown.code, json.code], [0, 0])
    assert.match(shown.stdout, new RegExp(`^Source  s3://${bucket}$`, 'm'))
    assert.match(shown.stdout, /telemetry +3 objects .*telemetry\/2023\/10\/01\/00\/ … .* \(24 prefixes\)/)
    assert.match(shown.stdout, /Engine {2}scan: .* in 4 objects: about/)
    const { source, objects, bytes, engine } = JSON.parse(json.stdout)
    const stored = Object.values(day).reduce((sum, { length }) => sum + length, 0)
    assert.deepEqual([source, objects, bytes, engine], [`s3://${bucket}`, 4, stored, 'scan'])
    const asked = new Set(server.requests.filter((one) => one.bucket === bucket).map(({ operation }) => operation))
    assert.deepEqual([...asked], ['ListObjectsV2'])
  })

  it('iot-log plan reports errors of S3 as export does', async () => {
    using here = temporaryDirectory()
    assertRefused(await run(['plan', ...words, '--source', 's3://no-such-bucket'], here), [/no bucket no-such-bucket/])
  })
})

let buckets = 0

function bucketWith(objects: Readonly<Record<string, Buffer | string>>, options = {}): string {
  const bucket = `test-${buckets++}`
  server.createBucket(bucket, options)
  for (const [key, bytes] of Object.entries(objects)) server.put(bucket, key, bytes)
  return bucket
}

/** Objects, and uploads that are not finished. */
function leftIn(bucket: string): string[] {
  return [...server.keys(bucket), ...server.openUploads(bucket).map(({ key }) => `unfinished ${key}`)]
}

/** The reference configuration in this directory, its environment changed. */
function configure(here: TemporaryDirectory, changes: Readonly<Record<string, unknown>>): void {
  const document = referenceDocument()
  Object.assign(document.environments.dev, changes)
  writeFileSync(join(here.path, 'iot-log.config.json'), JSON.stringify(document))
}

/** What a person at another machine would have set, and nothing of this one. */
function environmentOf(here: TemporaryDirectory, changes: Readonly<Record<string, string | undefined>> = {}) {
  return { ...bareEnvironment(), HOME: here.path, ...server.environment(), ...changes }
}

function run(
  args: readonly string[],
  here: TemporaryDirectory,
  environment?: Readonly<Record<string, string | undefined>>
): Promise<FinishedCommand> {
  return runCli(withThreads(args), { cwd: here.path, env: environmentOf(here, environment) })
}

/** A thread takes a fifth of a second to start. */
function withThreads(args: readonly string[]): readonly string[] {
  return args.includes('--threads') ? args : [...args, '--threads', '1']
}

interface KilledCommand extends FinishedCommand {
  readonly tookMs: number
}

/** Sends a signal when that request has come; what does not end by itself is killed, for the test to end. */
async function killAt(
  hook: { readonly operation: string; readonly bucket: string; readonly number?: number },
  signal: NodeJS.Signals,
  args: readonly string[],
  here: TemporaryDirectory
): Promise<KilledCommand> {
  const { child, finished } = startCli(withThreads(args), { cwd: here.path, env: environmentOf(here) })
  const hasCome = Promise.withResolvers<void>()
  if (hook.operation === 'ListObjectsV2') void untilListed(hook.bucket).then(hasCome.resolve)
  using _ = onRequest(server, hook, hasCome.resolve)
  await Promise.race([hasCome.promise, finished])
  const signalledMs = performance.now()
  child.kill(signal)
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 5_000)
  const ended = await finished
  clearTimeout(tooLong)
  return { ...ended, tookMs: Math.round(performance.now() - signalledMs) }
}

/** A listing names no key, so a request hook can't match it. */
async function untilListed(bucket: string): Promise<void> {
  while (!server.requests.some((one) => one.bucket === bucket && one.operation === 'ListObjectsV2'))
    await setImmediate()
}

/** Exit code 1, one line for a person, no stack. */
function assertRefused({ code, stdout, stderr }: FinishedCommand, texts: readonly RegExp[]): void {
  for (const text of texts) assert.match(stderr, text)
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^iot-log: [^\n]+\n$/)
  assert.doesNotMatch(stderr, /UnknownError|internal error|\bat .*:\d+:\d+/)
}

async function telemetryOf(zip: Buffer): Promise<string> {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'archive.zip')
  writeFileSync(path, zip)
  return (await readArchive(path)).get('telemetry_20231001.log')!.toString()
}
