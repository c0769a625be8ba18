import type { Deployment } from '../deployment.ts'
import { forwardsOf } from '../forwarding/forward.ts'
import { forwardDeadLetters, forwarder, jobEventsDeadLetters, jobEventsFunction, slackFunction } from '../names.ts'
import { sourcesOf } from '../store/sources.ts'

/*
 * What is watched, as data. Each alarm is an entry of infra/RUNBOOK.md by its id; a test holds the two together. Pure.
 */

export type Statistic = 'Sum' | 'Maximum' | 'p99'

/** One series of CloudWatch. */
export interface Series {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: Statistic
}

/** A series that CloudWatch computes of others, each under its name in the expression; only letters, digits and _. */
export interface Computed {
  readonly expression: string
  readonly of: Readonly<Record<string, Series>>
}

/** An alarm: when the series reaches the threshold in one of its periods. */
export interface Watched {
  /** Of its entry in the runbook. */
  readonly id: string
  /** Tells several of one entry apart. */
  readonly of?: string
  /** What is wrong then, in one line. */
  readonly meaning: string
  readonly series: Series | Computed
  readonly threshold: number
  readonly periodMinutes: number
}

/** Rules that count what CloudWatch has no metric for. */
export const failedJobsRule = (prefix: string): string => `${prefix}-failed-jobs`
export const stuckQueueRule = (prefix: string): string => `${prefix}-stuck-queue`

/** A person waits 3 s for Slack; then it says that the command failed. */
const slowMs = 2_500
const lateSeconds = 900
/** Streams buffer five minutes. */
const lateDeliverySeconds = 1_800
const terabyte = 1e12

/** The alarms of an environment. */
export function watchedOf(deployment: Deployment, hasForwarding: boolean): readonly Watched[] {
  return [
    ...jobs(deployment),
    ...(deployment.isHome ? ingress(deployment) : []),
    ...(hasForwarding ? forwardsOf(deployment).flatMap(({ sink }) => forwarding(deployment, sink)) : []),
    ...deliveries(deployment),
    ...athena(deployment)
  ]
}

function jobs({ prefix }: Deployment): readonly Watched[] {
  const rule = (name: string): Series => series('AWS/Events', 'TriggeredRules', { RuleName: name }, 'Sum')
  return [
    {
      id: 'failed-jobs',
      meaning: 'An export failed, and its asker was told so',
      series: rule(failedJobsRule(prefix)),
      threshold: 1,
      periodMinutes: 5
    },
    {
      id: 'stuck-queue',
      meaning: 'Jobs wait for machines that can’t come',
      series: rule(stuckQueueRule(prefix)),
      threshold: 1,
      periodMinutes: 5
    }
  ]
}

function ingress({ prefix }: Deployment): readonly Watched[] {
  const slack = { FunctionName: slackFunction(prefix) }
  const lambda = (metric: string, dimensions: Readonly<Record<string, string>>, statistic: Statistic = 'Sum'): Series =>
    series('AWS/Lambda', metric, dimensions, statistic)
  const often = { threshold: 1, periodMinutes: 5 }
  return [
    {
      id: 'ingress-errors',
      of: 'url',
      meaning: 'Slack was answered with an error',
      series: lambda('Url5xxCount', slack),
      ...often
    },
    { id: 'ingress-errors', of: 'slack', meaning: 'The ingress broke', series: lambda('Errors', slack), ...often },
    {
      id: 'ingress-errors',
      of: 'throttles',
      meaning: 'The ingress was called more often than its reserved concurrency allows',
      series: lambda('Throttles', slack),
      ...often
    },
    {
      id: 'ingress-errors',
      of: 'job-events',
      meaning: 'An end of a job could not be dealt with',
      series: lambda('Errors', { FunctionName: jobEventsFunction(prefix) }),
      ...often
    },
    {
      id: 'ingress-latency',
      meaning: 'Commands are answered so late that Slack gives up',
      series: lambda('UrlRequestLatency', slack, 'p99'),
      threshold: slowMs,
      periodMinutes: 15
    },
    deadLetters(jobEventsDeadLetters(prefix), 'job-events', 'Ends of jobs were given up')
  ]
}

function forwarding({ prefix }: Deployment, sink: string): readonly Watched[] {
  return [
    deadLetters(forwardDeadLetters(prefix, sink), `forward-${sink}`, 'Objects were given up by the forwarder'),
    {
      id: 'forwarder-age',
      of: sink,
      meaning: 'The forwarder is behind',
      series: series('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: forwarder(prefix, sink) }, 'Maximum'),
      threshold: lateSeconds,
      periodMinutes: 5
    },
    {
      id: 'forwarder-errors',
      of: sink,
      meaning: 'The forwarder broke',
      series: series('AWS/Lambda', 'Errors', { FunctionName: forwarder(prefix, sink) }, 'Sum'),
      threshold: 3,
      periodMinutes: 15
    }
  ]
}

function deliveries(deployment: Deployment): readonly Watched[] {
  return sourcesOf(deployment).map(({ stream }) => ({
    id: 'late-delivery',
    of: stream.slice(deployment.prefix.length + 1),
    meaning: 'Logs do not arrive in the bucket',
    series: series('AWS/Firehose', 'DeliveryToS3.DataFreshness', { DeliveryStreamName: stream }, 'Maximum'),
    threshold: lateDeliverySeconds,
    periodMinutes: 15
  }))
}

/** Two queries up to their cutoff in a day are a mistake, or an expensive day. */
function athena({ environment, settings }: Deployment): readonly Watched[] {
  if (!environment.athena) return []
  const { workgroup, analystWorkgroup } = environment.athena
  return [
    { of: 'exports', name: workgroup, gigabytes: settings.exportScanGigabytes },
    { of: 'analysts', name: analystWorkgroup, gigabytes: settings.analystScanGigabytes }
  ].map(({ of, name, gigabytes }) => ({
    id: 'athena-spend',
    of,
    meaning: `Athena has read more than ${(2 * gigabytes * 1e9) / terabyte} TB in a day`,
    series: processedBytes(name, of),
    threshold: 2 * gigabytes * 1e9,
    periodMinutes: 24 * 60
  }))
}

/**
 * What a workgroup reads. It is documented by state and type of the queries, and seen as one series of the workgroup as
 * well: whichever there is counts, and once. Only DML reads bytes
 * (https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html). Names are of the workgroup, since a graph
 * shows several.
 */
function processedBytes(workgroup: string, of: string): Computed {
  const bytes = (more: Readonly<Record<string, string>>): Series =>
    series('AWS/Athena', 'ProcessedBytes', { ...more, WorkGroup: workgroup }, 'Sum')
  const ended = (state: string): Series => bytes({ QueryState: state, QueryType: 'DML' })
  return {
    expression: `MAX([FILL(${of}_all, 0), FILL(${of}_succeeded, 0) + FILL(${of}_failed, 0) + FILL(${of}_canceled, 0)])`,
    of: {
      [`${of}_all`]: bytes({}),
      [`${of}_succeeded`]: ended('SUCCEEDED'),
      [`${of}_failed`]: ended('FAILED'),
      [`${of}_canceled`]: ended('CANCELED')
    }
  }
}

function deadLetters(queue: string, of: string, meaning: string): Watched {
  return {
    id: 'dead-letters',
    of,
    meaning,
    series: series('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: queue }, 'Maximum'),
    threshold: 1,
    periodMinutes: 5
  }
}

function series(
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  statistic: Statistic
): Series {
  return { namespace, metric, dimensions, statistic }
}
