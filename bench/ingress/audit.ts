import { decodeJob, isOver, type Job } from '../../worker/contract/job.ts'
import { judge, type Verdict } from './command.ts'
import type { Sent } from './load.ts'
import type { Outcome } from './place.ts'

/** Differences between the answers to people, the jobs in Batch and the job documents: one line for each. */
export interface Findings {
  /** The answer says started, but Batch has no job or there is no job document; or the answer is not allowed. */
  readonly lost: readonly string[]
  /** More than one job that would run for one request. */
  readonly doubled: readonly string[]
  /** The answer says not started, but a job would run; or a job or document without a command. */
  readonly stray: readonly string[]
  /** A job runs, but its document does not name its Batch job: slow services may leave no time for that. */
  readonly unnamed: readonly string[]
}

/** Compares every answer with what stands in Batch and S3; answers that are not allowed are lost commands. */
export function audit(
  sent: readonly Sent[],
  { submissions, records }: Outcome,
  allows: (verdict: Verdict, one: Sent) => boolean
): Findings {
  const jobs = new Map(records.map((text) => decodeJob(Buffer.from(text))).map((job) => [job.id, job]))
  const given = Map.groupBy(submissions, ({ jobId }) => jobs.get(jobId)?.request.identifiers[0] ?? `job ${jobId}`)
  const asked = Map.groupBy(sent, ({ command }) => command.identifier)
  const lost: string[] = []
  const doubled: string[] = []
  const unnamed: string[] = []
  const stray = [...given.keys()].filter((name) => !asked.has(name)).map((name) => `${name} has no command`)
  for (const [identifier, own] of asked) {
    const verdicts = own.map(({ command, answer }) => judge(command, answer))
    const running = (given.get(identifier) ?? []).filter((one) => runs(jobs.get(one.jobId)))
    const isNamed = running.every(({ jobId, batchJobId }) => {
      const job = jobs.get(jobId)
      return job?.batch?.jobId === batchJobId && job.asker.user === own[0]!.command.user
    })
    const starts = verdicts.filter((verdict) => verdict === 'started').length
    for (const [at, verdict] of verdicts.entries()) {
      if (!allows(verdict, own[at]!))
        lost.push(`${identifier} was answered ${own[at]!.answer.status}: ${own[at]!.answer.text}`)
    }
    if (starts > 0 && running.length === 0) lost.push(`${identifier} was said to have started, and Batch has no job`)
    if (starts === 0 && verdicts.includes('running')) lost.push(`${identifier} was said to run, but was not started`)
    if (!isNamed) unnamed.push(`${identifier} runs, and its record does not name its Batch job`)
    if (starts > 1 || running.length > 1)
      doubled.push(`${identifier} was started ${Math.max(starts, running.length)} times`)
    if (starts === 0 && running.length > 0) stray.push(`${identifier} runs, but no answer says so`)
  }
  return { lost, doubled, stray, unnamed }
}

/** A worker leaves at once where its record is over. */
const runs = (job: Job | undefined): boolean => job === undefined || !isOver(job.state)
