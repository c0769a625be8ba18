import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { directoryStorage } from '../stand-ins/s3/storage-directory.ts'
import { largeMatchingDay } from '../support/log-directory.ts'
import { runCli, startCli } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * A network that goes away, with the patience that people get: takes minutes.
 */

const words = ['export', 'THING00001', 'telemetry', '2023/10/01']

describe('a network that is gone', () => {
  it('for 30 seconds delays the export and changes nothing', async () => {
    using logs = largeMatchingDay()
    using here = temporaryDirectory()
    await using server = await startS3Server({ buckets: { logs: { storage: directoryStorage(logs.path) }, out: {} } })
    const whole = await runCli([...words, '--source', logs.url, '--quiet'], { cwd: here.path })
    assert.equal(whole.code, 0)
    const output = 's3://out/copy.zip'
    const running = startCli([...words, '--source', 's3://logs', '--output', output], environmentOf(server))
    await inTheMiddle(server)
    await server.setOffline(true)
    await delay(30_000)
    await server.setOffline(false)
    const { code, stderr } = await running.finished
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.ok(server.get('out', 'copy.zip')!.equals(readFileSync(join(here.path, '20231001_THING00001.zip'))))
  })

  it('for good ends the export with a clear text', async () => {
    using logs = largeMatchingDay()
    await using server = await startS3Server({ buckets: { logs: { storage: directoryStorage(logs.path) }, out: {} } })
    const running = startCli(
      [...words, '--source', 's3://logs', '--output', 's3://out/copy.zip'],
      environmentOf(server)
    )
    await inTheMiddle(server)
    const startedMs = performance.now()
    await server.setOffline(true)
    const { code, stderr } = await running.finished
    assert.equal(code, 1)
    assert.match(stderr, /the store does not respond to other requests either: check the network and the endpoint/)
    assert.match(stderr, /An unfinished upload to s3:\/\/out\/copy\.zip could not be aborted/)
    assert.ok(performance.now() - startedMs < 120_000)
  })
})

function environmentOf(server: S3Server): { env: NodeJS.ProcessEnv } {
  return { env: { ...process.env, ...server.environment() } }
}

async function inTheMiddle(server: S3Server): Promise<void> {
  while ((server.requestCounts.get('UploadPart') ?? 0) < 2) await setImmediate()
}
