import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSlackServices } from '../../../ingress/slack/services.ts'
import { parseFlags } from '../../../worker/commands/flags.ts'
import { configFlags, loadConfig } from '../../../worker/commands/settings.ts'
import { readConfig } from '../../../worker/config/config-file.ts'
import { sampleConfig } from '../../../worker/config/sample-config.ts'
import type { Config } from '../../../worker/contract/config.ts'
import { IotLogError, ProblemsError } from '../../../worker/contract/errors.ts'
import { formatNames } from '../../../worker/formats/registry.ts'
import { readForwardSettings } from '../../../worker/forward/forward-settings.ts'
import { startForwarder } from '../../../worker/forward/start-forwarder.ts'
import { frontEnds } from '../../../worker/front-ends.ts'
import { createJobId } from '../../../worker/jobs/id.ts'
import { readJobSettings } from '../../../worker/jobs/settings.ts'
import type { FrontEnd } from '../../../worker/report/job-reporter.ts'
import { slackFrontEnd } from '../../../worker/report/slack/reporter.ts'
import { referenceDocument } from '../../support/configurations.ts'
import { repository, startCommand } from '../../support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/*
 * The seam of the configuration: each program gives the same typed value and the same mistakes for the same file,
 * environment variables and flags.
 */

type Variables = Readonly<Record<string, string>>

const nowMs = (): number => 0
const write = (): void => {}
const jobId = createJobId(0)

/** How each program reads its configuration. */
const programs: Readonly<Record<string, (directory: string, environment: Variables) => unknown>> = {
  command: (directory, environment) => loadConfig(parseFlags([], configFlags), { directory, environment, nowMs }),
  container: (directory, environment) =>
    readJobSettings([jobId], { directory, environment, nowMs }, 0, frontEnds).config,
  ingress: (directory, environment) => {
    const variables = { IOT_LOG_CONFIG: join(directory, 'iot-log.config.json'), IOT_LOG_SECRETS: '{}', ...environment }
    return createSlackServices({ environment: variables, nowMs, write, patienceMs: 1 }).config
  },
  script: (directory, environment) => readConfig({ directory, environment }, { formatNames, whenNone: sampleConfig })
}

/** A directory with a configuration in it. */
function directoryWith(change: (document: ReturnType<typeof referenceDocument>) => void) {
  const directory = temporaryDirectory()
  const document = referenceDocument()
  document.environments.dev.sinks = { elk: { type: 'logstash', url: 'http://127.0.0.1:9' } }
  change(document)
  writeFileSync(join(directory.path, 'iot-log.config.json'), JSON.stringify(document))
  return directory
}

/** The texts of what a program reports. */
async function mistakesOf(run: () => unknown): Promise<readonly string[]> {
  try {
    await run()
    return []
  } catch (error) {
    assert.ok(error instanceof IotLogError)
    assert.equal(error.code, 'wrong-config')
    return error instanceof ProblemsError ? error.problems.map(({ text }) => text) : [error.message]
  }
}

describe('the configuration', () => {
  it('the configuration is the same value for every program', async () => {
    using own = directoryWith((document) => {
      document.limits = { maxDays: 3 }
    })
    using other = directoryWith((document) => {
      document.limits = { maxDays: 4 }
    })
    const named = { IOT_LOG_CONFIG: join(other.path, 'iot-log.config.json') }
    for (const [name, read] of Object.entries(programs)) {
      const [found, asNamed] = [read(own.path, {}), read(own.path, named)] as [Config, Config]
      assert.deepEqual([found.limits.maxDays, asNamed.limits.maxDays], [3, 4], name)
      assert.deepEqual(found, programs.script!(own.path, {}), name)
      assert.deepEqual(asNamed, programs.script!(own.path, named), name)
    }
    const typed = parseFlags(['--config', 'iot-log.config.json'], configFlags)
    const { limits } = loadConfig(typed, { directory: own.path, environment: named, nowMs })
    assert.equal(limits.maxDays, 3, 'the flag wins over the variable')
    await using started = await startForwarder({ directory: own.path, environment: named, nowMs, write })
    const expected = programs.script!(own.path, named) as Config
    assert.deepEqual(started.forwarder.environment, expected.environments.get('dev'))
    assert.deepEqual(started.forwarder.limits, expected.limits)
  })

  it('the configuration has the same mistakes for every program, with the file first', async () => {
    using place = directoryWith((document) => {
      document.limits = { maxDay: 3, maxIdentifiers: 'x' }
    })
    const path = join(place.path, 'iot-log.config.json')
    const expected = await mistakesOf(() => programs.script!(place.path, {}))
    assert.equal(expected.length, 2)
    for (const text of expected) assert.ok(text.startsWith(`${path}: limits.`), text)
    for (const [name, read] of Object.entries(programs)) {
      assert.deepEqual(await mistakesOf(() => read(place.path, {})), expected, name)
    }
    const surroundings = { directory: place.path, environment: {}, nowMs, write }
    assert.deepEqual(await mistakesOf(() => startForwarder(surroundings)), expected)
    const env = { ...process.env, IOT_LOG_CONFIG: path }
    for (const script of ['worker/cli.ts config check', `worker/main.ts ${jobId}`, 'queries/write-tables.ts']) {
      const [file, ...args] = script.split(' ')
      const run = startCommand(process.execPath, [repository + file, ...args], { env, cwd: place.path })
      const { code, stdout, stderr } = await run.finished
      assert.equal(code, 2, script)
      for (const text of expected) assert.ok((stdout + stderr).replaceAll('\\"', '"').includes(text), text)
    }
  })

  it('the sample configuration is the default for the command only: a container and a Lambda need a file', async () => {
    using empty = temporaryDirectory()
    const expected = [`No configuration: set IOT_LOG_CONFIG, or put iot-log.config.json into ${empty.path}`]
    const { directory, environment } = { directory: empty.path, environment: {} }
    assert.deepEqual(programs.command!(directory, environment), sampleConfig())
    assert.deepEqual(await mistakesOf(() => programs.container!(directory, environment)), expected)
    assert.deepEqual(await mistakesOf(() => startForwarder({ directory, environment, nowMs, write })), expected)
  })
})

describe('environment variables', () => {
  it('environment variables have the same mistakes for every program that reads them', async () => {
    using place = directoryWith(() => {})
    const wrong = { IOT_LOG_ENVIRONMENT: 'prod', IOT_LOG_PUBLIC_URL: 'ftp://x', SLACK_API_URL: 'slack.com' }
    const url = 'a URL that begins with https://'
    const [environment, publicUrl, apiUrl] = [
      'IOT_LOG_ENVIRONMENT=prod: one of dev',
      `IOT_LOG_PUBLIC_URL=ftp://x: ${url}`,
      `SLACK_API_URL=slack.com: ${url}`
    ]
    const container = await mistakesOf(() => programs.container!(place.path, wrong))
    assert.deepEqual(container.toSorted(), [environment, publicUrl, apiUrl])
    const ingress = await mistakesOf(() => programs.ingress!(place.path, wrong))
    assert.deepEqual(ingress.toSorted(), [publicUrl, apiUrl])
    assert.deepEqual(await mistakesOf(() => readForwardSettings(sampleConfig(), wrong)), [environment])
  })

  it('empty environment variables count as unset', () => {
    using place = directoryWith(() => {})
    const empty = { IOT_LOG_CONFIG: '', IOT_LOG_ENVIRONMENT: '', IOT_LOG_PUBLIC_URL: '', IOT_LOG_JOB_ATTEMPTS: '' }
    const surroundings = { directory: place.path, environment: empty, nowMs }
    let publicUrl: string | undefined = 'unread'
    const probe: FrontEnd = (variables) => {
      publicUrl = variables.url('IOT_LOG_PUBLIC_URL')
      return slackFrontEnd(variables)
    }
    const { attempt } = readJobSettings([jobId], surroundings, 0, { probe })
    assert.deepEqual([attempt.most, publicUrl], [10, undefined])
  })
})
