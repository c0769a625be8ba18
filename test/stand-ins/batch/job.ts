import type { RetryStrategy } from './retry.ts'

export type JobStatus = 'SUBMITTED' | 'PENDING' | 'RUNNABLE' | 'STARTING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED'

/** One try that is over. */
export interface Attempt {
  readonly exitCode: number | undefined
  /** Of the container. */
  readonly reason: string | undefined
  readonly statusReason: string | undefined
  readonly startedAt: number | undefined
  readonly stoppedAt: number
}

/** A job as the stand-in keeps it; open to tests. */
export interface BatchJob {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly queue: string
  readonly queueArn: string
  readonly definitionArn: string
  readonly image: string
  readonly parameters: Readonly<Record<string, string>>
  /** Parameters filled in. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly retryStrategy: RetryStrategy
  readonly timeoutSeconds: number | undefined
  readonly stopTimeoutSeconds: number
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: number
  status: JobStatus
  statusReason: string | undefined
  startedAt: number | undefined
  stoppedAt: number | undefined
  isCancelled: boolean
  isTerminated: boolean
  readonly attempts: Attempt[]
}

/** Whether nothing more will happen to it. */
export const isOver = ({ status }: BatchJob): boolean => status === 'SUCCEEDED' || status === 'FAILED'

/** A job as DescribeJobs and the events show it: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html */
export function jobDetail(job: BatchJob): Record<string, unknown> {
  const last = job.attempts.at(-1)
  return withoutUndefined({
    jobArn: job.arn,
    jobName: job.name,
    jobId: job.id,
    jobQueue: job.queueArn,
    status: job.status,
    attempts: job.attempts.map((attempt) => attemptDetail(job, attempt)),
    statusReason: job.statusReason,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    retryStrategy: { attempts: job.retryStrategy.attempts, evaluateOnExit: job.retryStrategy.evaluateOnExit },
    dependsOn: [],
    jobDefinition: job.definitionArn,
    parameters: job.parameters,
    container: withoutUndefined({
      image: job.image,
      command: job.command,
      volumes: [],
      environment: Object.entries(job.environment).map(([name, value]) => ({ name, value })),
      mountPoints: [],
      ulimits: [],
      networkInterfaces: [],
      resourceRequirements: [],
      secrets: [],
      exitCode: last?.exitCode,
      reason: last?.reason,
      logStreamName: logStream(job)
    }),
    timeout: job.timeoutSeconds === undefined ? undefined : { attemptDurationSeconds: job.timeoutSeconds },
    tags: { resourceArn: job.arn, ...job.tags },
    propagateTags: false,
    platformCapabilities: ['FARGATE'],
    isCancelled: job.isCancelled,
    isTerminated: job.isTerminated
  })
}

/** The same, as ListJobs has it. */
export function jobSummary(job: BatchJob): Record<string, unknown> {
  const exitCode = job.attempts.at(-1)?.exitCode
  return withoutUndefined({
    jobArn: job.arn,
    jobId: job.id,
    jobName: job.name,
    createdAt: job.createdAt,
    status: job.status,
    statusReason: job.statusReason,
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    container: exitCode === undefined ? undefined : { exitCode },
    jobDefinition: job.definitionArn
  })
}

function attemptDetail(job: BatchJob, attempt: Attempt): Record<string, unknown> {
  const { exitCode, reason, startedAt, stoppedAt, statusReason } = attempt
  const container = withoutUndefined({ exitCode, reason, logStreamName: logStream(job), networkInterfaces: [] })
  return withoutUndefined({ container, startedAt, stoppedAt, statusReason, taskProperties: [] })
}

const logStream = (job: BatchJob): string => `iot-log/default/${job.id.replaceAll('-', '')}`

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}
