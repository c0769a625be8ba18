import { CfnAlarm, type CfnAlarmProps } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import type { Computed, Series, Watched } from './watched.ts'

/** Alarms that name their entry of the runbook. They also notify when the problem is over. */
export function createAlarms(
  scope: Construct,
  { prefix }: Deployment,
  watched: readonly Watched[],
  topicArn: string
): void {
  for (const { id, of, meaning, series, threshold, periodMinutes } of watched) {
    const name = of === undefined ? id : `${id}-${of}`
    new CfnAlarm(scope, `Alarm-${name}`, {
      alarmName: `${prefix}-${name}`,
      alarmDescription: `${meaning}. What to do: infra/RUNBOOK.md#${id}`,
      ...('expression' in series ? computed(series, periodMinutes * 60) : measured(series, periodMinutes * 60)),
      evaluationPeriods: 1,
      threshold,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // Without jobs and calls there are no data, and no problem.
      treatMissingData: 'notBreaching',
      alarmActions: [topicArn],
      okActions: [topicArn]
    })
  }
}

function measured({ namespace, metric, dimensions, statistic }: Series, period: number): Partial<CfnAlarmProps> {
  return {
    namespace,
    metricName: metric,
    dimensions: pairs(dimensions),
    ...(statistic.startsWith('p') ? { extendedStatistic: statistic } : { statistic }),
    period
  }
}

/** AWS bills each series as a metric of the alarm. */
function computed({ expression, of }: Computed, period: number): Partial<CfnAlarmProps> {
  const parts = Object.entries(of).map(([id, { namespace, metric, dimensions, statistic }]) => ({
    id,
    metricStat: { metric: { namespace, metricName: metric, dimensions: pairs(dimensions) }, period, stat: statistic },
    returnData: false
  }))
  return { metrics: [{ id: 'computed', expression, returnData: true }, ...parts] }
}

const pairs = (dimensions: Series['dimensions']) => Object.entries(dimensions).map(([name, value]) => ({ name, value }))
