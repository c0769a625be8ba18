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
  /** The id of the job record. */
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

/** Whether a job waited in vain for a Spot machine, at first or after an interruption; others may be there. */
export function lacksCapacity({ statusReason }: EndedBatchJob): boolean {
  return statusReason.includes('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY')
}

/** How a job ended that could not say so itself. */
export interface Diagnosis {
  readonly state: 'failed' | 'timed-out'
  readonly code: string
  /** What happened and what to do, for the person who asked. */
  readonly userText: string
}

/** The first rule that fits tells what happened. */
export function diagnose(ended: EndedBatchJob): Diagnosis {
  const said = `${ended.statusReason}\n${ended.containerReason}`
  const rule = rules.find(({ when }) => (typeof when === 'function' ? when(ended) : when.test(said)))
  return rule?.diagnosis ?? unexplained
}

const failed = (code: string, userText: string): Diagnosis => ({ state: 'failed', code, userText })

const unexplained = failed(
  'died',
  'The export ended without a reason. Try again. If it fails again, send the job id to the operators of iot-log.'
)

const rules: readonly { readonly when: RegExp | ((ended: EndedBatchJob) => boolean); readonly diagnosis: Diagnosis }[] =
  [
    {
      when: ({ hasSucceeded }) => hasSucceeded,
      diagnosis: failed(
        'no-result',
        'The export finished, but its result could not be saved. Try again: nothing was kept.'
      )
    },
    {
      when: /CannotPullContainerError|CannotPullImage|pull image|manifest unknown/i,
      diagnosis: failed(
        'image-pull',
        'The export could not start: AWS could not load its container image. Your request is correct. Contact the operators of iot-log, and try again when they have fixed it.'
      )
    },
    {
      when: /OutOfMemory|out of memory/i,
      diagnosis: failed(
        'out-of-memory',
        'The export ran out of memory and was stopped. Ask for less: fewer hours, or one category at a time. This should not happen: contact the operators of iot-log.'
      )
    },
    {
      when: /ResourceInitializationError|unable to pull secrets|CannotStartContainerError|CannotCreateContainerError/i,
      diagnosis: failed(
        'not-started',
        'The export could not start: AWS could not set up its container. Try again in a few minutes. If it fails again, contact the operators of iot-log.'
      )
    },
    {
      when: /exceeded timeout/i,
      diagnosis: {
        state: 'timed-out',
        code: 'timed-out',
        userText: 'The export exceeded its time limit, and AWS Batch stopped it. Nothing is kept.'
      }
    },
    {
      when: /CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY/,
      diagnosis: failed(
        'no-capacity',
        'The export could not start: AWS has no free machine at the moment. Try again in 15 minutes.'
      )
    },
    {
      when: /MISCONFIGURATION:|RUNNABLE/,
      diagnosis: failed(
        'stuck',
        'The export waited for a machine and got none: its queue is full or set up wrongly. Your request is correct. Contact the operators of iot-log.'
      )
    },
    {
      when: /Spot Task was interrupted|Host EC2/i,
      diagnosis: failed(
        'interrupted',
        'AWS took back the machine of the export in every attempt. This is rare: try again.'
      )
    },
    {
      when: ({ exitCode }) => exitCode === 2,
      diagnosis: failed(
        'wrong-record',
        'The export could not read its job document. Try again. If it fails again, send the job id to the operators of iot-log.'
      )
    },
    {
      when: ({ exitCode }) => exitCode === 137,
      diagnosis: failed(
        'killed',
        'The export was killed, most likely because it ran out of memory. Ask for less: fewer hours, or one category at a time.'
      )
    },
    {
      when: ({ hasStarted, exitCode }) => !hasStarted && exitCode === undefined,
      diagnosis: failed(
        'stopped',
        'The export was stopped in AWS Batch before it started. If you did not stop it, try again.'
      )
    },
    {
      when: (ended) => ended.exitCode === 143 || /terminated|cancell?ed by/i.test(ended.statusReason),
      diagnosis: failed('stopped', 'An operator stopped the export in AWS Batch. Ask them why, or try again.')
    }
  ]
