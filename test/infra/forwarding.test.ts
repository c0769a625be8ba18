import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { writeBundle } from '../../infra/bundles.ts'
import { planDeployments } from '../../infra/deployment.ts'
import { authoritiesOf } from '../../infra/forwarding/forward.ts'
import { parseConfig } from '../../worker/contract/config.ts'
import { rejectedPrefix } from '../../worker/forward/rejected.ts'
import { referenceDocument } from '../support/configurations.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { everything, forwarding as oneForwarder, synthesise } from './apps.ts'
import { onlyOf, propertiesOf, statementsOf, templateOf, textOf } from './templates.ts'

const forwarding = templateOf(synthesise(everything), 'iot-log-dev-forwarding')
const sinks = ['search', 'serverless', 'elk']
const lambdas = new Map(
  propertiesOf(forwarding, 'AWS::Lambda::Function').map((one) => [one.FunctionName as string, one])
)
const queues = new Map(propertiesOf(forwarding, 'AWS::SQS::Queue').map((one) => [one.QueueName as string, one]))
const nameOf = (sink: string): string => `iot-log-dev-forward-${sink}`
const lambdaOf = (sink: string) => lambdas.get(nameOf(sink))!

describe('forwarding', () => {
  it('has a function and a queue for each sink, so that one that is down holds up no other', () => {
    assert.deepEqual([...lambdas.keys()], sinks.map(nameOf))
    for (const sink of sinks) {
      const { Variables } = lambdaOf(sink).Environment
      assert.deepEqual(Object.keys(Variables).slice(0, 5), [
        'IOT_LOG_ENVIRONMENT',
        'IOT_LOG_SINK',
        'IOT_LOG_QUEUE_URL',
        'IOT_LOG_DEAD_LETTER_URL',
        'IOT_LOG_MAX_RECEIVES'
      ])
      assert.deepEqual([Variables.IOT_LOG_ENVIRONMENT, Variables.IOT_LOG_SINK], ['dev', sink])
      assert.match(textOf(Variables.IOT_LOG_QUEUE_URL), new RegExp(`"Ref":"${sink}Queue`))
      assert.match(textOf(Variables.IOT_LOG_DEAD_LETTER_URL), new RegExp(`"Ref":"${sink}Dead`))
    }
    assert.match(lambdaOf('elk').Environment.Variables.IOT_LOG_SINK_SECRET_ID, /:secret:elk-/)
  })

  it('keeps its heap within the memory that it has', () => {
    for (const [, { Environment, MemorySize }] of lambdas) {
      const options = Environment.Variables.NODE_OPTIONS as string
      assert.equal(options, '--max-semi-space-size=4 --max-old-space-size=128')
      // 180 MiB is what is measured with these (worker/forward/README.md).
      assert.ok(MemorySize >= 256, `${MemorySize} MiB`)
    }
  })

  it('says as much as the deployment wants, or else the configuration', () => {
    const level = (of: typeof lambdas) => [...of.values()].map(({ Environment }) => Environment.Variables.IOT_LOG_LEVEL)
    assert.deepEqual(level(lambdas), ['detailed', 'detailed', 'detailed'])
    const other = synthesise((document) => {
      oneForwarder(document)
      document.logLevel = 'debug'
    })
    for (const stack of ['forwarding', 'slack']) {
      for (const { Environment } of propertiesOf(templateOf(other, `iot-log-dev-${stack}`), 'AWS::Lambda::Function')) {
        assert.equal(Environment.Variables.IOT_LOG_LEVEL, 'debug')
      }
    }
  })

  it('has the file of a private authority in its bundle', () => {
    using place = temporaryDirectory()
    const dist = join(place.path, 'dist')
    mkdirSync(dist)
    writeFileSync(join(dist, 'forward.mjs'), '')
    for (const file of ['config.json', 'elk.pem']) writeFileSync(join(place.path, file), file)
    const document = referenceDocument()
    everything(document)
    document.environments.dev.sinks.elk.caFile = 'elk.pem'
    const { deployments } = planDeployments(parseConfig(document))
    const target = join(place.path, 'bundle')
    writeBundle('forward', dist, join(place.path, 'config.json'), target, authoritiesOf(deployments))
    assert.deepEqual(readdirSync(target).sort(), ['elk.pem', 'forward.mjs', 'iot-log.config.json'])
  })

  it('takes new objects of the categories, and of nothing else', () => {
    for (const { EventPattern, Targets } of propertiesOf(forwarding, 'AWS::Events::Rule')) {
      assert.deepEqual(EventPattern['detail-type'], ['Object Created'])
      assert.deepEqual(EventPattern.detail, {
        bucket: { name: ['dev-iot-logs'] },
        object: { key: ['app/year=', 'commands/', 'lifecycle/', 'telemetry/'].map((prefix) => ({ prefix })) }
      })
      assert.match(textOf(Targets[0].Arn), /Queue/)
    }
  })

  it('waits six time-outs before a message is seen again; the function gives up before the queue does', () => {
    for (const sink of sinks) {
      const queue = queues.get(nameOf(sink))!
      assert.equal(queue.VisibilityTimeout, 6 * lambdaOf(sink).Timeout)
      assert.match(textOf(queue.RedrivePolicy.deadLetterTargetArn), new RegExp(`${sink}Dead`))
      const mostReceives = Number(lambdaOf(sink).Environment.Variables.IOT_LOG_MAX_RECEIVES)
      assert.ok(mostReceives < queue.RedrivePolicy.maxReceiveCount)
    }
    for (const [, { SqsManagedSseEnabled }] of queues) assert.equal(SqsManagedSseEnabled, true)
  })

  it('fails messages one by one, and only so many at once', () => {
    for (const mapping of propertiesOf(forwarding, 'AWS::Lambda::EventSourceMapping')) {
      assert.deepEqual(mapping.FunctionResponseTypes, ['ReportBatchItemFailures'])
      assert.deepEqual([mapping.BatchSize, mapping.ScalingConfig.MaximumConcurrency], [10, 4])
    }
  })

  it('reaches a private sink from its network, by the one port, and others from nowhere in particular', () => {
    const group = onlyOf(forwarding, 'AWS::EC2::SecurityGroup')
    assert.equal(group.VpcId, 'vpc-0a1b2c3d')
    assert.equal(group.SecurityGroupIngress, undefined)
    assert.deepEqual(
      group.SecurityGroupEgress.map(({ FromPort }: { FromPort: number }) => FromPort),
      [443, 9200]
    )
    assert.deepEqual(lambdaOf('elk').VpcConfig.SubnetIds, ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'])
    assert.equal(lambdaOf('search').VpcConfig, undefined)
  })

  it('may write to its own sink alone', () => {
    const granted = (sink: string) => textOf(statementsOf(forwarding).get(nameOf(sink)))
    assert.match(granted('search'), /"es:ESHttpPost".*domain\/logs\/_bulk"/)
    assert.match(granted('serverless'), /"aoss:APIAccessAll".*collection\/abc"/)
    assert.match(granted('elk'), /secretsmanager:GetSecretValue/)
    assert.doesNotMatch(granted('search'), /aoss:|secretsmanager:|ec2:/)
    assert.doesNotMatch(granted('elk'), /es:ESHttp|aoss:/)
  })

  it('may keep what its sink refused where it does', () => {
    const other = synthesise((document) => {
      oneForwarder(document)
      document.environments.dev.source = 's3://dev-iot-logs/fleet'
      document.forward = { prefix: 'laid/aside/' }
    })
    const granted = textOf(statementsOf(templateOf(other, 'iot-log-dev-forwarding')).get(nameOf('elk')))
    const kept = `arn:aws:s3:::dev-iot-logs/fleet/${rejectedPrefix('laid/aside/', 'elk')}*`
    assert.ok(granted.includes(`"Resource":"${kept}"`), granted)
  })
})
