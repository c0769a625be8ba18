import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { formatSeconds } from '../../worker/contract/units.ts'
import { scanSeconds } from '../../worker/model/engine.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { defaultOptions } from '../support/jobs.ts'
import { logDirectory } from '../support/log-directory.ts'
import { repository, runCli, startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const text = 'one THING00001\ntwo\nthree THING00001\n'
const day = {
  'telemetry/2023/10/01/00/a.gz': gzipSync(text),
  'telemetry/2023/10/01/05/b.gz': gzipSync('four THING00001\n'),
  'telemetry/2023/10/01/05/empty': '',
  'commands/2023/10/01/00/c.gz': gzipSync('nothing here\n')
}
const example = ['export', 'THING00001', 'telemetry,command', '2023/10/01']

describe('iot-log export', () => {
  it('iot-log export writes the zip into the current directory and prints what it found', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const { code, stdout, stderr } = await runCli([...example, '--source', logs.url], { cwd: here.path })
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.deepEqual(readdirSync(here.path), ['20231001_THING00001.zip'])
    assert.match(stdout, /telemetry_20231001\.log +3 lines/)
    assert.match(stdout, /command_20231001\.log +0 lines/)
    assert.match(stdout, /Complete: all of 4 objects read/)
    assert.ok(stdout.includes(join(here.path, '20231001_THING00001.zip')))
    const files = await readArchive(join(here.path, '20231001_THING00001.zip'))
    assert.equal(files.get('telemetry_20231001.log')!.toString(), 'one THING00001\nthree THING00001\nfour THING00001\n')
    assert.equal(files.get('command_20231001.log')!.length, 0)
  })

  it('iot-log export prints the result as JSON with --json', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const { code, stdout } = await runCli([...example, '--source', logs.path, '--json', '--threads', '2'], {
      cwd: here.path
    })
    assert.equal(code, 0)
    const { archive, seconds, entries, ...result } = JSON.parse(stdout)
    assert.equal(typeof seconds, 'number')
    assert.equal(archive.url, `file://${join(here.path, '20231001_THING00001.zip')}`)
    assert.equal(archive.bytes, readFileSync(join(here.path, '20231001_THING00001.zip')).length)
    assert.deepEqual(
      entries.map((entry: { name: string; lines: number }) => [entry.name, entry.lines]),
      [
        ['telemetry_20231001.log', 3],
        ['command_20231001.log', 0]
      ]
    )
    const storedBytes = result.scanned.bytes
    const estimate = formatSeconds(scanSeconds({ objects: 4, storedBytes }, 2))
    assert.deepEqual(result, {
      status: 'complete',
      engine: 'scan',
      reason: `${storedBytes} bytes in 4 objects: about ${estimate} on 2 threads, under 20 min`,
      request: {
        identifiers: ['THING00001'],
        categories: ['telemetry', 'command'],
        from: '2023-10-01T00:00:00Z',
        to: '2023-10-02T00:00:00Z',
        environment: 'dev',
        ...defaultOptions
      },
      objects: {
        listed: 4,
        read: 3,
        queried: 0,
        empty: 1,
        skipped: 0,
        unreadable: 0,
        archived: 0,
        vanished: 0,
        denied: 0
      },
      warnings: [],
      unreadable: [],
      scanned: result.scanned,
      looked: []
    })
    assert.equal(result.scanned.rawBytes, text.length + 'four THING00001\n'.length + 'nothing here\n'.length)
  })

  it('iot-log export exits with 3 when an object could not be read, and names it', async () => {
    const broken = gzipSync(text).subarray(0, -6)
    using logs = logDirectory({ ...day, 'telemetry/2023/10/01/06/broken.gz': broken })
    using here = temporaryDirectory()
    const { code, stdout } = await runCli([...example, '--source', logs.url, '--json'], { cwd: here.path })
    assert.equal(code, 3)
    const result = JSON.parse(stdout)
    assert.equal(result.status, 'partial')
    const expected = {
      key: 'telemetry/2023/10/01/06/broken.gz',
      reason: 'truncated',
      byte: broken.length,
      keptLines: 2
    }
    assert.deepEqual(result.unreadable, [expected])
    const shown = await runCli([...example, '--source', logs.url, '--force'], { cwd: here.path })
    assert.match(shown.stdout, /broken\.gz: truncated at byte \d+, kept 2 lines before it/)
    assert.match(shown.stdout, /Partial: 1 \(1 unreadable\) of 5 objects could not be read/)
  })

  it('iot-log export exits with 4 and writes nothing when nothing matches', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const { code, stdout } = await runCli(['export', 'NOBODY', 'all', '2023/10/01', '--source', logs.url], {
      cwd: here.path
    })
    assert.equal(code, 4)
    assert.match(stdout, /Nothing found: all of 4 objects read/)
    assert.match(stdout, /telemetry: no objects under 22 of 24 prefixes: telemetry\/2023\/10\/01\/01\/, .*, …$/m)
    assert.deepEqual(readdirSync(here.path), [])
  })

  it('iot-log export says which devices an identifier matched, for any number of threads', async () => {
    const lines = (from: number): string =>
      Array.from({ length: 10 }, (_, at) => `{"thingName":"THING000${String(from + at).padStart(2, '0')}"}\n`).join('')
    const objects = Array.from({ length: 12 }, (_, at) => [`telemetry/2023/10/01/00/${at}.gz`, gzipSync(lines(at))])
    using logs = logDirectory(Object.fromEntries(objects))
    using here = temporaryDirectory()
    const run = async (identifier: string, ...more: string[]): Promise<unknown> => {
      const words = ['export', identifier, 'telemetry', '2023/10/01', '--source', logs.url, '--json', '--force']
      const { stdout } = await runCli([...words, ...more], { cwd: here.path })
      return JSON.parse(stdout).warnings
    }
    const expected = [
      {
        code: 'several-devices',
        count: 21,
        keys: ['0', '1', '10'].map((name) => `telemetry/2023/10/01/00/${name}.gz`),
        text: 'telemetry: what was asked for matched 21 devices: THING00000, THING00001, THING00002, THING00003, THING00004 and 16 more'
      }
    ]
    for (const threads of ['1', '2', '5']) assert.deepEqual(await run('THING000', '--threads', threads), expected)
    const records = (await run('THING000', 'format=json')) as typeof expected
    assert.deepEqual(records[0]?.text, expected[0]!.text)
    assert.deepEqual(await run('THING00001,THING00002'), [])
    assert.deepEqual(await run('THING00001', 'match=word'), [])
  })

  it('iot-log export exits with 5 when the window has no objects, and says which day has', async () => {
    using logs = logDirectory({
      ...day,
      'telemetry/2023/09/30/00/old.gz': gzipSync(text),
      'lifecycle/2023-10-01/x.gz': gzipSync(text)
    })
    using here = temporaryDirectory()
    const words = ['export', 'THING00001', 'telemetry,lifecycle', '2022/10/01', '--source', logs.url]
    const { code, stdout } = await runCli(words, { cwd: here.path })
    assert.equal(code, 5)
    assert.match(stdout, /telemetry: no objects under 24 prefixes: telemetry\/2022\/10\/01\/00\/, .*, …$/m)
    assert.match(stdout, /telemetry: the newest day with objects is 2023-10-01: telemetry\/2023\/10\/01\/$/m)
    assert.match(stdout, /lifecycle: no key has the form of the layout; other keys: lifecycle\/2023-10-01\/x\.gz$/m)
    assert.match(stdout, /^Nothing to read: no objects exist in this window\. A missing day is not a silent device\.$/m)
    const other = await runCli([...words, '--json'], { cwd: here.path })
    assert.equal(other.code, 5)
    const { status, archive, objects, looked } = JSON.parse(other.stdout)
    assert.deepEqual([status, archive, objects.listed], ['empty', null, 0])
    const hour = (hour: string): string => `telemetry/2022/10/01/${hour}/`
    assert.deepEqual(looked[0], {
      category: 'telemetry',
      prefixes: 24,
      withObjects: 0,
      existing: [],
      missing: [hour('00'), hour('01'), hour('02')],
      newest: { day: '2023-10-01', prefix: 'telemetry/2023/10/01/' },
      nearest: []
    })
    assert.deepEqual(readdirSync(here.path), [])
  })

  it('iot-log export writes only the manifest when nothing matched and an object could not be read', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/06/broken.gz': gzipSync(text).subarray(0, 5) })
    using here = temporaryDirectory()
    const { code } = await runCli([...example, '--source', logs.url], { cwd: here.path })
    assert.equal(code, 3)
    const files = await readArchive(join(here.path, '20231001_THING00001.zip'))
    assert.deepEqual([...files.keys()], ['manifest.json'])
    assert.deepEqual(manifestOf(files).entries, [])
  })

  it('iot-log export writes to a file or a directory and overwrites only with --force', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const run = (...flags: string[]): ReturnType<typeof runCli> => {
      return runCli([...example, '--source', logs.url, '-q', ...flags], { cwd: here.path })
    }
    assert.deepEqual(await run('--output', 'my.zip'), { code: 0, signal: null, stdout: '', stderr: '' })
    assert.equal((await run('-o', 'new/deep/')).code, 0)
    assert.equal((await run('-o', 'new')).code, 0)
    const again = await run('--output', 'my.zip')
    assert.equal(again.code, 2)
    assert.match(again.stderr, /exists already: .*my\.zip.*--force/)
    writeFileSync(join(here.path, 'my.zip'), 'old')
    assert.equal((await run('--output', 'my.zip', '--force')).code, 0)
    assert.ok(readFileSync(join(here.path, 'my.zip')).length > 100)
    assert.deepEqual(readdirSync(join(here.path), { recursive: true }).sort(), [
      'my.zip',
      'new',
      'new/20231001_THING00001.zip',
      'new/deep',
      'new/deep/20231001_THING00001.zip'
    ])
  })

  it('iot-log export rejects - as output and warns when the name does not end with .zip', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const run = (...flags: string[]): ReturnType<typeof runCli> => {
      return runCli([...example, '--source', logs.url, ...flags], { cwd: here.path })
    }
    for (const flags of [['--output', '-'], ['--output=-'], ['-o', '-']]) {
      const { code, stdout, stderr } = await run(...flags)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /(--output|-o) -: standard input and output are not supported; name a PLACE$/m)
    }
    assert.deepEqual(readdirSync(here.path), [])
    const { code, stderr } = await run('--output=out.parquet')
    assert.equal(code, 0)
    assert.equal(stderr, 'iot-log: --output: a zip is written, although the name ends with .parquet\n')
    assert.equal((await run('--output=out.parquet', '--force', '--quiet')).stderr, '')
    assert.deepEqual(readdirSync(here.path), ['out.parquet'])
  })

  it('iot-log export leaves out what the configuration excludes and says so', async () => {
    using logs = logDirectory({ ...day, 'telemetry/2023/10/01/00/errors/x.gz': gzipSync(text) })
    using here = temporaryDirectory()
    const config = JSON.parse(readFileSync(join(repository, 'iot-log.config.json'), 'utf8'))
    config.categories.telemetry.exclude = ['telemetry/*/errors/*']
    writeFileSync(join(here.path, 'iot-log.config.json'), JSON.stringify(config))
    const { stdout } = await runCli([...example, '--source', logs.url, '--json'], { cwd: here.path })
    const { objects } = JSON.parse(stdout)
    assert.deepEqual([objects.listed, objects.skipped, objects.read], [5, 1, 3])
  })

  it('iot-log export reads only the requested hours', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const words = ['export', 'THING00001', 'telemetry', '2023/10/01T05..2023/10/01T06']
    const { stdout } = await runCli([...words, '--source', logs.url, '--json'], { cwd: here.path })
    assert.equal(JSON.parse(stdout).objects.listed, 2)
    assert.ok(existsSync(join(here.path, '20231001T05-20231001T06_THING00001.zip')))
  })
})

describe('iot-log plan', () => {
  it('lists and estimates and opens no object', async () => {
    using logs = logDirectory({ ...day, 'telemetry/2023/10/01/09/not-a.gz': Buffer.from([0x1f, 0x8b, 1, 2, 3]) })
    const words = ['plan', 'THING00001', 'telemetry,command', '2023/10/01', '--source', logs.url]
    const { code, stdout } = await runCli([...words, '--json'])
    assert.equal(code, 0)
    const plan = JSON.parse(stdout)
    assert.equal(plan.objects, 5)
    assert.equal(plan.engine, 'scan')
    assert.equal(plan.categories[0].prefixes.length, 24)
    assert.deepEqual(
      plan.categories.map((category: { name: string; objects: number }) => [category.name, category.objects]),
      [
        ['telemetry', 4],
        ['command', 1]
      ]
    )
    const shown = await runCli(words)
    assert.match(
      shown.stdout,
      /telemetry +4 objects .*telemetry\/2023\/10\/01\/00\/ … telemetry\/2023\/10\/01\/23\/ \(24 prefixes\)/
    )
    assert.match(shown.stdout, /Engine {2}scan: .* in 5 objects: about/)
  })
})

describe('iot-log config check', () => {
  it('iot-log config check accepts the reference configuration', async () => {
    const { code, stdout } = await runCli(['config', 'check', join(repository, 'iot-log.config.json')])
    assert.equal(code, 0)
    assert.match(stdout, /Valid: .*iot-log\.config\.json/)
    assert.match(stdout, /dev \(default\): s3:\/\/dev-iot-logs/)
  })

  it('iot-log config check --source reports the newest object of each category and whether it fits', async () => {
    using logs = logDirectory({
      'good/2023/10/01/a.gz': gzipSync('{"n":1}\n{"n":2}\n'),
      'good/2023/09/30/z.gz': 'old',
      'vpc/2023/10/01/a': '{"n":1}\n{"n":2}\n',
      'none/2023-10-01/a': 'x'
    })
    const layout = (name: string): string => `${name}/{yyyy}/{MM}/{dd}/`
    const categories = {
      good: { layout: layout('good'), format: 'json-lines' },
      vpc: { layout: layout('vpc'), format: 'alb' },
      none: { layout: layout('none') }
    }
    const environments = { dev: { source: logs.url } }
    writeFileSync(
      join(logs.path, 'config.json'),
      JSON.stringify({ defaultEnvironment: 'dev', environments, categories })
    )
    for (const flag of [['--source'], ['--source', logs.path]]) {
      const { code, stdout } = await runCli(['config', 'check', join(logs.path, 'config.json'), ...flag])
      assert.equal(code, 0)
      assert.match(stdout, /^ {2}good: good\/2023\/10\/01\/a\.gz: gzip, 2 records fit the format json-lines$/m)
      assert.match(
        stdout,
        /^ {2}vpc: vpc\/2023\/10\/01\/a: plain, 2 of 2 records do not fit the format alb; all fit json/m
      )
      assert.match(stdout, /^ {2}none: no object has a key of the layout .*; other keys: none\/2023-10-01\/a$/m)
    }
  })

  it('iot-log config check names every mistake and the file', async () => {
    using here = temporaryDirectory()
    writeFileSync(
      join(here.path, 'iot-log.config.json'),
      '{"defaultEnvironment":"dev","enviroments":{},"categories":{}}'
    )
    const { code, stderr } = await runCli(['config', 'check'], { cwd: here.path })
    assert.equal(code, 2)
    assert.match(stderr, /2 mistakes/)
    assert.match(stderr, /iot-log\.config\.json: enviroments: unknown key; did you mean "environments"/)
    assert.match(stderr, /environments: missing/)
    const exported = await runCli(example, { cwd: here.path })
    assert.equal(exported.code, 2)
    assert.match(exported.stderr, /did you mean "environments"/)
  })

  it('iot-log config check names an unknown format', async () => {
    using here = temporaryDirectory()
    const text = readFileSync(join(repository, 'iot-log.config.json'), 'utf8')
    writeFileSync(join(here.path, 'iot-log.config.json'), text.replace(/"format": "[^"]+"/, '"format": "albs"'))
    const { code, stderr } = await runCli(['config', 'check'], { cwd: here.path })
    assert.equal(code, 2)
    assert.match(stderr, /format: "albs": .*"alb"/)
  })

  it('iot-log config check names the file that it could not read', async () => {
    const { code, stderr } = await runCli(['config', 'check', '/no/such/file.json'])
    assert.equal(code, 2)
    assert.match(stderr, /Could not read the configuration \/no\/such\/file\.json/)
  })
})

describe('mistakes on the command line', () => {
  it('all mistakes of a command line are reported at once with the corrected command, and nothing starts', async () => {
    using here = temporaryDirectory()
    const words = ['export', 'ab', 'telemtry', '2023/13/01', 'match=wrod', '--thread', '0', '--threads=none']
    const { code, stderr, stdout } = await runCli(words, { cwd: here.path })
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /--thread is not a flag: did you mean --threads/)
    assert.match(stderr, /"ab" is too short/)
    assert.match(stderr, /"telemtry" is not a category: did you mean "telemetry"/)
    assert.match(stderr, /no month 13/)
    assert.match(stderr, /match must be text or word/)
    assert.match(stderr, /--threads none: must be a whole number from 1/)
    assert.match(stderr, /Try: iot-log export THING00001 telemetry 2023\/10\/01 match=word/)
    assert.deepEqual(readdirSync(here.path), [])
  })

  it('a corrected command is quoted for the shell', async () => {
    const { stderr } = await runCli(['export', 'it is "new"', 'telemtry', '2023/10/01'])
    assert.match(stderr, /Try: iot-log export '"it is \\"new\\""' telemetry 2023\/10\/01/)
  })

  it('an unknown command and a missing command are mistakes', async () => {
    const unknown = await runCli(['exprot', 'x'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /"exprot" is not a command: did you mean export/)
    const none = await runCli([])
    assert.equal(none.code, 2)
    assert.match(none.stdout, /Usage:/)
  })

  it('a source that does not exist is a mistake', async () => {
    using here = temporaryDirectory()
    const { code, stderr } = await runCli([...example, '--source', '/no/such/directory', '--json'], { cwd: here.path })
    assert.equal(code, 1)
    assert.match(stderr, /Not found: \/no\/such\/directory/)
  })
})

describe('help', () => {
  it('the help of every command names what the configuration has', async () => {
    for (const args of [
      ['--help'],
      ['-h'],
      ['help'],
      ['export', '--help'],
      ['plan', '-h'],
      ['config', '--help'],
      ['doctor', '--help']
    ]) {
      const { code, stdout } = await runCli(args)
      assert.equal(code, 0, args.join(' '))
      assert.match(stdout, /Usage:/)
    }
    const { stdout } = await runCli(['export', '--help'])
    assert.match(stdout, /telemetry, command \(also commands\), lifecycle, or all/)
    assert.match(stdout, /dev \(default\)/)
    assert.match(stdout, /match=text\|word/)
  })

  it('the overview lists every command, and each help fits a terminal and has all exit codes', async () => {
    const overview = (await runCli(['--help'])).stdout
    assert.match(overview, /^ {2}config check +check a configuration\n {2}slack manifest +print the manifest/m)
    const names = new Set([...overview.matchAll(/^ {2}(\w+)(?: \w+)? {2}/gm)].map(([, name]) => name!))
    assert.deepEqual([...names], ['export', 'plan', 'query', 'forward', 'replay', 'config', 'slack', 'doctor'])
    for (const name of names) {
      const { stdout } = await runCli([name, '--help'])
      for (const line of stdout.split('\n')) assert.ok(line.length <= 130, line)
      for (const code of [0, 1, 2, 129, 130, 143]) assert.match(stdout, new RegExp(`^ +${code} {2}\\w`, 'm'), name)
    }
  })

  it('iot-log names the Node version that it needs when this one is too old', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.14.0' } })`
    const args = ['--import', `data:text/javascript,${encodeURIComponent(old)}`, `${repository}worker/cli.ts`]
    const { code, stdout, stderr } = await startCommand(process.execPath, args).finished
    assert.deepEqual([code, stdout, stderr], [2, '', 'iot-log: this is Node 22.14.0: install Node 22.15 or later\n'])
  })

  it('iot-log --version prints the version', async () => {
    assert.match((await runCli(['--version'])).stdout, /^iot-log \d+\.\d+\.\d+\n$/)
  })
})

describe('npm run iot-log', () => {
  it('npm run iot-log works in the current directory', async () => {
    using logs = logDirectory(day)
    using here = temporaryDirectory()
    const args = ['run', '-s', '--prefix', repository, 'iot-log', '--', ...example, '--source', logs.url, '--quiet']
    const env = { ...process.env, INIT_CWD: here.path }
    const { code, stderr } = await startCommand('npm', args, { cwd: here.path, env }).finished
    assert.equal(code, 0, stderr)
    assert.deepEqual(readdirSync(here.path), ['20231001_THING00001.zip'])
  })
})
