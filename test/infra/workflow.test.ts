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

  it('runs scripts that there are, and puts no text of an event into a shell', () => {
    for (const [, script] of workflow.matchAll(/npm run ([\w:-]+)/g)) assert.ok(scripts[script!], script)
    for (const [, command] of workflow.matchAll(/run: (.*)/g)) assert.doesNotMatch(command!, /\$\{\{/)
  })
})

describe('cdk.json', () => {
  it('builds before it synthesises, and asks no network for it', () => {
    assert.deepEqual([cdk.app, cdk.build], ['node infra/main.ts', 'node build.ts'])
    assert.deepEqual([cdk.notices, cdk.versionReporting, cdk.context['cli-telemetry']], [false, false, false])
    // Below dist, which is no part of the repository.
    assert.equal(cdk.output, 'dist/cdk.out')
  })
})
