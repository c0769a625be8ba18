import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jobAttempts, retryRules } from '../../infra/export/retry-rules.ts'
import { Variables } from '../../worker/config/variables.ts'
import { createJobId } from '../../worker/jobs/id.ts'
import { readJobSettings } from '../../worker/jobs/settings.ts'
import { nodeFlags } from '../../worker/node-flags.ts'
import type { FrontEnd } from '../../worker/report/job-reporter.ts'
import { slackFrontEnd } from '../../worker/report/slack/reporter.ts'
import { type AttemptEnd, isRetried } from '../stand-ins/batch/retry.ts'
import { checkDefinition, checkQueue } from '../stand-ins/batch/settings.ts'
import { repository } from '../support/run-cli.ts'
import { everything, synthesise } from './apps.ts'
import { onlyOf, propertiesOf, templateOf, textOf } from './templates.ts'

const reference = templateOf(synthesise(), 'iot-log-dev-export')
const app = synthesise(everything)
const definition = onlyOf(reference, 'AWS::Batch::JobDefinition')
const [task] = definition.EcsProperties.TaskProperties
const [container] = task.Containers

describe('the job definition', () => {
  it('is one that Batch takes', () => {
    checkDefinition({
      command: container.Command,
      retryStrategy: { attempts: definition.RetryStrategy.Attempts, evaluateOnExit: [...retryRules] },
      timeout: { attemptDurationSeconds: definition.Timeout.AttemptDurationSeconds },
      stopTimeoutSeconds: container.StopTimeout
    })
    assert.deepEqual(definition.PlatformCapabilities, ['FARGATE'])
  })

  it('has 1 vCPU and 2 GB, an hour, and time to stop', () => {
    assert.deepEqual(container.ResourceRequirements, [
      { Type: 'VCPU', Value: '1' },
      { Type: 'MEMORY', Value: '2048' }
    ])
    assert.equal(definition.Timeout.AttemptDurationSeconds, 3600)
    assert.equal(container.StopTimeout, 60)
    assert.equal(container.LinuxParameters.InitProcessEnabled, true)
  })

  it('an attempt ends at the configured time-out, so that others can call a job lost', () => {
    const other = synthesise((document) => {
      document.limits.jobMinutes = 90
    })
    const { Timeout, EcsProperties } = onlyOf(templateOf(other, 'iot-log-dev-export'), 'AWS::Batch::JobDefinition')
    assert.equal(Timeout.AttemptDurationSeconds, 5400)
    const { Environment } = EcsProperties.TaskProperties[0].Containers[0]
    assert.deepEqual(
      Environment.find(({ Name }: { Name: string }) => Name === 'IOT_LOG_JOB_TIMEOUT_SECONDS'),
      { Name: 'IOT_LOG_JOB_TIMEOUT_SECONDS', Value: '5400' }
    )
  })

  it('starts what the image holds, with the id of the job and nothing else', () => {
    assert.deepEqual(container.Command, ['node', ...nodeFlags, 'worker-main.mjs', 'Ref::jobId'])
    assert.deepEqual(Object.keys(definition.Parameters), ['jobId'])
  })

  it('the worker gets its settings in its environment, and secrets only by reference', () => {
    const variables = new Map<string, unknown>(
      (container.Environment as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value])
    )
    assert.match(textOf(variables.get('IOT_LOG_PUBLIC_URL')), /ImportValue/)
    variables.set('IOT_LOG_PUBLIC_URL', 'https://ingress.example')
    const secrets = (container.Secrets as { Name: string; ValueFrom: unknown }[]).map(({ Name, ValueFrom }) => {
      assert.match(textOf(ValueFrom), /WorkerSecret.*:(?:botToken|linkKey)::/)
      return [Name, `the value of ${Name}`]
    })
    const environment = Object.fromEntries([...variables, ...secrets]) as Record<string, string>
    const surroundings = { directory: repository, environment, nowMs: Date.now }
    const asked: string[] = []
    class AskedVariables extends Variables {
      override text(name: string): string | undefined {
        asked.push(name)
        return super.text(name)
      }
    }
    const slack: FrontEnd = () => slackFrontEnd(new AskedVariables(environment))
    const { attempt, output } = readJobSettings([createJobId(Date.now())], surroundings, 0, { slack })
    assert.equal(attempt.timeoutMs, definition.Timeout.AttemptDurationSeconds * 1000)
    assert.equal(attempt.most, definition.RetryStrategy.Attempts)
    assert.equal(output.url, 's3://dev-iot-logs')
    assert.deepEqual(
      asked.filter((name) => environment[name] !== undefined),
      ['SLACK_BOT_TOKEN', 'IOT_LOG_PUBLIC_URL', 'IOT_LOG_LINK_KEY']
    )
    const known = ['IOT_LOG_ENVIRONMENT', 'IOT_LOG_PUBLIC_URL', 'IOT_LOG_JOB_TIMEOUT_SECONDS', 'IOT_LOG_JOB_ATTEMPTS']
    assert.deepEqual([...variables.keys()], known)
  })

  it('logs to /batch/slack, which keeps 30 days', () => {
    assert.equal(container.LogConfiguration.LogDriver, 'awslogs')
    const group = onlyOf(reference, 'AWS::Logs::LogGroup')
    assert.deepEqual([group.LogGroupName, group.RetentionInDays], ['/batch/slack', 30])
  })

  it('takes its size and processor from sizing.json and the configuration', () => {
    const { EcsProperties } = onlyOf(templateOf(app, 'iot-log-dev-export'), 'AWS::Batch::JobDefinition')
    assert.equal(EcsProperties.TaskProperties[0].RuntimePlatform.CpuArchitecture, 'ARM64')
    assert.equal(task.RuntimePlatform.CpuArchitecture, 'X86_64')
    assert.equal(task.EphemeralStorage.SizeInGiB, 21)
  })
})

describe('a failed attempt', () => {
  const end = (exitCode?: number, statusReason?: string, reason?: string): AttemptEnd => ({
    exitCode,
    reason,
    statusReason
  })
  const spot = 'Your Spot Task was interrupted.'
  const cases: readonly (readonly [string, AttemptEnd, boolean])[] = [
    ['whose Spot machine was taken away', end(137, spot), true],
    ['whose Spot machine was taken away, as reported of the container', end(137, undefined, spot), true],
    ['that stopped on SIGTERM', end(143, 'Essential container in task exited'), true],
    [
      'whose image could not be pulled',
      end(undefined, 'Task failed to start', 'CannotPullContainerError: not found'),
      true
    ],
    ['with a wrong record', end(2, 'Essential container in task exited'), false],
    ['with exit code 20, which only begins with 2', end(20), false],
    ['that failed', end(1, 'Essential container in task exited'), false],
    ['that ran out of memory', end(137, undefined, 'OutOfMemoryError: Container killed due to memory usage'), false],
    ['killed without a reported reason', end(137, 'Essential container in task exited'), false]
  ]
  const strategy = { attempts: jobAttempts, evaluateOnExit: retryRules }
  for (const [name, how, expected] of cases) {
    it(`${name} is ${expected ? '' : 'not '}tried again`, () => {
      assert.equal(isRetried(strategy, 1, how), expected)
      assert.equal(isRetried(strategy, jobAttempts, how), false)
    })
  }

  it('is judged by these rules in the template', () => {
    const made = (definition.RetryStrategy.EvaluateOnExit as Record<string, string>[]).map((rule) =>
      Object.fromEntries(Object.entries(rule).map(([key, value]) => [key[0]!.toLowerCase() + key.slice(1), value]))
    )
    assert.deepEqual(made, retryRules)
    assert.equal(definition.RetryStrategy.Attempts, jobAttempts)
  })
})

describe('the queues', () => {
  it('are one for Spot and one for on-demand, each alone', () => {
    const queues = propertiesOf(reference, 'AWS::Batch::JobQueue')
    assert.deepEqual(
      queues.map(({ JobQueueName }) => JobQueueName),
      ['slack', 'slack-on-demand']
    )
    for (const queue of queues) {
      assert.equal(queue.ComputeEnvironmentOrder.length, 1)
      const actions = queue.JobStateTimeLimitActions as { Reason: string; MaxTimeSeconds: number }[]
      checkQueue({
        jobStateTimeLimitActions: actions.map(({ Reason, MaxTimeSeconds }) => ({
          reason: Reason,
          maxTimeSeconds: MaxTimeSeconds
        }))
      })
      assert.ok(actions.some(({ Reason }) => Reason === 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'))
    }
    assert.deepEqual(
      propertiesOf(reference, 'AWS::Batch::ComputeEnvironment').map(({ ComputeResources }) => ComputeResources.Type),
      ['FARGATE_SPOT', 'FARGATE']
    )
  })

  it('have a cap on what they cost', () => {
    for (const { ComputeResources } of propertiesOf(reference, 'AWS::Batch::ComputeEnvironment')) {
      assert.equal(ComputeResources.MaxvCpus, 16)
    }
  })
})

describe('the network of the tasks', () => {
  it('lets nothing in, and HTTPS out; S3 by the gateway that costs nothing', () => {
    const group = onlyOf(reference, 'AWS::EC2::SecurityGroup')
    assert.equal(group.SecurityGroupIngress, undefined)
    assert.deepEqual(
      group.SecurityGroupEgress.map(({ FromPort, ToPort }: { FromPort: number; ToPort: number }) => [FromPort, ToPort]),
      [[443, 443]]
    )
    const endpoint = onlyOf(reference, 'AWS::EC2::VPCEndpoint')
    assert.deepEqual([endpoint.VpcEndpointType, endpoint.ServiceName], ['Gateway', 'com.amazonaws.ap-northeast-1.s3'])
    assert.equal(task.NetworkConfiguration.AssignPublicIp, 'ENABLED')
    assert.deepEqual(propertiesOf(reference, 'AWS::EC2::NatGateway'), [])
  })

  it('where it is private has endpoints, and a NAT gateway for Slack', () => {
    const dev = templateOf(app, 'iot-log-dev-export')
    const services = propertiesOf(dev, 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) => ServiceName.split('.').at(-1))
    assert.deepEqual(services.sort(), ['api', 'athena', 'dkr', 'logs', 's3', 'secretsmanager'])
    assert.equal(propertiesOf(dev, 'AWS::EC2::NatGateway').length, 1)
    const { EcsProperties } = onlyOf(dev, 'AWS::Batch::JobDefinition')
    assert.equal(EcsProperties.TaskProperties[0].NetworkConfiguration.AssignPublicIp, 'DISABLED')
    // The gateway's own subnet has no tasks.
    const [{ ComputeResources }] = propertiesOf(dev, 'AWS::Batch::ComputeEnvironment') as [{ ComputeResources: never }]
    assert.doesNotMatch(textOf(ComputeResources), /NatSubnet/)
  })

  it('where there is one already is left alone', () => {
    const stg = templateOf(app, 'iot-log-stg-export')
    assert.deepEqual(
      Object.values(stg.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2::')),
      []
    )
  })
})

describe('the image', () => {
  it('bears the release in its tag', () => {
    assert.match(textOf(container.Image), /:iot-log-9\.9\.9-abcdefabcdef-[0-9a-f]{64}/)
  })
})

describe('the image of another configuration', () => {
  it('is another image', () => {
    const other = synthesise((document) => {
      document.limits.maxDays = 8
    })
    const { EcsProperties } = onlyOf(templateOf(other, 'iot-log-dev-export'), 'AWS::Batch::JobDefinition')
    assert.notEqual(textOf(EcsProperties.TaskProperties[0].Containers[0].Image), textOf(container.Image))
    const same = onlyOf(templateOf(synthesise(), 'iot-log-dev-export'), 'AWS::Batch::JobDefinition')
    assert.equal(textOf(same.EcsProperties.TaskProperties[0].Containers[0].Image), textOf(container.Image))
  })
})

describe('an environment of another account', () => {
  const prod = templateOf(app, 'iot-log-prod-export')

  it('the ends of jobs go to the ingress, and tasks get its address', () => {
    const { Targets, EventPattern } = onlyOf(prod, 'AWS::Events::Rule')
    assert.equal(Targets[0].Arn, 'arn:aws:events:ap-northeast-1:111111111111:event-bus/default')
    assert.deepEqual(EventPattern.detail.jobQueue, [
      'arn:aws:batch:us-east-1:444444444444:job-queue/slack',
      'arn:aws:batch:us-east-1:444444444444:job-queue/slack-on-demand'
    ])
    const [{ Environment }] = onlyOf(prod, 'AWS::Batch::JobDefinition').EcsProperties.TaskProperties[0].Containers
    assert.ok(Environment.some(({ Value }: { Value: unknown }) => Value === 'https://logs.example.com'))
  })
})
