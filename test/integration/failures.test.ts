import assert from 'node:assert/strict'
import { chmodSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { largeMatchingDay, logDirectory } from '../support/log-directory.ts'
import { repository, runCli, startCli, startCommand } from '../support/run-cli.ts'
import { skipLoudly } from '../support/skip-loudly.ts'
import { smallDisk } from '../support/small-disk.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'

const words = ['export', 'THING00001', 'telemetry', '2023/10/01']

describe('cancelling', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143]
  ] as const) {
    it(`an export stops within 3 seconds of ${signal} and leaves nothing behind`, async () => {
      using logs = largeMatchingDay()
      using here = temporaryDirectory()
      const { child, finished } = startCli([...words, '--source', logs.url, '--output', 'new/', '--json'], {
        cwd: here.path
      })
      await partialArchive(here)
      const signalledMs = performance.now()
      child.kill(signal)
      const ended = await finished
      assert.equal(ended.code, code)
      assert.ok(performance.now() - signalledMs < 3000)
      assert.deepEqual(readdirSync(here.path), [])
      assert.match(ended.stderr, /no archive was written/)
      assert.deepEqual(JSON.parse(ended.stdout), { status: 'cancelled', archive: null })
    })
  }

  it('an export that is killed leaves a part file, which the next export of the same name removes', async () => {
    using logs = largeMatchingDay()
    using here = temporaryDirectory()
    const { child, finished } = startCli([...words, '--source', logs.url], { cwd: here.path })
    await partialArchive(here)
    child.kill('SIGKILL')
    await finished
    assert.match(readdirSync(here.path).join(), /^\.20231001_THING00001\.zip\..*\.partial$/)
    using small = logDirectory({ 'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n') })
    const { code } = await runCli([...words, '--source', small.url], { cwd: here.path })
    assert.equal(code, 0)
    assert.deepEqual(readdirSync(here.path), ['20231001_THING00001.zip'])
  })

  it('an output that can not be printed does not change the exit code of a failure', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n').subarray(0, 15) })
    using here = temporaryDirectory()
    const cli = `${repository}worker/cli.ts`
    const cases: readonly (readonly [string, readonly string[], number])[] = [
      ['"$0" "$@" > /dev/full', [...words, '--source', logs.url, '--quiet'], 3],
      ['("$0" "$@"; echo $? >&2) | true', [...words, '--source', logs.url, '--force'], 3],
      ['("$0" "$@"; echo $? >&2) | true', ['export', 'ab', '--json'], 2],
      ['"$0" "$@" 2> /dev/full', ['export', 'ab'], 2]
    ]
    for (const [script, args, expected] of cases) {
      const command = startCommand('bash', ['-c', script, process.execPath, cli, ...args], { cwd: here.path })
      const { code, stderr } = await command.finished
      const printed = /^\d+$/m.exec(stderr)?.[0]
      assert.equal(printed === undefined ? code : Number(printed), expected, script)
    }
  })

  it('a result that can not be printed ends with exit code 1', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n') })
    using here = temporaryDirectory()
    const args = ['-c', '"$0" "$@" > /dev/full', process.execPath, `${repository}worker/cli.ts`, ...words]
    const { code, stderr } = await startCommand('bash', [...args, '--source', logs.url], { cwd: here.path }).finished
    assert.equal(code, 1)
    assert.match(stderr, /^iot-log: Could not print the result: .*\n$/)
  })
})

describe('a full disk', () => {
  it('a full disk ends the export with a clear message and leaves nothing behind', async (test) => {
    using disk = smallDisk(300)
    if (!disk) return skipLoudly(test, 'this process may not mount a file system, so no disk can be filled')
    using logs = largeMatchingDay()
    const { code, stderr } = await runCli([...words, '--source', logs.url, '--output', `${disk.path}/`])
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`^iot-log: No space left on the disk: ${disk.path}/20231001_THING00001\\.zip$`, 'm')
    )
    assert.deepEqual(readdirSync(disk.path), [])
  })

  it('a full temporary directory is named, with the way out', async (test) => {
    using disk = smallDisk(300)
    if (!disk) return skipLoudly(test, 'this process may not mount a file system, so no disk can be filled')
    const objects = Array.from({ length: 30_000 }, (_, at) => [`telemetry/2023/10/01/00/${at}`, 'x'] as const)
    using logs = logDirectory(Object.fromEntries(objects))
    using here = temporaryDirectory()
    const env = { ...process.env, TMPDIR: disk.path }
    const { code, stderr } = await runCli([...words, '--source', logs.url], { cwd: here.path, env })
    assert.equal(code, 1)
    assert.match(stderr, /set TMPDIR to use another directory.*ENOSPC/)
    assert.deepEqual([...readdirSync(disk.path), ...readdirSync(here.path)], [])
  })

  it('a limit on file sizes ends the export like a full disk', async () => {
    using logs = largeMatchingDay()
    using here = temporaryDirectory()
    // A shell sets the limit (in blocks of 512 or 1024 bytes); with the signal ignored the write itself fails, as on a full disk.
    const script = `trap '' XFSZ; ulimit -f 300; exec "$0" "$@"`
    const args = ['-c', script, process.execPath, `${repository}worker/cli.ts`, ...words, '--source', logs.url]
    const { code, stderr } = await startCommand('sh', args, { cwd: here.path }).finished
    assert.equal(code, 1)
    assert.match(stderr, /20231001_THING00001\.zip/)
    assert.deepEqual(readdirSync(here.path), [])
  })
})

describe('what may not be read or written', () => {
  it('an unreadable file is an outcome of the export', async () => {
    using logs = logDirectory({
      'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n'),
      'telemetry/2023/10/01/00/b.gz': gzipSync('THING00001\n')
    })
    using here = temporaryDirectory()
    openForAll(logs, here)
    chmodSync(join(logs.path, 'telemetry/2023/10/01/00/b.gz'), 0)
    const { code, stdout } = await runCli([...words, '--source', logs.url, '--json'], {
      cwd: here.path,
      ...asOtherUser()
    })
    assert.equal(code, 3)
    const { objects, entries } = JSON.parse(stdout)
    assert.deepEqual([objects.read, objects.denied], [1, 1])
    assert.equal(entries[0].lines, 1)
  })

  it('an unreadable prefix or unwritable output ends the export', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n') })
    using here = temporaryDirectory()
    openForAll(logs)
    const unwritable = await runCli([...words, '--source', logs.url, '--output', here.path], asOtherUser())
    assert.equal(unwritable.code, 1)
    assert.match(unwritable.stderr, /Permission denied: .*20231001_THING00001\.zip/)
    openForAll(here)
    chmodSync(join(logs.path, 'telemetry/2023/10/01'), 0)
    const unlistable = await runCli([...words, '--source', logs.url], { cwd: here.path, ...asOtherUser() })
    assert.equal(unlistable.code, 1)
    assert.match(unlistable.stderr, /Permission denied: .*2023\/10\/01/)
    chmodSync(join(logs.path, 'telemetry/2023/10/01'), 0o755)
    assert.deepEqual(readdirSync(here.path), [])
  })
})

describe('a reader that goes away', () => {
  it('a reader of the output that goes away does not make the export fail', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/00/a.gz': gzipSync('THING00001\n') })
    using here = temporaryDirectory()
    const script = '"$0" "$@" | true; echo done'
    const args = ['-c', script, process.execPath, `${repository}worker/cli.ts`, ...words, '--source', logs.url]
    const { stdout, stderr } = await startCommand('sh', args, { cwd: here.path }).finished
    assert.equal(stdout, 'done\n')
    assert.equal(stderr, '')
    assert.deepEqual(readdirSync(here.path), ['20231001_THING00001.zip'])
  })
})

/** Waits until the hidden part of an archive has appeared somewhere below a directory. */
async function partialArchive(directory: TemporaryDirectory): Promise<void> {
  const isThere = (): boolean =>
    readdirSync(directory.path, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.partial'))
  await new Promise<void>((resolve) => {
    const watcher = watch(directory.path, { recursive: true }, () => {
      if (!isThere()) return
      watcher.close()
      resolve()
    })
    if (isThere()) {
      watcher.close()
      resolve()
    }
  })
}

/** Root may read everything, so what is denied shows only to another user. */
function asOtherUser(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
}

function openForAll(...directories: readonly TemporaryDirectory[]): void {
  for (const { path } of directories) chmodSync(path, 0o777)
}
