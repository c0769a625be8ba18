import { clientError } from './client-error.ts'
import { type BatchJob, type JobStatus, jobDetail, jobSummary } from './job.ts'
import type { Scheduler } from './scheduler.ts'
import { jobOf, nameIn, type Registry, textOf } from './submit-job.ts'

/** What calls are answered from. */
export interface BatchHost {
  readonly registry: Registry
  readonly scheduler: Scheduler
  /** In the order they came. */
  readonly jobs: Map<string, BatchJob>
}

type Fields = Readonly<Record<string, unknown>>
type Operation = (host: BatchHost, request: Fields, payloadBytes: number) => object

/** The last so many jobs are known; Batch keeps finished ones for days. */
const keptJobs = 20_000

export const operations: Readonly<Record<string, { readonly name: string; readonly run: Operation }>> = {
  '/v1/submitjob': { name: 'SubmitJob', run: submitJob },
  '/v1/describejobs': { name: 'DescribeJobs', run: describeJobs },
  '/v1/terminatejob': { name: 'TerminateJob', run: terminateJob },
  '/v1/canceljob': { name: 'CancelJob', run: cancelJob },
  '/v1/listjobs': { name: 'ListJobs', run: listJobs }
}

function submitJob({ registry, scheduler, jobs }: BatchHost, request: Fields, payloadBytes: number): object {
  const job = jobOf(request, payloadBytes, registry)
  jobs.set(job.id, job)
  if (jobs.size > keptJobs) jobs.delete(jobs.keys().next().value!)
  scheduler.enqueue(job)
  return { jobArn: job.arn, jobName: job.name, jobId: job.id }
}

/** Unknown ids are left out. */
function describeJobs({ jobs, registry }: BatchHost, request: Fields): object {
  const ids = request.jobs
  if (!Array.isArray(ids) || ids.length === 0) throw clientError('jobs must not be null or empty')
  if (ids.length > 100) throw clientError('jobs allows at most 100 ids')
  const found = ids.map((id) => jobs.get(nameIn(String(id), 'job', registry)))
  return { jobs: found.filter((job) => job !== undefined).map(jobDetail) }
}

function terminateJob(host: BatchHost, request: Fields): object {
  const { job, reason } = stopRequest(host, request)
  host.scheduler.terminate(job, reason)
  return {}
}

function cancelJob(host: BatchHost, request: Fields): object {
  const { job, reason } = stopRequest(host, request)
  host.scheduler.cancel(job, reason)
  return {}
}

function stopRequest({ jobs }: BatchHost, request: Fields): { readonly job: BatchJob; readonly reason: string } {
  const id = textOf(request, 'jobId')
  const reason = textOf(request, 'reason')
  if (reason.length > 1024) throw clientError('reason allows at most 1024 characters')
  const job = jobs.get(id)
  if (!job) throw clientError(`Job ${id} does not exist`)
  return { job, reason }
}

const statuses: readonly JobStatus[] = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED'
]

/** Jobs of a queue in one state (default: RUNNING), or in any state with the filter JOB_NAME. */
function listJobs({ jobs, registry }: BatchHost, request: Fields): object {
  const queue = nameIn(textOf(request, 'jobQueue'), 'job-queue', registry)
  if (!registry.queues.has(queue)) throw clientError(`JobQueue ${queue} does not exist`)
  const status = (request.jobStatus ?? 'RUNNING') as JobStatus
  if (!statuses.includes(status)) throw clientError(`jobStatus must be one of ${statuses.join(', ')}`)
  const filters = (request.filters ?? []) as readonly { name: string; values: readonly string[] }[]
  if (filters.some(({ name }) => name !== 'JOB_NAME')) throw clientError('The stand-in filters by JOB_NAME only')
  const isNamed = (name: string): boolean =>
    filters.every(({ values }) =>
      values.some((value) =>
        value.endsWith('*') ? name.toLowerCase().startsWith(value.slice(0, -1).toLowerCase()) : name === value
      )
    )
  const found = [...jobs.values()].filter(
    (job) => job.queue === queue && isNamed(job.name) && (filters.length > 0 || job.status === status)
  )
  const start = Number(request.nextToken ?? 0)
  const end = start + Math.min(Number(request.maxResults ?? 100), 100)
  return {
    jobSummaryList: found.slice(start, end).map(jobSummary),
    ...(end < found.length ? { nextToken: String(end) } : {})
  }
}
