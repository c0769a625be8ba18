import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { costTable } from '../../infra/costs.ts'
import { repository } from '../support/run-cli.ts'
import { everything, synthesise } from './apps.ts'
import { onlyOf, propertiesOf, templateOf, textOf } from './templates.ts'

const app = synthesise(everything)
const monitoring = templateOf(app, 'iot-log-dev-monitoring')
const alarms = propertiesOf(monitoring, 'AWS::CloudWatch::Alarm')
const runbook = readFileSync(join(repository, 'infra/RUNBOOK.md'), 'utf8')
const readme = readFileSync(join(repository, 'infra/README.md'), 'utf8')

/** A part of an alarm that is computed of several series. */
interface Computing {
  readonly Id: string
  readonly Expression?: string
  readonly ReturnData: boolean
  readonly MetricStat?: { readonly Metric: { readonly Dimensions: readonly { Name: string; Value: string }[] } }
}

describe('alarms', () => {
  it('each lead to an entry of the runbook that says what it means, how to look and how to fix it', () => {
    const entries = new Map(
      runbook
        .split(/^## /m)
        .slice(1)
        .map((entry) => [entry.slice(0, entry.indexOf('\n')).trim(), entry])
    )
    const linked = new Set<string>()
    for (const { AlarmDescription, AlarmName } of alarms) {
      const [, id] = /What to do: infra\/RUNBOOK\.md#([a-z-]+)$/.exec(AlarmDescription) ?? assert.fail(AlarmName)
      linked.add(id!)
      const entry = entries.get(id!)
      assert.ok(entry, `infra/RUNBOOK.md has no entry ${id}`)
      for (const part of ['**Means.**', '**Look.**', '**Fix.**']) assert.ok(entry.includes(part), `${id}: ${part}`)
    }
    const entriesOfAlarms = [...entries.keys()].filter((id) => /^[a-z-]+$/.test(id))
    assert.deepEqual(entriesOfAlarms.filter((id) => id !== 'budget').sort(), [...linked].sort())
    assert.ok(entries.has('budget'))
  })

  it('are sent to the topic, and so is their end', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      assert.match(textOf(AlarmActions), /Alarms/)
      assert.deepEqual(OKActions, AlarmActions)
    }
  })

  it('watch what there is', () => {
    const names = new Set(
      [...app.templates.values()].flatMap(({ Resources }) =>
        Object.values(Resources).flatMap(({ Properties }) =>
          ['FunctionName', 'QueueName', 'DeliveryStreamName', 'Name'].flatMap((key) => Properties?.[key] ?? [])
        )
      )
    )
    for (const { Dimensions, Metrics = [], AlarmName } of alarms) {
      const parts = (Metrics as Computing[]).flatMap(({ MetricStat }) => MetricStat?.Metric.Dimensions ?? [])
      const named = [...(Dimensions ?? []), ...parts].filter(({ Name }) => !/^Query(?:State|Type)$/.test(Name))
      assert.ok(named.length > 0, AlarmName)
      for (const { Value } of named) assert.ok(names.has(Value), `${AlarmName}: there is no ${Value}`)
    }
  })

  it('are about failed jobs, dead letters, the forwarder, the ingress, deliveries and spend', () => {
    const ids = new Set(alarms.map(({ AlarmDescription }) => AlarmDescription.split('#').at(-1)))
    assert.deepEqual([...ids].sort(), [
      'athena-spend',
      'dead-letters',
      'failed-jobs',
      'forwarder-age',
      'forwarder-errors',
      'ingress-errors',
      'ingress-latency',
      'late-delivery',
      'stuck-queue'
    ])
    const latency = alarms.find(({ AlarmName }) => AlarmName === 'iot-log-dev-ingress-latency')!
    assert.deepEqual([latency.ExtendedStatistic, latency.Threshold], ['p99', 2500])
  })

  it('of Athena count what a workgroup reads, however its series are cut, and never twice', () => {
    const ofAthena = alarms.filter(({ AlarmName }) => AlarmName.includes('athena-spend'))
    assert.equal(ofAthena.length, 2)
    for (const { Metrics, Dimensions } of ofAthena) {
      assert.equal(Dimensions, undefined)
      const [computed, ...parts] = Metrics as Computing[]
      const filled = [...computed!.Expression!.matchAll(/FILL\((\w+), 0\)/g)].map(([, id]) => id)
      assert.deepEqual([filled, computed!.ReturnData], [parts.map(({ Id }) => Id), true])
      const cuts = parts.map(({ MetricStat }) => MetricStat!.Metric.Dimensions.slice(0, -1).map(({ Value }) => Value))
      assert.deepEqual(cuts, [[], ['SUCCEEDED', 'DML'], ['FAILED', 'DML'], ['CANCELED', 'DML']])
      assert.ok(parts.every(({ ReturnData }) => !ReturnData))
    }
  })

  it('of the ingress are only where it is', () => {
    const stg = propertiesOf(templateOf(app, 'iot-log-stg-monitoring'), 'AWS::CloudWatch::Alarm')
    assert.deepEqual(
      stg.map(({ AlarmName }) => AlarmName),
      ['iot-log-stg-failed-jobs', 'iot-log-stg-stuck-queue']
    )
  })
})

describe('the rest of monitoring', () => {
  it('counts failed jobs of both queues, and keeps their events to be looked at', () => {
    const [failed, stuck] = propertiesOf(monitoring, 'AWS::Events::Rule')
    assert.deepEqual(failed!.EventPattern.detail.status, ['FAILED'])
    assert.equal(failed!.EventPattern.detail.jobQueue.length, 2)
    assert.deepEqual(stuck!.EventPattern.resources, failed!.EventPattern.detail.jobQueue)
    const { PolicyDocument } = onlyOf(monitoring, 'AWS::Logs::ResourcePolicy')
    assert.match(PolicyDocument, /log-group:\/aws\/events\/iot-log-dev-jobs:\*/)
    const [, writing] = JSON.parse(PolicyDocument).Statement
    const ofRules = [failed, stuck].map((rule) => `arn:aws:events:ap-northeast-1:111111111111:rule/${rule!.Name}`)
    assert.deepEqual(writing.Condition, { ArnEquals: { 'aws:SourceArn': ofRules } })
  })

  it('has a topic that only CloudWatch and the budget publish to', () => {
    const { PolicyDocument } = onlyOf(monitoring, 'AWS::SNS::TopicPolicy')
    const allowed = (PolicyDocument.Statement as { Effect: string; Principal: { Service: string } }[]).filter(
      ({ Effect }) => Effect === 'Allow'
    )
    assert.deepEqual(
      allowed.map(({ Principal }) => Principal.Service),
      ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com']
    )
    assert.deepEqual(onlyOf(monitoring, 'AWS::SNS::Topic').Subscription, [
      { Protocol: 'email', Endpoint: 'ops@example.com' }
    ])
  })

  it('has a budget for what bears the tag of the environment', () => {
    const { Budget, NotificationsWithSubscribers } = onlyOf(monitoring, 'AWS::Budgets::Budget')
    assert.deepEqual(Budget.BudgetLimit, { Amount: 100, Unit: 'USD' })
    assert.deepEqual(Budget.CostFilters, { TagKeyValue: ['user:iot-log$dev'] })
    assert.equal(NotificationsWithSubscribers.length, 2)
  })

  it('has a dashboard that shows every alarm’s series', () => {
    const { DashboardBody } = onlyOf(monitoring, 'AWS::CloudWatch::Dashboard')
    const { widgets } = JSON.parse(DashboardBody) as {
      widgets: { type: string; properties: { metrics?: { id?: string; visible?: boolean }[][] } }[]
    }
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? [])
    assert.equal(shown.filter((line) => line.at(-1)!.visible !== false).length, alarms.length)
    for (const { properties } of widgets) {
      const ids = properties.metrics?.flatMap((line) => line.at(-1)!.id ?? []) ?? []
      assert.equal(new Set(ids).size, ids.length)
    }
    assert.ok(widgets.some(({ type }) => type === 'log'))
    // What the ingress says at the levels `detailed` and `debug` is no trouble.
    assert.ok(DashboardBody.includes('level in [\\"error\\", \\"warn\\"]'))
  })
})

describe('infra/README.md', () => {
  it('has the table of costs as it is computed', () => {
    assert.ok(readme.includes(costTable()), 'run node infra/costs.ts and put its table there')
    const idle = propertiesOf(templateOf(synthesise(), 'iot-log-dev-monitoring'), 'AWS::CloudWatch::Alarm')
    const metrics = idle.flatMap(({ Metrics }) => Metrics?.filter(({ MetricStat }: Computing) => MetricStat) ?? [1])
    assert.match(costTable(), new RegExp(`\\b${idle.length} alarms on ${metrics.length} metrics`))
  })

  it('names every key of deploy', () => {
    const schema = JSON.parse(readFileSync(join(repository, 'iot-log.config.schema.json'), 'utf8'))
    const { properties } = schema.properties.environments.additionalProperties.properties.deploy
    for (const key of Object.keys(properties)) assert.ok(readme.includes(`\`${key}\``), key)
  })

  it('links to files that are there', () => {
    for (const text of [readme, runbook]) {
      for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        assert.ok(existsSync(join(repository, 'infra', target!)), target)
      }
    }
  })
})
