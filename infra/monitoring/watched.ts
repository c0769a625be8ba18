import type { Deployment } from '../deployment.ts'
import { forwardsOf } from '../forwarding/forward.ts'
import { forwardDeadLetters, forwarder, jobEventsDeadLetters, jobEventsFunction, slackFunction } from '../names.ts'
import { sourcesOf } from '../store/sources.ts'

/*
 * What is watched, as data. Each alarm is an entry of infra/RUNBOOK.md by its id; a test holds the two together. Pure.
 */

type Statistic = 'Sum' | 'Maximum' | 'p99'

/** One series of CloudWatch. */
export interface Series {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: Statistic
}

/** A series that CloudWatch computes from others. Their names in the expression have only letters, digits and _. */
export interface Computed {
  readonly expression: string
  readonly of: Readonly<Record<string, Series>>
}

/** An alarm: it fires when the series reaches the threshold in one period. */
export interface Watched {
  /** The id of its entry in the runbook. */
  readonly id: string
  /** Distinguishes the alarms of one entry. */
  readonly of?: string
  /** What is wrong if it fires, in one line. */
  readonly meaning: string
  readonly series: Series | Computed
  readonly threshold: number
  readonly periodMinutes: number
}

/** Rules that count events that have no metric in CloudWatch. */
export const failedJobsRule = (prefix: string): string => `${prefix}-failed-jobs`
export const stuckQueueRule = (prefix: string): string => `${prefix}-stuck-queue`

/** Slack waits 3 s; then it shows that the command failed. */
const slowMs = 2_500
const lateSeconds = 900
/** Streams buffer five minutes. */
const lateDeliverySeconds = 1_800
const terabyte = 1e12
const often = { threshold: 1, periodMinutes: 5 } as const

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
  const rule = (RuleName: string): Series => series('AWS/Events', 'TriggeredRules', { RuleName }, 'Sum')
  const failed = { id: 'failed-jobs', meaning: 'An export failed, and its asker was told so' }
  const stuck = { id: 'stuck-queue', meaning: 'Jobs wait for machines that can’t come' }
  return [
    { ...failed, series: rule(failedJobsRule(prefix)), ...often },
    { ...stuck, series: rule(stuckQueueRule(prefix)), ...often }
  ]
}

function ingress({ prefix }: Deployment): readonly Watched[] {
  const slack = { FunctionName: slackFunction(prefix) }
  const jobEvents = { FunctionName: jobEventsFunction(prefix) }
  const errors = (of: string, metric: string, meaning: string, dimensions = slack): Watched => {
    return { id: 'ingress-errors', of, meaning, series: series('AWS/Lambda', metric, dimensions, 'Sum'), ...often }
  }
  return [
    errors('url', 'Url5xxCount', 'Slack was answered with an error'),
    errors('slack', 'Errors', 'The ingress broke'),
    errors('throttles', 'Throttles', 'The ingress was called more often than its reserved concurrency allows'),
    errors('job-events', 'Errors', 'An end of a job could not be dealt with', jobEvents),
    {
      id: 'ingress-latency',
      meaning: 'Commands are answered so late that Slack gives up',
      series: series('AWS/Lambda', 'UrlRequestLatency', slack, 'p99'),
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

/** Two queries a day that reach the limit are a mistake, or an expensive day. */
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
 * The bytes that a workgroup reads. AWS documents series by state and type of the queries; one series of the whole
 * workgroup was seen too. The expression takes the one that exists. Only DML reads bytes
 * (https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html).
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
    ...often
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
