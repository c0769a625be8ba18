import { randomUUID } from 'node:crypto'
import { type BatchJob, jobDetail } from './job.ts'

/** An event as EventBridge delivers it: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html */
export interface BatchEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'Batch Job State Change' | 'Batch Job Queue Blocked'
  readonly source: 'aws.batch'
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

export interface EventSource {
  readonly region: string
  readonly account: string
  nowMs(): number
}

export function jobEvent(source: EventSource, job: BatchJob): BatchEvent {
  return eventOf(source, 'Batch Job State Change', job.arn, jobDetail(job))
}

export function queueBlockedEvent(source: EventSource, job: BatchJob): BatchEvent {
  return eventOf(source, 'Batch Job Queue Blocked', job.arn, jobDetail(job))
}

function eventOf(
  { region, account, nowMs }: EventSource,
  type: BatchEvent['detail-type'],
  resource: string,
  detail: Record<string, unknown>
): BatchEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: 'aws.batch',
    account,
    time: new Date(nowMs()).toISOString().replace(/\.\d+/, ''),
    region,
    resources: [resource],
    // A copy: later changes of the job must not change this event.
    detail: structuredClone(detail)
  }
}
