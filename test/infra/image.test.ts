import assert from 'node:assert/strict'
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DockerIgnoreStrategy } from 'aws-cdk-lib'
import { type BundleName, bundles, filesOf, writeBundle } from '../../infra/bundles.ts'
import { ignoredLines } from '../../infra/export/image.ts'
import { nodeFlags } from '../../worker/node-flags.ts'
import { readArchive } from '../support/archives.ts'
import { referenceDocument } from '../support/configurations.ts'
import { createJobPlace, type JobPlace } from '../support/job-place.ts'
import { wantedJob } from '../support/jobs.ts'
import { frequentIdentifier, largeKeys, mixedDay } from '../support/mixed-day.ts'
import { type RunningCommand, repository, startCommand } from '../support/run-cli.ts'
import { serveS3 } from '../support/s3-bucket.ts'
import { onRequest } from '../support/s3-request-hooks.ts'
import { skipLoudly } from '../support/skip-loudly.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { forwarding as oneForwarder, synthesise } from './apps.ts'
import { onlyOf, templateOf } from './templates.ts'

/*
 * The image without Docker: what its Dockerfile copies is copied, its own build steps are run there, and what the last
 * stage holds runs alone.
 */

const dockerfile = readFileSync(join(repository, 'infra/Dockerfile'), 'utf8')
const lines = dockerfile.replaceAll(/\\\n\s*/g, ' ').split('\n')
/** `COPY` of files of the repository: sources and where they go. */
const copies = lines
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
  .map((line) => {
    const words = line.split(/\s+/).slice(1)
    return { sources: words.slice(0, -1), target: words.at(-1)! }
  })
const ignore = DockerIgnoreStrategy.docker(
  repository,
  ignoredLines(readFileSync(join(repository, 'infra/Dockerfile.dockerignore'), 'utf8'))
)
const place: TemporaryDirectory = temporaryDirectory()
process.on('exit', () => place[Symbol.dispose]())
const context = join(place.path, 'build')
const image = join(place.path, 'image')
const server = await serveS3()
/** What became of the step that builds it: a compiler and ISA-L are not everywhere. */
let addOn: Awaited<RunningCommand['finished']>

before(async () => {
  mkdirSync(context)
  for (const { sources, target } of copies) {
    for (const source of sources) copyAsDocker(source, join(context, target))
  }
  // In place of `npm ci`.
  symlinkSync(join(repository, 'node_modules'), join(context, 'node_modules'))
  const run = (...args: string[]) => startCommand(process.execPath, args, { cwd: context }).finished
  addOn = await run('worker/native/build.ts')
  for (const args of [['infra/build.ts'], ['infra/bundle.ts', 'worker', image]]) {
    const { code, stderr } = await run(...args)
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
  }
})

describe('the Dockerfile', () => {
  it('copies what is there and is not left out of its context', () => {
    for (const source of copies.flatMap(({ sources }) => sources)) {
      const found = globSync(source.replace(/\/$/, ''), { cwd: repository })
      assert.ok(found.length > 0, `${source} is not there`)
      for (const file of found) assert.ok(!ignore.ignores(join(repository, file)), `${file} is ignored`)
    }
  })

  it('sees nothing that it does not copy', () => {
    const copied = copies.flatMap(({ sources }) => sources.map((source) => source.replace(/\/$/, '')))
    const seen = readdirSync(repository).filter((name) => !ignore.ignores(join(repository, name)))
    const unused = seen.filter(
      (name) => !globSync(copied, { cwd: repository }).some((one) => one.split('/')[0] === name)
    )
    assert.deepEqual(unused, [])
  })

  it('the image builds and runs on one Debian and Node, as the user node', () => {
    const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1])
    assert.equal(bases.shift(), 'scratch')
    assert.equal(bases.length, 2)
    assert.equal(bases[0], bases[1])
    const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    assert.ok(bases[0]!.includes(`node:${devDependencies.node}-`), `${bases[0]} is not the Node of package.json`)
    const [, last] = dockerfile.split(/^FROM (?!.* AS )/m)
    assert.match(last!, /^USER node$/m)
    assert.match(last!, /libisal2/)
    assert.doesNotMatch(last!, /npm (?:ci|install)/)
  })

  it('takes the configuration that is deployed, over the one of the repository', () => {
    const [, last] = dockerfile.split(/^FROM (?!.* AS )/m)
    const taken = [...last!.matchAll(/^COPY --from=(\w+) .* (\S+) \.\/$/gm)].map(([, from, what]) => [from, what])
    assert.deepEqual(taken, [
      ['build', '/image/'],
      ['config', '/iot-log.config.json']
    ])
  })

  it('starts what the job definition starts', () => {
    const command = lines.find((line) => line.startsWith('CMD '))!.slice(4)
    assert.deepEqual(JSON.parse(command), ['node', ...nodeFlags, bundles.worker[0]])
  })

  it('starts Node with the flags of the command', () => {
    const textOfFile = (path: string): string => readFileSync(join(repository, path), 'utf8')
    const flags = nodeFlags.join(' ')
    assert.ok(textOfFile('worker/cli.ts').startsWith(`#!/usr/bin/env -S node ${flags}\n`))
    assert.equal(JSON.parse(textOfFile('package.json')).scripts['iot-log'], `node ${flags} worker/cli.ts`)
  })
})

describe('what the image holds', () => {
  it('is the worker, what it loads, and the configuration; nothing else', () => {
    const held = readdirSync(image)
    const needed = new Set([...filesOf(image, bundles.worker), 'iot-log.config.json'])
    assert.deepEqual(held.sort(), [...needed].sort())
    assert.ok(held.length > 10)
  })

  it('has the native add-on, built in its first stage', (test) => {
    if (addOn.code !== 0) return skipLoudly(test, addOn.stderr)
    assert.ok(readdirSync(image).includes('native.node'))
  })

  it('exports a day, alone in its directory', async () => {
    const logs = new Map([['telemetry/2023/10/01/05/a.gz', gzipSync('THING00001 is here\nnobody\n')]])
    const jobPlace = createJobPlace(server, logs)
    const { id } = await jobPlace.submit(wantedJob(['THING00001', 'telemetry', '2023/10/01']))
    const { code, stdout, stderr } = await start(jobPlace, id).finished
    assert.deepEqual([code, stderr], [0, ''], stdout)
    const job = await jobPlace.job(id)
    assert.equal(job.state, 'complete')
    const archive = join(place.path, 'archive.zip')
    writeFileSync(archive, jobPlace.archive(job))
    const entries = await readArchive(archive)
    assert.equal(entries.get('telemetry_20231001.log')!.toString(), 'THING00001 is here\n')
  })

  it('stops on SIGTERM within the time that the job definition leaves, and leaves nothing behind', async () => {
    const day = mixedDay(41)
    const large = new Map(Object.values(largeKeys).map((key) => [key, day.get(key)!]))
    const jobPlace = createJobPlace(server, large)
    const { id } = await jobPlace.submit(wantedJob([frequentIdentifier, 'telemetry', '2023/10/01T05..2023/10/01T07']))
    const { promise: reached, resolve } = Promise.withResolvers<void>()
    const hook = { operation: 'UploadPart', number: 2, bucket: jobPlace.results } as const
    using _watch = onRequest(server, hook, resolve)
    using _hang = jobPlace.trouble({
      operation: hook.operation,
      bucket: hook.bucket,
      after: 1,
      times: 1,
      action: { kind: 'hang' }
    })
    const { child, finished } = start(jobPlace, id)
    await reached
    const signalledMs = performance.now()
    child.kill('SIGTERM')
    const { code, stdout } = await finished
    assert.equal(code, 143, stdout)
    assert.ok(performance.now() - signalledMs < 20_000)
    assert.deepEqual(jobPlace.archives(), [])
  })
})

describe('bundles', () => {
  /** In MB, unpacked: what a cold start loads, or a task pulls. Raise one knowingly. */
  const most: Readonly<Record<BundleName, number>> = { worker: 3, slack: 2, 'job-events': 2, forward: 3 }
  for (const [name, megabytes] of Object.entries(most)) {
    it(`${name} is smaller than ${megabytes} MB, and whole`, () => {
      const target = join(place.path, `bundle-${name}`)
      writeBundle(name as BundleName, join(context, 'dist'), join(repository, 'iot-log.config.json'), target)
      const files = readdirSync(target)
      const bytes = files.reduce((sum, file) => sum + statSync(join(target, file)).size, 0)
      assert.ok(bytes < megabytes * 1e6, `${bytes} bytes`)
      const named = files
        .filter((file) => file.endsWith('.mjs'))
        .flatMap((file) => [...readFileSync(join(target, file), 'utf8').matchAll(/["']\.\/(chunk-\w+\.mjs)["']/g)])
      for (const [, chunk] of named) assert.ok(files.includes(chunk!), chunk)
    })
  }

  for (const [name, [entry]] of [
    ['slack', bundles.slack],
    ['job-events', bundles['job-events']]
  ] as const) {
    it(`${name} loads alone and has its handler`, async () => {
      const target = join(place.path, `bundle-${name}`)
      const script = `const { handler } = await import('./${entry}'); process.stdout.write(typeof handler)`
      const args = ['--input-type=module', '-e', script]
      const { stdout, stderr } = await startCommand(process.execPath, args, { cwd: target }).finished
      assert.deepEqual([stdout, stderr], ['function', ''])
    })
  }

  it('forward takes the event by which S3 tests a queue, alone, with the options and the names of its function', async () => {
    const target = join(place.path, 'bundle-forward')
    const config = join(place.path, 'forward.json')
    const document = referenceDocument()
    oneForwarder(document)
    writeFileSync(config, JSON.stringify(document))
    writeBundle('forward', join(context, 'dist'), config, target)
    const made = onlyOf(templateOf(synthesise(oneForwarder), 'iot-log-dev-forwarding'), 'AWS::Lambda::Function')
    const [module, name] = made.Handler.split('.')
    const { NODE_OPTIONS, IOT_LOG_ENVIRONMENT, IOT_LOG_SINK } = made.Environment.Variables
    const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'dev-iot-logs' })
    const event = { Records: [{ eventSource: 'aws:sqs', messageId: 'a', body }] }
    const script = `
      const { ${name} } = await import('./${module}.mjs')
      const answer = await ${name}(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 })
      process.stdout.write(JSON.stringify(answer))`
    const env = { PATH: '/nowhere', AWS_REGION: 'ap-northeast-1', NODE_OPTIONS, IOT_LOG_ENVIRONMENT, IOT_LOG_SINK }
    const args = ['--input-type=module', '-e', script]
    const { stdout, stderr } = await startCommand(process.execPath, args, { cwd: target, env }).finished
    assert.deepEqual([stdout, stderr], ['{"batchItemFailures":[]}', ''])
    assert.ok(!readdirSync(target).includes('native.node'))
  })
})

/** As Docker does it: the content of a folder, a file into a folder; what is ignored is not there. */
function copyAsDocker(pattern: string, target: string): void {
  for (const found of globSync(pattern.replace(/\/$/, ''), { cwd: repository })) {
    const source = join(repository, found)
    const isFolder = statSync(source).isDirectory()
    cpSync(source, isFolder ? target : join(target, basename(source)), {
      recursive: true,
      filter: (file) => file === repository || !ignore.ignores(file)
    })
  }
}

/** The container's command in a copy of the image that was built with a configuration for this place. */
function start(jobPlace: JobPlace, id: string): RunningCommand {
  const here = join(place.path, id)
  cpSync(image, here, { recursive: true })
  const document = referenceDocument()
  document.environments.dev.source = `s3://${jobPlace.source}`
  document.output.store = `s3://${jobPlace.results}`
  writeFileSync(join(here, 'iot-log.config.json'), JSON.stringify(document))
  const env = {
    PATH: '/nowhere',
    ...server.environment(),
    AWS_BATCH_JOB_ID: 'batch-1',
    IOT_LOG_ENVIRONMENT: 'dev',
    // An add-on that is there and can't be loaded is a mistake then.
    ...(addOn.code === 0 && { IOT_LOG_INFLATER: 'isa-l' })
  }
  return startCommand(process.execPath, [...nodeFlags, bundles.worker[0], id], { cwd: here, env })
}
