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
import { ingressGrants } from './grants.ts'

/** The function retries a silent bucket for 20 s, and Slack may be slow. */
const timeoutSeconds = 120

/** The Lambda that reports jobs whose worker could not, and the rule that invokes it. */
export function createJobEvents(
  scope: Construct,
  home: Deployment,
  deployments: readonly Deployment[],
  { code, publicUrl }: { readonly code: string; readonly publicUrl: string }
): void {
  const deadName = jobEventsDeadLetters(home.prefix)
  const dead = createDeadLetters(scope, 'JobEventsDead', deadName, 'what was tried three times')
  const name = jobEventsFunction(home.prefix)
  const made = createFunction(scope, 'JobEvents', home, {
    name,
    bundle: 'job-events',
    code,
    description: 'iot-log: ends of Batch jobs, for askers whose worker could not tell them',
    memoryMiB: 512,
    timeoutSeconds,
    grants: [
      ...ingressGrants(home, deployments, 'onDemandQueue'),
      { actions: ['sqs:SendMessage'], resources: [arnOf(home, 'sqs', deadName)] }
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

/** Environments of another account send their events to the default bus of this one. */
function admitEvents(scope: Construct, home: Deployment, account: string): void {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: account },
    Action: 'events:PutEvents',
    Resource: arnOf(home, 'events', 'event-bus/default')
  }
  // CDK's class for it prints warnings about its own properties.
  new CfnResource(scope, `EventsOf${account}`, {
    type: 'AWS::Events::EventBusPolicy',
    properties: { StatementId: `iot-log-${account}`, Statement: statement }
  })
}
