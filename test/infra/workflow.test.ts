import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { repository } from '../support/run-cli.ts'

const workflow = readFileSync(join(repository, '.github/workflows/deploy.yml'), 'utf8')
const cdk = JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8'))
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))

describe('the workflow', () => {
  it('deploys by OIDC, without stored credentials', () => {
    assert.match(workflow, /id-token: write/)
    assert.match(workflow, /role-to-assume: \$\{\{ vars\.AWS_DEPLOY_ROLE_ARN \}\}/)
    assert.doesNotMatch(workflow, /secrets\.|aws-access-key|AWS_SECRET/)
  })

  it('only reads what is checked in, but for the token', () => {
    const granted = [...workflow.matchAll(/^ +(contents|id-token|[a-z-]+): (?:write)$/gm)].map(([, what]) => what)
    assert.deepEqual(granted, ['id-token'])
  })

  it('builds the image for both processors, and deploys what was tested and built', () => {
    assert.match(workflow, /runner: \[ubuntu-24\.04, ubuntu-24\.04-arm\]/)
    assert.match(workflow, /docker build -f infra\/Dockerfile /)
    assert.match(workflow, /^ {2}deploy:\n {4}needs: \[test, image\]$/m)
  })

  it('runs the code of others by commit, with the version beside it', () => {
    const used = [...workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action!)
    assert.ok(used.length > 0)
    for (const action of used) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('installs what the lockfile says', () => {
    const installs = [...workflow.matchAll(/npm (?:ci|i|install)\b.*/g)].map(([command]) => command)
    assert.deepEqual([...new Set(installs)], ['npm ci'])
  })

  it('runs scripts that there are, and puts no text of an event into a shell', () => {
    for (const [, script] of workflow.matchAll(/npm run ([\w:-]+)/g)) assert.ok(scripts[script!], script)
    for (const [, command] of workflow.matchAll(/run: (.*)/g)) assert.doesNotMatch(command!, /\$\{\{/)
  })
})

describe('cdk.json', () => {
  it('builds before it synthesises, and asks no network for it', () => {
    assert.deepEqual([cdk.app, cdk.build], ['node infra/main.ts', 'node infra/build.ts'])
    assert.deepEqual([cdk.notices, cdk.versionReporting, cdk.context['cli-telemetry']], [false, false, false])
    // Below dist, which is no part of the repository.
    assert.equal(cdk.output, 'dist/cdk.out')
  })
})
