import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { repository } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const names = ['deploy', 'nightly', 'test'] as const
const cdk = JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8'))
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
const directory = join(repository, '.github/workflows')
const workflows = Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, `${name}.yml`), 'utf8')]))
const { deploy, nightly, test } = workflows as Record<(typeof names)[number], string>

/** The values of a key at any depth. */
const valuesOf = (text: string, key: string): string[] =>
  [...text.matchAll(new RegExp(`^[ -]*${key}: (.*)$`, 'gm'))].map(([, value]) => value!)

describe('every workflow', () => {
  it('is one of these', () => {
    assert.deepEqual(
      readdirSync(directory).sort(),
      names.map((name) => `${name}.yml`)
    )
  })

  for (const [name, text] of Object.entries(workflows)) {
    it(`only reads what is checked in, but for the token of a deployment (${name})`, () => {
      assert.match(text, /^permissions:\n {2}contents: read\n\n/m)
      const granted = [...text.matchAll(/^ +([a-z-]+): write$/gm)].map(([, what]) => what)
      assert.deepEqual(granted, name === 'deploy' ? ['id-token'] : [])
      assert.doesNotMatch(text, /secrets\.|pull_request_target/)
    })

    it(`runs the code of others by commit, with the version beside it (${name})`, () => {
      const used = valuesOf(text, 'uses').filter((action) => action !== './.github/workflows/test.yml')
      assert.ok(used.length > 0)
      for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    })

    it(`installs what the lockfile says (${name})`, () => {
      const installs = [...text.matchAll(/npm (?:ci|i|install)\b.*/g)].map(([command]) => command)
      assert.deepEqual([...new Set(installs)], ['npm ci'])
    })

    it(`runs scripts that exist, and puts no text of an event into a shell (${name})`, () => {
      const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!)
      for (const script of [...run, ...valuesOf(text, 'script')]) assert.ok(scripts[script], script)
      for (const command of valuesOf(text, 'run')) assert.doesNotMatch(command, /\$\{\{/)
    })

    it(`has a time limit for every job that it runs itself (${name})`, () => {
      assert.equal(valuesOf(text, 'timeout-minutes').length, valuesOf(text, 'runs-on').length)
    })
  }
})

describe('the workflow that tests', () => {
  it('runs for every change, and before every deployment', () => {
    assert.match(test, /^on:\n {2}pull_request:\n {2}workflow_call:\n/m)
    assert.match(deploy, /^ {2}test:\n {4}uses: \.\/\.github\/workflows\/test\.yml\n\n {2}deploy:\n {4}needs: test$/m)
  })

  it('builds the image for both processors', () => {
    assert.match(test, /runner: \[ubuntu-24\.04, ubuntu-24\.04-arm\]/)
    assert.match(test, /docker build -f infra\/Dockerfile /)
  })

  it('installs the same packages as .ci/run, and so does the nightly one; neither skips a test', () => {
    assert.match(readFileSync(join(repository, '.ci/run'), 'utf8'), /^ {2}\.ci\/install-packages$/m)
    assert.deepEqual(valuesOf(test, 'run').slice(1, 5), [
      '.ci/install-packages',
      'npm ci',
      'npm run build:native',
      'npm test'
    ])
    assert.deepEqual(valuesOf(nightly, 'run').slice(0, 3), [
      '.ci/install-packages $PACKAGES',
      'npm ci',
      'npm run build:native'
    ])
    for (const text of [test, nightly]) assert.deepEqual(valuesOf(text, 'IOT_LOG_REQUIRE_ALL'), ['1'])
  })

  it('leaves to the night what takes long', () => {
    assert.match(nightly, /^on:\n {2}schedule:\n {4}- cron: /m)
    assert.deepEqual(valuesOf(nightly, 'script'), ['test:long', 'test:peers', 'test:trino'])
    assert.equal(valuesOf(nightly, 'run').at(-1), 'npm run "$SCRIPT"')
  })
})

describe('the workflow that deploys', () => {
  it('deploys by OIDC, without stored credentials', () => {
    assert.match(deploy, /id-token: write/)
    assert.match(deploy, /role-to-assume: \$\{\{ vars\.AWS_DEPLOY_ROLE_ARN \}\}/)
    assert.doesNotMatch(deploy, /aws-access-key|AWS_SECRET/)
  })
})

describe('.ci/install-packages', () => {
  const install = join(repository, '.ci/install-packages')
  /** Runs it where programs are what a test says. */
  function installWith(programs: Readonly<Record<string, string>>, ...groups: readonly string[]): FinishedInstall {
    using place = temporaryDirectory()
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(place.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    const env = { PATH: `${place.path}:/usr/bin:/bin` }
    const { status, stdout, stderr } = spawnSync('sh', [install, ...groups], { env, encoding: 'utf8' })
    return { status, printed: stdout + stderr }
  }

  it('installs nothing when everything is there', () => {
    const programs = { 'dpkg-query': 'echo install ok installed', 'apt-get': 'exit 1' }
    assert.deepEqual(installWith(programs), { status: 0, printed: '' })
  })

  it('installs what is missing, and what a group needs', () => {
    const programs = {
      'dpkg-query': 'for last; do :; done; [ "$last" = maven ] || [ "$last" = unzip ] || echo install ok installed',
      'apt-get': 'echo "apt-get $*" >&2; [ "$1" = update ]'
    }
    const { status, printed } = installWith(programs, 'trino')
    assert.equal(status, 1)
    assert.match(printed, /^apt-get install -y --no-install-recommends unzip maven$/m)
    assert.match(printed, /^Debian packages could not be installed: unzip maven$/m)
    assert.equal(installWith({ ...programs, 'apt-get': '' }, 'trino').status, 0)
  })

  it('knows its groups', () => {
    assert.deepEqual(installWith({}, 'tino'), { status: 2, printed: 'Unknown group: tino\n' })
  })
})

interface FinishedInstall {
  readonly status: number | null
  readonly printed: string
}

describe('cdk.json', () => {
  it('builds before it synthesises, and asks no network for it', () => {
    assert.deepEqual([cdk.app, cdk.build], ['node infra/main.ts', 'node infra/build.ts'])
    assert.deepEqual([cdk.notices, cdk.versionReporting, cdk.context['cli-telemetry']], [false, false, false])
    // Below dist, which is no part of the repository.
    assert.equal(cdk.output, 'dist/cdk.out')
  })
})
