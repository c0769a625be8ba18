import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/** A log group that keeps 30 days, with a name that the runbook can use. */
export function createLogGroup(scope: Construct, id: string, logGroupName: string): LogGroup {
  const options = { logGroupName, retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }
  return new LogGroup(scope, id, options)
}
