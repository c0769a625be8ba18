import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import type { Watched } from './watched.ts'

/** Alarms that name the entry of the runbook, and tell when it is over, too. */
export function createAlarms(
  scope: Construct,
  { prefix }: Deployment,
  watched: readonly Watched[],
  topicArn: string
): void {
  for (const { id, of, meaning, series, threshold, periodMinutes } of watched) {
    const name = of === undefined ? id : `${id}-${of}`
    const isPercentile = series.statistic.startsWith('p')
    new CfnAlarm(scope, `Alarm-${name}`, {
      alarmName: `${prefix}-${name}`,
      alarmDescription: `${meaning}. What to do: infra/RUNBOOK.md#${id}`,
      namespace: series.namespace,
      metricName: series.metric,
      dimensions: Object.entries(series.dimensions).map(([key, value]) => ({ name: key, value })),
      ...(isPercentile ? { extendedStatistic: series.statistic } : { statistic: series.statistic }),
      period: periodMinutes * 60,
      evaluationPeriods: 1,
      threshold,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // No jobs and no calls are no trouble.
      treatMissingData: 'notBreaching',
      alarmActions: [topicArn],
      okActions: [topicArn]
    })
  }
}
