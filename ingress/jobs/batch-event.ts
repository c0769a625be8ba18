import * as z from 'zod'

/*
 * What a `Batch Job State Change` event says (https://docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html;
 * its detail is DescribeJobs' JobDetail), and what that means for the person who waits. Pure.
 */

const attemptSchema = z.object({
  startedAt: z.number().nullish(),
  statusReason: z.string().nullish(),
  container: z.object({ exitCode: z.number().nullish(), reason: z.string().nullish() }).nullish()
})

const eventSchema = z.object({
  source: z.literal('aws.batch'),
  'detail-type': z.literal('Batch Job State Change'),
  detail: z.object({
    jobId: z.string(),
    jobQueue: z.string(),
    status: z.string(),
    statusReason: z.string().nullish(),
    startedAt: z.number().nullish(),
    attempts: z.array(attemptSchema).nullish(),
    container: z.object({ exitCode: z.number().nullish(), reason: z.string().nullish() }).nullish(),
    parameters: z.record(z.string(), z.string()).nullish(),
    arrayProperties: z.object({ index: z.number().nullish() }).nullish()
  })
})

/** A Batch job that is over, and for which of our jobs it was. */
export interface EndedBatchJob {
  /** The id of the job document. */
  readonly jobId: string
  readonly batchJobId: string
  readonly queueArn: string
  readonly hasSucceeded: boolean
  /** Whether its container ever ran. */
  readonly hasStarted: boolean
  readonly statusReason: string
  /** What the container's host said of it. */
  readonly containerReason: string
  readonly exitCode: number | undefined
}

/** Reads an event; undefined for one that ends no job of ours: another state, an array's child, another tool's job. */
export function readBatchEvent(event: unknown): EndedBatchJob | undefined {
  const parsed = eventSchema.safeParse(event)
  if (!parsed.success) return undefined
  const { detail } = parsed.data
  const jobId = detail.parameters?.jobId
  const isOver = detail.status === 'SUCCEEDED' || detail.status === 'FAILED'
  if (!isOver || jobId === undefined || typeof detail.arrayProperties?.index === 'number') return undefined
  const attempts = detail.attempts ?? []
  const container = attempts.at(-1)?.container ?? detail.container
  return {
    jobId,
    batchJobId: detail.jobId,
    queueArn: detail.jobQueue,
    hasSucceeded: detail.status === 'SUCCEEDED',
    hasStarted: typeof detail.startedAt === 'number' || attempts.some(({ startedAt }) => typeof startedAt === 'number'),
    statusReason: detail.statusReason ?? attempts.at(-1)?.statusReason ?? '',
    containerReason: container?.reason ?? '',
    exitCode: container?.exitCode ?? undefined
  }
}

/** Whether a job got no Spot machine, at first or after an interruption. On-demand machines may be free. */
export function lacksCapacity({ statusReason }: EndedBatchJob): boolean {
  return statusReason.includes('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY')
}

/** How a job ended whose worker could not report it. */
export interface Diagnosis {
  readonly state: 'failed' | 'timed-out'
  readonly code: string
  /** What happened and what to do, for the person who asked. */
  readonly userText: string
}

/** The diagnosis of the first rule that fits. */
export function diagnose(ended: EndedBatchJob): Diagnosis {
  const reasons = `${ended.statusReason}\n${ended.containerReason}`
  const [, code, userText] = rules.find(([when]) => (typeof when === 'function' ? when(ended) : when.test(reasons)))!
  return { state: code === 'timed-out' ? code : 'failed', code, userText }
}

type Rule = readonly [when: RegExp | ((ended: EndedBatchJob) => boolean), code: string, userText: string]

const rules: readonly Rule[] = [
  [
    ({ hasSucceeded }) => hasSucceeded,
    'no-result',
    'The export finished, but its result could not be saved. Try again: nothing was kept.'
  ],
  [
    /CannotPullContainerError|CannotPullImage|pull image|manifest unknown/i,
    'image-pull',
    'The export could not start: AWS could not load its container image. Your request is correct. Contact the operators of iot-log, and try again when they have fixed it.'
  ],
  [
    /OutOfMemory|out of memory/i,
    'out-of-memory',
    'The export ran out of memory and was stopped. Ask for less: fewer hours, or one category at a time. This should not happen: contact the operators of iot-log.'
  ],
  [
    /ResourceInitializationError|unable to pull secrets|CannotStartContainerError|CannotCreateContainerError/i,
    'not-started',
    'The export could not start: AWS could not set up its container. Try again in a few minutes. If it fails again, contact the operators of iot-log.'
  ],
  [/exceeded timeout/i, 'timed-out', 'The export exceeded its time limit, and AWS Batch stopped it. Nothing is kept.'],
  [
    /CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY/,
    'no-capacity',
    'The export could not start: AWS has no free machine at the moment. Try again in 15 minutes.'
  ],
  [
    /MISCONFIGURATION:|RUNNABLE/,
    'stuck',
    'The export waited for a machine and got none: its queue is full or set up wrongly. Your request is correct. Contact the operators of iot-log.'
  ],
  [
    /Spot Task was interrupted|Host EC2/i,
    'interrupted',
    'AWS took back the machine of the export in every attempt. This is rare: try again.'
  ],
  [
    ({ exitCode }) => exitCode === 2,
    'wrong-record',
    'The export could not read its job document. Try again. If it fails again, send the job id to the operators of iot-log.'
  ],
  [
    ({ exitCode }) => exitCode === 137,
    'killed',
    'The export was killed, most likely because it ran out of memory. Ask for less: fewer hours, or one category at a time.'
  ],
  [
    ({ hasStarted, exitCode }) => !hasStarted && exitCode === undefined,
    'stopped',
    'The export was stopped in AWS Batch before it started. If you did not stop it, try again.'
  ],
  [
    (ended) => ended.exitCode === 143 || /terminated|cancell?ed by/i.test(ended.statusReason),
    'stopped',
    'An operator stopped the export in AWS Batch. Ask them why, or try again.'
  ],
  [
    () => true,
    'died',
    'The export ended without a reason. Try again. If it fails again, send the job id to the operators of iot-log.'
  ]
]
