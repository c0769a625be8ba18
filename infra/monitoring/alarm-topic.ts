import { CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'

/** The topic of all alarms. Slack subscribes to it (infra/README.md), and the addresses of `alarmEmails`. */
export function createAlarmTopic(scope: Construct, deployment: Deployment): string {
  const { prefix, account, settings } = deployment
  const topicName = `${prefix}-alarms`
  const topic = new CfnTopic(scope, 'Alarms', {
    topicName,
    displayName: topicName,
    subscription: settings.alarmEmails.map((endpoint) => ({ protocol: 'email', endpoint }))
  })
  const resource = arnOf(deployment, 'sns', topicName)
  const mayPublish = (service: string) => ({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sns:Publish',
    Resource: resource,
    Condition: { StringEquals: { 'aws:SourceAccount': account } }
  })
  const onlyTls = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sns:Publish',
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } }
  }
  const statements = [mayPublish('cloudwatch.amazonaws.com'), mayPublish('budgets.amazonaws.com'), onlyTls]
  new CfnTopicPolicy(scope, 'AlarmsPolicy', {
    topics: [topic.ref],
    policyDocument: { Version: '2012-10-17', Statement: statements }
  })
  return topic.ref
}
