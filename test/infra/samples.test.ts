import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include'
import { repository } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { everything, synthesise, type Template } from './apps.ts'
import { propertiesOf, statementsOf, templateOf } from './templates.ts'

/*
 * The samples of producers are templates for application accounts: CloudFormation takes them, and what they deliver to is
 * what the log store has.
 */

const directory = join(repository, 'infra/samples')
const files = readdirSync(directory).sort()

function read(file: string, isValidated = false): Template {
  using place = temporaryDirectory()
  process.env.CDK_VALIDATION = String(isValidated)
  const flags = { '@aws-cdk/core:validateAgainstDefaultRules': true }
  const app = new App({ outdir: place.path, analyticsReporting: false, context: flags })
  const stack = new Stack(app, 'sample')
  new CfnInclude(stack, 'Sample', { templateFile: join(directory, file) })
  return app.synth().getStackByName('sample').template as Template
}

describe('samples of producers', () => {
  it('are there for ECS, Lambda, EC2, Pexip and API Gateway', () => {
    assert.deepEqual(files, [
      'api-gateway.yaml',
      'ec2-host.yaml',
      'ecs-firelens.yaml',
      'lambda.yaml',
      'pexip-syslog.yaml'
    ])
  })

  for (const file of files) {
    it(`${file} is valid, and its roles name what they may do`, () => {
      const template = read(file, true)
      for (const [, statements] of statementsOf(template)) {
        for (const { Action, Resource } of statements) {
          assert.doesNotMatch(JSON.stringify(Action), /\*/)
          assert.notEqual(Resource, '*')
        }
      }
    })
  }

  it('have agent configurations that are JSON', () => {
    for (const file of ['ec2-host.yaml', 'pexip-syslog.yaml']) {
      const [, text] = /Value: !Sub \|\n((?: {8}.*\n)+)/.exec(readFileSync(join(directory, file), 'utf8'))!
      const { logs } = JSON.parse(text!)
      assert.ok(logs.logs_collected.files.collect_list.length > 0, file)
    }
  })

  it('deliver to what the log store has for their accounts', () => {
    const store = templateOf(synthesise(everything), 'iot-log-dev-store')
    const names = propertiesOf(store, 'AWS::Logs::Destination').map(({ DestinationName }) => DestinationName)
    assert.deepEqual(names, ['iot-log-dev-app-logs'])
    const text = files.map((file) => readFileSync(join(directory, file), 'utf8')).join('')
    assert.match(text, /destination:iot-log-<environment>-<category>-logs/)
    assert.match(text, /iot-log-<environment>-<category>-<account>/)
    assert.ok(Object.keys(store.Outputs!).includes('ProducerRole222222222222'))
  })
})
