import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { synthesise } from './apps.ts'
import { onlyOf, propertiesOf, templateOf } from './templates.ts'

const githubRepository = 'example/iot-log'

function stacksOf(first: object = {}) {
  const app = synthesise((document) => {
    const { dev } = document.environments
    Object.assign(dev.deploy, { githubRepository, ...first })
    const submit = { spotQueue: 'stg-spot', onDemandQueue: 'stg-on-demand', jobDefinition: 'stg-export' }
    const { athena, ...others } = dev
    document.environments.stg = { ...others, source: 's3://stg-logs', submit, deploy: { githubRepository } }
  })
  return ['dev', 'stg'].map((name) => templateOf(app, `iot-log-${name}-delivery`))
}

describe('delivery by GitHub', () => {
  it('is for the one repository and the GitHub environment of the same name', () => {
    const [dev] = stacksOf()
    const [{ Principal, Condition, Action }] = onlyOf(dev!, 'AWS::IAM::Role').AssumeRolePolicyDocument.Statement
    assert.equal(Action, 'sts:AssumeRoleWithWebIdentity')
    assert.equal(Principal.Federated, 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com')
    assert.deepEqual(Condition, {
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:example/iot-log:environment:dev'
      }
    })
  })

  it('makes the one provider that an account may have', () => {
    const madeIn = (stacks: ReturnType<typeof stacksOf>) =>
      stacks.map((stack) => propertiesOf(stack, 'AWS::IAM::OIDCProvider').length)
    assert.deepEqual(madeIn(stacksOf()), [1, 0])
    assert.deepEqual(madeIn(stacksOf({ githubProvider: 'existing' })), [0, 0])
  })
})
