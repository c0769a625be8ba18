import { CfnResource } from 'aws-cdk-lib'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import { createDeadLetters } from '../dead-letters.ts'
import type { Deployment } from '../deployment.ts'
import { createFunction } from '../function.ts'
import { jobEndedPattern } from '../job-ended.ts'
import { ingressSecret, jobEventsDeadLetters, jobEventsFunction } from '../names.ts'
import { jobEventsGrants } from './grants.ts'

/** A silent bucket is asked again for 20 s, and Slack may be slow. */
const timeoutSeconds = 120

/** The Lambda that speaks for jobs that died, and the rule that tells it. */
export function createJobEvents(
  scope: Construct,
  home: Deployment,
  deployments: readonly Deployment[],
  { code, publicUrl }: { readonly code: string; readonly publicUrl: string }
): void {
  const dead = createDeadLetters(
    scope,
    'JobEventsDead',
    jobEventsDeadLetters(home.prefix),
    'what was tried three times'
  )
  const name = jobEventsFunction(home.prefix)
  const made = createFunction(scope, 'JobEvents', home, {
    name,
    bundle: 'job-events',
    code,
    description: 'iot-log: ends of Batch jobs, for askers whose worker could not tell them',
    memoryMiB: 512,
    timeoutSeconds,
    grants: [
      ...jobEventsGrants(home, deployments),
      { actions: ['sqs:SendMessage'], resources: [arnOf(home, 'sqs', jobEventsDeadLetters(home.prefix))] }
    ],
    environment: { IOT_LOG_SECRET_ID: ingressSecret(home.prefix), IOT_LOG_PUBLIC_URL: publicUrl },
    more: { retryAttempts: 2, onFailure: new SqsDestination(dead) }
  })
  const rule = new CfnRule(scope, 'JobEnded', {
    name: `${home.prefix}-job-ended`,
    description: 'Batch jobs of iot-log that are over',
    eventPattern: jobEndedPattern(deployments, ['FAILED', 'SUCCEEDED']),
    targets: [{ id: 'job-events', arn: made.functionArn, deadLetterConfig: { arn: dead.queueArn } }]
  })
  new CfnPermission(scope, 'JobEndedPermission', {
    action: 'lambda:InvokeFunction',
    functionName: made.functionName,
    principal: 'events.amazonaws.com',
    sourceArn: rule.attrArn
  })
  dead.grantSendMessages(
    new ServicePrincipal('events.amazonaws.com', { conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } } })
  )
  const others = new Set(deployments.map(({ account }) => account).filter((account) => account !== home.account))
  for (const account of others) admitEvents(scope, home, account)
}

/** Another account's environments pass their events on to the default bus of this one. */
function admitEvents(scope: Construct, home: Deployment, account: string): void {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: account },
    Action: 'events:PutEvents',
    Resource: arnOf(home, 'events', 'event-bus/default')
  }
  // CDK's class for it warns of its own properties.
  new CfnResource(scope, `EventsOf${account}`, {
    type: 'AWS::Events::EventBusPolicy',
    properties: { StatementId: `iot-log-${account}`, Statement: statement }
  })
}
