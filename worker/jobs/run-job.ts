import { within, withinAfter } from '../async/time-limit.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { isOver, type Job, type JobProgress, type JobResult } from '../contract/job.ts'
import { exitCodeOf } from '../contract/result.ts'
import type { DownloadLink } from '../contract/store.ts'
import { createReporter, type JobReporter } from '../report/job-reporter.ts'
import type { Log } from '../report/log.ts'
import { openDocuments, openStore } from '../stores/open-store.ts'
import { beginAttempt, exitCodeOfEnd, failureOf, jobExitCodes, stopAttempt } from './attempt.ts'
import { endJob, GarbledJobError, type JobEnd } from './document.ts'
import { exportJob } from './export-job.ts'
import { Jobs } from './jobs.ts'
import { ThrottledProgress } from './progress.ts'
import type { JobSettings } from './settings.ts'

/*
 * One attempt of a job, from its document to its last report. A stop from outside (SIGTERM) has 30 s before the kill; it takes
 * less than 20 though S3 and Slack be silent, the sum of the bounds below.
 */

/** For the export to end after a stop, its upload aborted. */
const stopMs = 5_000
/** For learning why, and writing it down; the patience leaves room for a request that is silent at its end. */
const settleMs = 5_000
const settlePatienceMs = 3_500
/** For the last report, and for noting it in the document: the front end may be silent, and S3 after that. */
const hurried = { reportMs: 6_000, noteMs: 1_500 } as const
/** The same without a stop. If the front end is down for longer, the handler of Batch events reports the end. */
const unhurried = { reportMs: 40_000, noteMs: 20_000 } as const
/** A reporter keeps its time; one that does not is left alone. */
const graceMs = 500

export interface RunJobOptions extends Omit<JobSettings, 'logLevel'> {
  /** Aborts when the container has to stop. */
  readonly signal: AbortSignal
  readonly nowMs: () => number
  /** Its lines have the job and the attempt. */
  readonly log: Log
  /** `name version`, for the manifest. */
  readonly tool: string
}

/** Runs one attempt of a job and gives the exit code of its container. Fails only for a mistake of ours. */
export async function runJob(options: RunJobOptions): Promise<number> {
  await using documents = openDocuments(options.output)
  const { prefix } = options.config.output
  const jobs = new Jobs({ documents, prefix, nowMs: options.nowMs })
  const run = new JobRun(options, jobs)
  try {
    return await withinAfter(run.signal, stopMs, 'Stopping the export', () => run.work())
  } catch (error) {
    if (!run.signal.aborted) throw error
    const patienceMs = Math.min(settlePatienceMs, options.output.patienceMs ?? settlePatienceMs)
    await using hasty = openDocuments({ ...options.output, patienceMs })
    return await run.settle(new Jobs({ documents: hasty, prefix, nowMs: options.nowMs }))
  }
}

/** An attempt under way: the document as this process knows it, and its reporter. */
class JobRun {
  readonly #options: RunJobOptions
  readonly #jobs: Jobs
  readonly #log: Log
  #reporter: JobReporter | undefined
  readonly #noticed = new AbortController()
  #job: Job | undefined
  #isReported = false
  /** Aborts when the container must stop, or the document says that the job is cancelled or over. */
  readonly signal: AbortSignal

  constructor(options: RunJobOptions, jobs: Jobs) {
    this.#options = options
    this.#jobs = jobs
    this.#log = options.log
    this.signal = AbortSignal.any([options.signal, this.#noticed.signal])
  }

  /** From the document to the last report. Fails only when stopped. */
  async work(): Promise<number> {
    try {
      const job = await this.#begin()
      if (typeof job === 'number') return job
      const result = await this.#export(job)
      return await this.#end({ state: result.status, result })
    } catch (error) {
      this.signal.throwIfAborted()
      return this.#fail(error)
    }
  }

  /** The end of a stopped attempt: the document says why it was stopped. Never fails. */
  async settle(jobs: Jobs): Promise<number> {
    const { id, attempt, nowMs } = this.#options
    this.#log.info('stopping', { reason: messageOf(this.signal.reason) })
    const stop = (job: Job): Job => stopAttempt(job, attempt, nowMs())
    const settled = await this.#try('settling', settleMs, () =>
      jobs.update(id, (job) => (isOver(job.state) ? undefined : stop(job)))
    )
    const last = this.#job && !isOver(this.#job.state) ? stop(this.#job) : this.#job
    const job = settled ?? last
    if (!job) return jobExitCodes.interrupted
    this.#job = job
    this.#logState('stopped', job)
    if (isOver(job.state)) await this.#report(job, jobs, hurried)
    else await this.#try('reporting', hurried.reportMs + graceMs, () => this.#reporterOf(job).interrupted(job))
    return isOver(job.state) ? exitCodeOfEnd(job) : jobExitCodes.interrupted
  }

  /** The job, its attempt noted; or an exit code where there is nothing to do. */
  async #begin(): Promise<Job | number> {
    const { id, attempt, nowMs } = this.#options
    const found = this.#keep(await this.#jobs.find(id))
    if (!found) {
      this.#log.error('no-record')
      return jobExitCodes.wrong
    }
    if (isOver(found.state)) {
      this.#logState('already-over', found)
      // An earlier attempt has ended it, and was killed before it could report that.
      const isUnreported = found.attempts.length > 0 && found.toldAt === undefined && found.tellingAt === undefined
      if (isUnreported) await this.#report(found, this.#jobs, unhurried)
      return jobExitCodes.answered
    }
    this.signal.throwIfAborted()
    const begin = (job: Job): Job | undefined => (isOver(job.state) ? undefined : beginAttempt(job, attempt, nowMs()))
    const begun = this.#keep(await this.#jobs.update(id, begin)) ?? found
    if (isOver(begun.state)) return this.#reportEnd(begun)
    this.#logState('started', begun)
    this.#reporterOf(begun).running(begun)
    return begun
  }

  async #export(job: Job): Promise<JobResult> {
    const progress = this.#createProgress()
    const result = await exportJob(job, {
      ...this.#options,
      signal: this.signal,
      listener: {
        onPlanned: (total, choice) => {
          const { objects, storedBytes } = total
          this.#log.info('planned', { objects, storedBytes, engines: choice.engines })
          progress.listener.onPlanned(total, choice)
        },
        onProgress: progress.listener.onProgress,
        onCategory: progress.listener.onCategory,
        onLeftBehind: (text) => this.#log.warn('left-behind', { text })
      }
    })
    await progress.settled()
    return result
  }

  #createProgress(): ThrottledProgress {
    return new ThrottledProgress({
      report: (live) => {
        // An export that does not stop must not report after the end was reported.
        if (!this.signal.aborted) this.#reporterOf(this.#job!).progress(this.#job!, live)
      },
      keep: (progress) => this.#keepProgress(progress),
      nowMs: this.#options.nowMs
    })
  }

  /** Writes progress down, and learns whether the job was cancelled or ended. */
  async #keepProgress(progress: JobProgress): Promise<void> {
    try {
      const job = await this.#jobs.update(this.#options.id, (current) =>
        current.state === 'running' ? { ...current, progress } : undefined
      )
      this.#keep(job)
      this.#log.info('progress', { ...progress })
      if (job && job.state !== 'running') this.#noticed.abort(new Error(`the job document says ${job.state}`))
    } catch (error) {
      this.#log.warn('progress-not-kept', { message: messageOf(error) })
    }
  }

  async #fail(error: unknown): Promise<number> {
    const { config } = this.#options
    const environment = this.#job?.request.environment ?? ''
    const failure = failureOf(error, { environment, maxArchiveBytes: config.limits.maxArchiveBytes })
    const stack = error instanceof IotLogError ? {} : { stack: (error as Error).stack }
    this.#log.error('failed', { code: failure.code, message: failure.operatorText, ...stack })
    if (error instanceof GarbledJobError) return jobExitCodes.wrong
    const exitCode = error instanceof IotLogError ? exitCodeOf(error.code) : jobExitCodes.failed
    if (!this.#job) return exitCode
    const endCode = await this.#end({ state: 'failed', failure })
    return endCode === jobExitCodes.failed ? exitCode : endCode
  }

  /** Writes the end down and reports it. A failure is reported even when it can't be written. */
  async #end(end: JobEnd): Promise<number> {
    const { id, nowMs } = this.#options
    try {
      this.#keep(await this.#jobs.end(id, end))
    } catch (error) {
      if (end.state !== 'failed') throw error
      this.#log.warn('end-not-kept', { message: messageOf(error) })
    }
    const job = this.#job!
    return this.#reportEnd(isOver(job.state) ? job : endJob(job, end, nowMs()))
  }

  async #reportEnd(job: Job): Promise<number> {
    this.#keep(job)
    this.#logState('over', job)
    await this.#report(job, this.#jobs, unhurried)
    return exitCodeOfEnd(job)
  }

  /**
   * Reports the end, and notes that it was reported. Without that note the handler of Batch events reports it when this
   * container has gone. A second call cuts a first one short.
   */
  async #report(job: Job, jobs: Jobs, { reportMs, noteMs }: typeof hurried | typeof unhurried): Promise<void> {
    if (this.#isReported) return
    const isReported = await this.#try('reporting', reportMs + graceMs, () => this.#reporterOf(job).over(job, reportMs))
    if (!isReported) return
    this.#isReported = true
    await this.#try('noting', noteMs, () => jobs.noteReported(job.id))
  }

  /** @throws IotLogError (`wrong-config`) for a front end that this container lacks */
  #reporterOf(job: Job): JobReporter {
    const jobs = this.#jobs
    const { config, id, nowMs, reporters } = this.#options
    this.#reporter ??= createReporter(job, reporters, {
      config,
      onReply: async (reply) => void this.#keep(await jobs.update(id, (current) => ({ ...current, reply }))),
      countRunning: () => jobs.countRunning(),
      presign: (over) => presign(over, this.#options),
      nowMs,
      log: this.#log
    })
    return this.#reporter
  }

  /** What this process knows of the job, for when the document can't be read. */
  #keep(job: Job | undefined): Job | undefined {
    this.#job = job ?? this.#job
    return job
  }

  async #try<T>(what: string, limitMs: number, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(limitMs, what, call)
    } catch (error) {
      this.#log.warn(`${what}-failed`, { message: messageOf(error) })
      return undefined
    }
  }

  #logState(event: string, { state, result, failure }: Job): void {
    const lines = result?.entries.reduce((sum, entry) => sum + entry.lines, 0)
    const counts = result && {
      objects: result.objects,
      lines,
      archiveBytes: result.archive?.bytes,
      seconds: result.seconds
    }
    this.#log.info(event, { state, ...counts, ...(failure && { code: failure.code, message: failure.operatorText }) })
  }
}

async function presign({ result }: Job, { config, output, nowMs }: RunJobOptions): Promise<DownloadLink> {
  await using store = openStore(output)
  return store.link!(result!.archive!.key, config.output.linkMinutes, nowMs())
}
