import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { deliveryLogGroup } from '../names.ts'
import { createRole } from '../role.ts'
import type { Source } from './sources.ts'

/*
 * From MQTT topics to streams: https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-firehose-rule-action.html.
 * Without a separator all messages would be in one line.
 */

const separator = '\n'

/** A rule for each topic filter. It reports failures in the log group of deliveries. */
export function createTopicRules(scope: Construct, deployment: Deployment, sources: readonly Source[]): void {
  const wanted = sources.flatMap(({ category, stream, from }) => {
    if (from.kind !== 'topics') return []
    return from.topics.map((topic, at) => ({ name: ruleName(deployment, category.name, at), topic, stream }))
  })
  if (wanted.length === 0) return
  const role = createRole(scope, 'TopicRulesRole', {
    name: `${deployment.prefix}-topic-rules`,
    description: 'AWS IoT rules put messages into delivery streams',
    principal: new ServicePrincipal('iot.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': deployment.account } }
    }),
    grants: topicRuleGrants(deployment, [...new Set(wanted.map(({ stream }) => stream))])
  })
  for (const { name, topic, stream } of wanted) {
    const rule = new CfnTopicRule(scope, `Rule-${name}`, {
      ruleName: name,
      topicRulePayload: {
        description: `${topic} to ${stream}`,
        sql: `SELECT * FROM '${topic}'`,
        awsIotSqlVersion: '2016-03-23',
        actions: [{ firehose: { deliveryStreamName: stream, roleArn: role.roleArn, separator } }],
        errorAction: { cloudwatchLogs: { logGroupName: deliveryLogGroup(deployment), roleArn: role.roleArn } }
      }
    })
    rule.node.addDependency(scope.node.findChild(`Stream-${stream}`))
  }
}

/** Names of rules cannot have dashes. */
function ruleName({ prefix }: Deployment, category: string, at: number): string {
  return `${prefix}_${category}_${at}`.replaceAll('-', '_')
}

function topicRuleGrants(deployment: Deployment, streams: readonly string[]): readonly Grant[] {
  const logs = arnOf(deployment, 'logs', `log-group:${deliveryLogGroup(deployment)}`)
  return [
    {
      actions: ['firehose:PutRecord'],
      resources: streams.map((stream) => arnOf(deployment, 'firehose', `deliverystream/${stream}`))
    },
    {
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [`${logs}:*`],
      because: 'AWS IoT names the log streams of its errors itself, in the one log group of deliveries'
    }
  ]
}
