import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { everything, release, synthesise } from './apps.ts'
import { onlyOf, propertiesOf, templateOf, textOf } from './templates.ts'

const slack = templateOf(synthesise(everything), 'iot-log-dev-slack')
const functions = new Map(propertiesOf(slack, 'AWS::Lambda::Function').map((one) => [one.FunctionName as string, one]))

describe('the ingress', () => {
  it('has a URL that Slack may call, by both permissions that this takes', () => {
    assert.equal(onlyOf(slack, 'AWS::Lambda::Url').AuthType, 'NONE')
    const open = propertiesOf(slack, 'AWS::Lambda::Permission').filter(({ Principal }) => Principal === '*')
    assert.deepEqual(
      open.map(({ Action, FunctionUrlAuthType, InvokedViaFunctionUrl }) => [
        Action,
        FunctionUrlAuthType ?? InvokedViaFunctionUrl
      ]),
      [
        ['lambda:InvokeFunctionUrl', 'NONE'],
        ['lambda:InvokeFunction', true]
      ]
    )
  })

  it('has concurrency of its own, and no more', () => {
    assert.equal(functions.get('iot-log-dev-slack')!.ReservedConcurrentExecutions, 10)
    const none = templateOf(
      synthesise((document) => {
        document.environments.dev.deploy.slackConcurrency = 0
      }),
      'iot-log-dev-slack'
    )
    for (const one of propertiesOf(none, 'AWS::Lambda::Function')) {
      assert.equal(one.ReservedConcurrentExecutions, undefined)
    }
  })

  it('the ingress gets the names of its secrets, and no template holds a secret', () => {
    for (const [name, { Environment }] of functions) {
      assert.equal(Environment.Variables.IOT_LOG_SECRET_ID, 'iot-log-dev/slack', name)
      assert.deepEqual(
        Object.keys(Environment.Variables).filter((key) => /TOKEN|SECRETS|KEY/.test(key)),
        []
      )
    }
    assert.equal(onlyOf(slack, 'AWS::SecretsManager::Secret').GenerateSecretString.SecretStringTemplate, '{}')
  })

  it('runs a bundle of this release on Node 24', () => {
    for (const [, { Runtime, Code, Handler }] of functions) {
      assert.equal(Runtime, 'nodejs24.x')
      assert.ok(textOf(Code.S3Key).startsWith(`iot-log/${release}/`))
      assert.match(Handler, /^ingress-[a-z-]+\.handler$/)
    }
  })

  it('keeps its logs for 30 days', () => {
    const groups = propertiesOf(slack, 'AWS::Logs::LogGroup')
    assert.deepEqual(
      groups.map(({ LogGroupName, RetentionInDays }) => [LogGroupName, RetentionInDays]),
      [...functions.keys()].map((name) => [`/aws/lambda/${name}`, 30])
    )
  })
})

describe('ends of jobs', () => {
  const rule = onlyOf(slack, 'AWS::Events::Rule')

  it('of every queue of every environment come to the function', () => {
    assert.deepEqual(rule.EventPattern.source, ['aws.batch'])
    assert.deepEqual(rule.EventPattern.detail.status, ['FAILED', 'SUCCEEDED'])
    assert.deepEqual(rule.EventPattern.detail.jobQueue, [
      'arn:aws:batch:ap-northeast-1:111111111111:job-queue/slack',
      'arn:aws:batch:ap-northeast-1:111111111111:job-queue/slack-on-demand',
      'arn:aws:batch:ap-northeast-1:111111111111:job-queue/stg-spot',
      'arn:aws:batch:ap-northeast-1:111111111111:job-queue/stg-on-demand',
      'arn:aws:batch:us-east-1:444444444444:job-queue/slack',
      'arn:aws:batch:us-east-1:444444444444:job-queue/slack-on-demand'
    ])
    const permission = propertiesOf(slack, 'AWS::Lambda::Permission').find(
      ({ Principal }) => Principal === 'events.amazonaws.com'
    )
    assert.match(textOf(permission!.SourceArn), /JobEnded/)
  })

  it('that can’t be dealt with are tried three times, then kept for two weeks', () => {
    const config = onlyOf(slack, 'AWS::Lambda::EventInvokeConfig')
    assert.equal(config.MaximumRetryAttempts, 2)
    assert.match(textOf(config.DestinationConfig.OnFailure.Destination), /JobEventsDead/)
    assert.match(textOf(rule.Targets[0].DeadLetterConfig.Arn), /JobEventsDead/)
    const dead = onlyOf(slack, 'AWS::SQS::Queue')
    assert.deepEqual([dead.MessageRetentionPeriod, dead.SqsManagedSseEnabled], [14 * 86_400, true])
  })

  it('of other accounts are let in from those accounts alone', () => {
    const { Statement } = onlyOf(slack, 'AWS::Events::EventBusPolicy')
    assert.deepEqual(Statement.Principal, { AWS: '444444444444' })
    assert.equal(Statement.Action, 'events:PutEvents')
  })
})
