import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseConfig } from '../../../worker/contract/config.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { referenceDocument } from '../../support/configurations.ts'

function problemsOf(deploy: object): string[] {
  const document = referenceDocument()
  document.environments.dev.deploy = deploy
  try {
    parseConfig(document)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    return error.problems.map(({ text }) => text)
  }
  return []
}

it('a deployment names categories that there are, and what goes together', () => {
  assert.deepEqual(
    problemsOf({
      ingest: { telemetri: { topics: ['a/#'] } },
      network: 'existing',
      forward: { elk: { vpc: 'vpc-0a1b2c3d' } }
    }),
    [
      'environments.dev.deploy.ingest: "telemetri": no such category; did you mean "telemetry"?',
      'environments.dev.deploy.network: "existing": name its subnets and securityGroups, too',
      'environments.dev.deploy.forward.elk.subnets: []: subnets and vpc go together'
    ]
  )
  assert.deepEqual(problemsOf({ subnets: ['subnet-0a1b2c3d'] }), [
    'environments.dev.deploy.network: "public": subnets and securityGroups are of an existing network'
  ])
})

it('a topic can’t leave the statement of its rule, and unknown keys are mistakes', () => {
  assert.match(problemsOf({ ingest: { telemetry: { topics: ["a' WHERE true"] } } }).join(), /an MQTT topic filter/)
  assert.match(problemsOf({ retentionDay: 3 }).join(), /retentionDay: unknown key; did you mean "retentionDays"\?/)
})

it('nothing has to be said', () => {
  assert.deepEqual(problemsOf({}), [])
})
