import { createServer } from 'node:http'
import { until } from '../../support/until.ts'
import { type CallFault, type CallFaultPlan, createCallFaults } from '../aws/faults.ts'
import { listen } from '../s3/connections.ts'
import type { Credentials } from '../s3/signature.ts'
import type { BatchEvent } from './events.ts'
import { type AttemptFaultPlan, type AttemptFaultRule, createAttemptFaults } from './fault-plan.ts'
import { type BatchRequest, handle } from './handle.ts'
import type { BatchJob } from './job.ts'
import { Scheduler } from './scheduler.ts'
import { checkDefinition, checkQueue, type JobDefinitionOptions, type QueueOptions } from './settings.ts'
import type { Executor } from './task.ts'

export interface BatchServerOptions {
  /** Default: any free one. */
  readonly port?: number
  readonly credentials?: Credentials
  /** Others that are known, such as those that {@link startSts} lends. */
  readonly credentialsOf?: (accessKeyId: string) => Credentials | undefined
  /** Default: `ap-northeast-1`. */
  readonly region?: string
  /** Default: `111111111111`. */
  readonly account?: string
  readonly queues: Readonly<Record<string, QueueOptions>>
  readonly jobDefinitions: Readonly<Record<string, JobDefinitionOptions>>
  /** How containers run: `processExecutor(…)`. Without one jobs are recorded and stay RUNNABLE. */
  readonly executor?: Executor
  /** How long a second of Batch's time-outs takes. Default: 1,000 ms. */
  readonly secondMs?: number
  /** Gets every event, one after the other. What it throws is kept in `eventFailures`. */
  readonly onEvent?: (event: BatchEvent) => void | Promise<void>
  /** The same by POST. */
  readonly eventTarget?: string
  readonly attemptFaults?: readonly AttemptFaultRule[]
  readonly faults?: readonly CallFault[]
  readonly nowMs?: () => number
}

/** A running Batch, and the hand that reaches behind it. Disposing kills what runs and closes it. */
export interface BatchServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly region: string
  readonly credentials: Credentials
  /** What an AWS client in a child process needs to find the server. */
  environment(): Record<string, string>
  /** In the order they came. */
  jobs(): BatchJob[]
  job(id: string): BatchJob | undefined
  readonly requests: BatchRequest[]
  /** All events, in order; the last 10,000. */
  readonly events: BatchEvent[]
  readonly eventFailures: unknown[]
  readonly faults: CallFaultPlan
  readonly attemptFaults: AttemptFaultPlan
  /** SIGTERM, then SIGKILL, as when Fargate Spot wants its capacity back. */
  interrupt(jobId: string): void
  /** SIGKILL, as when the container takes too much memory. */
  runOutOfMemory(jobId: string): void
  /** SIGKILL without a word. */
  kill(jobId: string): void
  /** SIGTERM, then SIGKILL, as when the time that its definition gives an attempt is over. */
  timeOut(jobId: string): void
  /** TerminateJob by another person. */
  terminate(jobId: string, reason: string): void
  /** 0 makes a queue stuck, with the reason `CAPACITY:…` or `MISCONFIGURATION:…`. */
  setCapacity(queue: string, capacity: number, stuckReason?: string): void
  runningCount(): number
  /** Waits until the look is right, looking at every event and call. @throws after a time-out (default: 10 s) */
  until<T>(look: (server: BatchServer) => T | undefined | false, timeoutMs?: number): Promise<T>
  /** Resolves once every event so far was taken. */
  settled(): Promise<void>
  setOffline(isOffline: boolean): Promise<void>
  close(): Promise<void>
}

const defaultCredentials: Credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
}
const kept = 10_000

/** Starts a Batch on loopback, which refuses what AWS refuses. */
export async function startBatchServer(options: BatchServerOptions): Promise<BatchServer> {
  const registry = {
    region: options.region ?? 'ap-northeast-1',
    account: options.account ?? '111111111111',
    queues: new Map(Object.entries(options.queues)),
    definitions: new Map(Object.entries(options.jobDefinitions)),
    nowMs: options.nowMs ?? Date.now
  }
  for (const definition of registry.definitions.values()) checkDefinition(definition)
  for (const queue of registry.queues.values()) checkQueue(queue)
  const { region } = registry
  const credentials = options.credentials ?? defaultCredentials
  const faults = createCallFaults(options.faults ?? [])
  const attemptFaults = createAttemptFaults(options.attemptFaults ?? [])
  const jobs = new Map<string, BatchJob>()
  const requests: BatchRequest[] = []
  const events: BatchEvent[] = []
  const eventFailures: unknown[] = []
  const watchers = new Set<() => void>()
  const look = (): void => {
    for (const watcher of watchers) watcher()
  }
  let delivering = Promise.resolve()
  const scheduler = new Scheduler({
    registry,
    attemptFaults,
    executor: options.executor,
    secondMs: options.secondMs ?? 1_000,
    onEvent: (event) => {
      push(events, event)
      delivering = delivering.then(() => deliverEvent(options, event)).catch((error) => push(eventFailures, error))
      queueMicrotask(look)
    }
  })
  const host = {
    registry,
    scheduler,
    jobs,
    credentialsOf: (id: string) => (id === credentials.accessKeyId ? credentials : options.credentialsOf?.(id)),
    faults,
    begin: (record: BatchRequest) => push(requests, record)
  }
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 }, (...pair) =>
    handle(host, ...pair).finally(look)
  )
  const connections = await listen(server, options.port ?? 0)
  const url = `http://127.0.0.1:${connections.port}`
  const existing = (id: string): BatchJob => {
    const job = jobs.get(id)
    if (!job) throw new Error(`There is no job ${id}`)
    return job
  }
  const close = async (): Promise<void> => {
    await Promise.all([connections.shut(), scheduler.close()])
    await delivering
  }
  const batch: BatchServer = {
    url,
    port: connections.port,
    region,
    credentials,
    environment: () => ({
      AWS_ENDPOINT_URL_BATCH: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true'
    }),
    jobs: () => [...jobs.values()],
    job: (id) => jobs.get(id),
    requests,
    events,
    eventFailures,
    faults: faults.plan,
    attemptFaults,
    interrupt: (id) => scheduler.strike(existing(id), 'spot'),
    runOutOfMemory: (id) => scheduler.strike(existing(id), 'memory'),
    kill: (id) => scheduler.strike(existing(id), 'kill'),
    timeOut: (id) => scheduler.strike(existing(id), 'timeout'),
    terminate: (id, reason) => scheduler.terminate(existing(id), reason),
    setCapacity: (queue, capacity, reason) => scheduler.setCapacity(queue, capacity, reason),
    runningCount: () => scheduler.runningCount,
    until: (wanted, timeoutMs = 10_000) =>
      until({
        look: () => wanted(batch),
        watch: (check) => {
          watchers.add(check)
          return () => void watchers.delete(check)
        },
        timeoutMs,
        describe: () =>
          `Jobs: ${JSON.stringify([...jobs.values()].map((job) => [job.name, job.status, job.statusReason]))}`
      }),
    settled: () => delivering,
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    close,
    [Symbol.asyncDispose]: close
  }
  return batch
}

async function deliverEvent({ onEvent, eventTarget }: BatchServerOptions, event: BatchEvent): Promise<void> {
  await onEvent?.(event)
  if (eventTarget === undefined) return
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(eventTarget, { method: 'POST', headers, body: JSON.stringify(event) })
  if (!answer.ok) throw new Error(`${eventTarget} answered ${answer.status}`)
}

function push<T>(records: T[], record: T): void {
  if (records.push(record) > kept) records.splice(0, kept / 10)
}
