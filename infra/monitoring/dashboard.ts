import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import { deliveryLogGroup, slackFunction, taskLogGroup } from '../names.ts'
import { sourcesOf } from '../store/sources.ts'
import type { Computed, Series, Watched } from './watched.ts'

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const [width, height] = [12, 6] as const

/** Errors and warnings of a function, and what Lambda logs about it. */
const troubles = 'level in ["error", "warn"] or @message like /Task timed out|Runtime exited/'

/** One page: the series of every alarm with its threshold, then the last errors as text. */
export function createDashboard(scope: Construct, deployment: Deployment, watched: readonly Watched[]): void {
  const { prefix, region } = deployment
  const graphs = [...Map.groupBy(watched, ({ id }) => id)].map(([id, ofOne]) => ({
    type: 'metric',
    properties: {
      title: id,
      region,
      view: 'timeSeries',
      metrics: ofOne.flatMap(({ series, of }) => lines(series, of ?? id)),
      period: 300,
      annotations: { horizontal: [{ label: 'alarm', value: ofOne[0]!.threshold }] }
    }
  }))
  const lists = [
    { title: 'Jobs that ended', group: taskLogGroup(deployment), filter: 'event = "over" or event = "broken"' },
    ...(deployment.isHome
      ? [{ title: 'Troubles of the ingress', group: `/aws/lambda/${slackFunction(prefix)}`, filter: troubles }]
      : []),
    ...(sourcesOf(deployment).length > 0
      ? [{ title: 'Not delivered', group: deliveryLogGroup(deployment), filter: 'ispresent(@message)' }]
      : [])
  ].map(({ title, group, filter }) => ({
    type: 'log',
    properties: {
      title,
      region,
      view: 'table',
      query: `SOURCE '${group}' | fields @timestamp, @message | filter ${filter} | sort @timestamp desc | limit 20`
    }
  }))
  const widgets = [...graphs, ...lists].map((widget, at) => ({
    ...widget,
    x: (at % 2) * width,
    y: Math.floor(at / 2) * height,
    width,
    height
  }))
  new CfnDashboard(scope, 'Dashboard', { dashboardName: prefix, dashboardBody: JSON.stringify({ widgets }) })
}

/** A graph shows a computed series, and hides its parts. */
function lines(series: Series | Computed, label: string): unknown[] {
  if (!('expression' in series)) return [line(series, { label })]
  const parts = Object.entries(series.of).map(([id, part]) => line(part, { id, visible: false }))
  return [[{ expression: series.expression, label }], ...parts]
}

function line({ namespace, metric, dimensions, statistic }: Series, more: object): unknown[] {
  return [namespace, metric, ...Object.entries(dimensions).flat(), { stat: statistic, ...more }]
}
