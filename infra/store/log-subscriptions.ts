import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDestination, CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { createRole } from '../role.ts'
import type { Source } from './sources.ts'

/*
 * From CloudWatch Logs to streams: a subscription for each log group of this account, and a destination for
 * subscriptions of other accounts
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html).
 */

export function createLogSubscriptions(scope: Construct, deployment: Deployment, sources: readonly Source[]): void {
  const subscribed = sources.flatMap(({ category, stream, from }) => {
    return from.kind === 'log-groups' ? [{ category: category.name, stream, ...from }] : []
  })
  if (subscribed.length === 0) return
  const { account, prefix } = deployment
  const senders = [...new Set([account, ...subscribed.flatMap(({ accounts }) => accounts)])]
  const role = createRole(scope, 'SubscriptionRole', {
    name: `${prefix}-subscriptions`,
    description: 'CloudWatch Logs puts log events into delivery streams',
    principal: new ServicePrincipal('logs.amazonaws.com', {
      conditions: {
        StringLike: { 'aws:SourceArn': senders.map((sender) => arnOf({ ...deployment, account: sender }, 'logs', '*')) }
      }
    }),
    grants: [
      {
        actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        resources: subscribed.map(({ stream }) => arnOf(deployment, 'firehose', `deliverystream/${stream}`))
      }
    ]
  })
  for (const { category, stream, logGroups, accounts } of subscribed) {
    const streamArn = arnOf(deployment, 'firehose', `deliverystream/${stream}`)
    const streamResource = scope.node.findChild(`Stream-${stream}`)
    for (const logGroupName of logGroups) {
      const filter = new CfnSubscriptionFilter(scope, `Subscription-${category}-${logGroupName.replaceAll('/', '.')}`, {
        filterName: stream,
        logGroupName,
        filterPattern: '',
        destinationArn: streamArn,
        roleArn: role.roleArn
      })
      filter.node.addDependency(streamResource)
    }
    if (accounts.length === 0) continue
    const destination = new CfnDestination(scope, `Destination-${category}`, {
      destinationName: stream,
      targetArn: streamArn,
      roleArn: role.roleArn,
      destinationPolicy: destinationPolicy(deployment, stream, accounts)
    })
    destination.node.addDependency(streamResource)
  }
}

function destinationPolicy(deployment: Deployment, name: string, accounts: readonly string[]): string {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: accounts },
    Action: 'logs:PutSubscriptionFilter',
    Resource: arnOf(deployment, 'logs', `destination:${name}`)
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
