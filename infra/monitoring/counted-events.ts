import { CfnRule } from 'aws-cdk-lib/aws-events'
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { jobEndedPattern } from '../job-ended.ts'
import { createLogGroup } from '../log-group.ts'
import { failedJobsRule, stuckQueueRule } from './watched.ts'

/*
 * Batch has no metrics in CloudWatch, so rules count its events. The matching events go to a log group, for the
 * runbook.
 */

/** EventBridge requires this prefix: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions */
const eventLogGroup = (prefix: string): string => `/aws/events/${prefix}-jobs`

export function createCountedEvents(scope: Construct, deployment: Deployment): void {
  const { prefix } = deployment
  const group = createLogGroup(scope, 'Events', eventLogGroup(prefix))
  const arn = arnOf(deployment, 'logs', `log-group:${eventLogGroup(prefix)}`)
  const rules = [failedJobsRule(prefix), stuckQueueRule(prefix)]
  const allow = { Effect: 'Allow', Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] } }
  const statements = [
    { ...allow, Action: 'logs:CreateLogStream', Resource: `${arn}:*` },
    {
      ...allow,
      Action: 'logs:PutLogEvents',
      Resource: `${arn}:*`,
      Condition: { ArnEquals: { 'aws:SourceArn': rules.map((rule) => arnOf(deployment, 'events', `rule/${rule}`)) } }
    }
  ]
  const policy = new CfnResourcePolicy(scope, 'EventsPolicy', {
    policyName: `${prefix}-events`,
    policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements })
  })
  const failed = jobEndedPattern([deployment], ['FAILED'])
  for (const [id, name, eventPattern] of [
    ['FailedJobs', failedJobsRule(prefix), failed],
    [
      'StuckQueue',
      stuckQueueRule(prefix),
      { source: ['aws.batch'], 'detail-type': ['Batch Job Queue Blocked'], resources: failed.detail.jobQueue }
    ]
  ] as const) {
    const rule = new CfnRule(scope, id, { name, eventPattern, targets: [{ id: 'log', arn }] })
    rule.node.addDependency(group, policy)
  }
}
