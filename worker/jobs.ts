import { IotLogError } from './contract/errors.ts'
import { encodeJob, isOver, isSuccess, type Job, jobKeys, reuseMs } from './contract/job.ts'
import { dayMs } from './contract/window.ts'
import { createJobId, isJobId } from './job-id.ts'
import { createJob, endJob, GarbledJobError, type JobEnd, readJob, type WantedJob } from './job-record.ts'
import type { Records } from './stores/records.ts'

export { endJob, GarbledJobError, type JobEnd, type WantedJob } from './job-record.ts'

/*
 * The records of jobs as several processes change them: the ingress, the worker and the handler of Batch's events. A
 * record is written first and the pointer of its request after it, so that what a pointer names is there; whoever gets
 * the pointer has the job. Every change is a conditional put, tried again from what somebody else has made of it.
 */

/** How often a change is tried again when others are faster; each time somebody else got on. */
const mostTries = 20
/** A job that Batch was not given by then is not coming: whoever wanted to submit it has died. */
const unsubmittedMs = 60_000
/** Jobs of one asker that are read for a list. */
const mostListed = 50
/** Markers of running jobs that are counted. */
const mostCounted = 1_000

export interface JobsOptions {
  readonly records: Records
  /** The output prefix: records lie under its `jobs/`. */
  readonly prefix: string
  readonly nowMs: () => number
  readonly createId?: () => string
}

/** The job of a request, and whether it has to be submitted, goes on already, or has its result. */
export interface ClaimedJob {
  readonly kind: 'new' | 'running' | 'finished'
  readonly job: Job
}

/** The job records of one output store. @throws IotLogError from every call when the store refuses */
export class Jobs {
  readonly #records: Records
  readonly #prefix: string
  readonly #nowMs: () => number
  readonly #createId: () => string

  constructor({ records, prefix, nowMs, createId = () => createJobId(nowMs()) }: JobsOptions) {
    this.#records = records
    this.#prefix = prefix
    this.#nowMs = nowMs
    this.#createId = createId
  }

  /**
   * One request of a workspace is one job: the one that runs, the one that has succeeded in the last 10 minutes, or a
   * new one, however many ask at once. A new one must be submitted by the caller, or ended.
   */
  async claim(wanted: WantedJob): Promise<ClaimedJob> {
    const mine = createJob(wanted, this.#createId(), this.#nowMs())
    const pointerKey = jobKeys.byRequest(this.#prefix, mine.digest)
    let isWritten = false
    try {
      for (let tries = 0; tries < mostTries; tries++) {
        const pointer = await this.#records.read(pointerKey)
        const named = pointer && (await this.#jobNamedBy(pointer.bytes))
        // The answer to the write that won it was lost.
        if (named?.id === mine.id) return await this.#begin(mine)
        const kind = named && this.#kindOf(named)
        if (kind) {
          if (isWritten) await this.#forget(mine.id)
          return { kind, job: named }
        }
        if (!isWritten) isWritten = await this.#write(mine)
        const bytes = Buffer.from(mine.id)
        const version = pointer
          ? await this.#records.replace(pointerKey, bytes, pointer.version)
          : await this.#records.create(pointerKey, bytes)
        if (version !== undefined) return await this.#begin(mine)
      }
      throw tooBusy(pointerKey)
    } catch (error) {
      // Whoever asks next must not wait for a job that nobody submits.
      if (isWritten) await this.#forget(mine.id)
      throw error
    }
  }

  /** Undefined for an id without a record, and for what is no id. @throws GarbledJobError */
  async find(id: string): Promise<Job | undefined> {
    return (await this.#read(id))?.job
  }

  /**
   * Changes a record and gives it as it is then; undefined when there is none. `change` may be called again when
   * somebody else was faster, and returns undefined to leave the record as it is.
   */
  async update(id: string, change: (job: Job) => Job | undefined): Promise<Job | undefined> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await this.#read(id)
      if (!found) return undefined
      const changed = change(found.job)
      if (!changed) return found.job
      const version = await this.#records.replace(this.#recordKey(id), encodeJob(changed), found.version)
      if (version === undefined) continue
      if (isOver(changed.state) && !isOver(found.job.state)) await this.#records.remove(this.#runningKey(changed))
      return changed
    }
    throw tooBusy(this.#recordKey(id))
  }

  /**
   * Moves a job to its end and takes its marker away. The first end wins: a job that is over stays as it is. Gives the
   * job as it is then; undefined when there is none.
   */
  async end(id: string, end: JobEnd): Promise<Job | undefined> {
    let wasOver = false
    const job = await this.update(id, (standing) => {
      wasOver = isOver(standing.state)
      return wasOver ? undefined : endJob(standing, end, this.#nowMs())
    })
    // Whoever ended it may have died before its marker was gone.
    if (job && wasOver) await this.#records.remove(this.#runningKey(job))
    return job
  }

  /** The asker's jobs of the last day, running and over, the newest first; the newest 50 and all that run. */
  async jobsOf(team: string, user: string): Promise<readonly Job[]> {
    const prefixes = [this.#askerKey(team, user), jobKeys.running(this.#prefix, team, user)]
    const lists = await Promise.all(prefixes.map((prefix) => this.#records.list(prefix, mostCounted)))
    const [asked, running] = lists.map((keys) => keys.map((key) => key.slice(key.lastIndexOf('/') + 1)))
    const ids = [...new Set([...asked!.slice(-mostListed), ...running!])].sort().reverse()
    const jobs = await Promise.all(ids.map((id) => this.#findReadable(id)))
    const sinceMs = this.#nowMs() - dayMs
    return jobs.filter((job) => job !== undefined).filter((job) => Date.parse(job.requestedAt) >= sinceMs)
  }

  /** How many jobs run in all, up to 1,000, for the interval of updates. */
  async countRunning(): Promise<number> {
    return (await this.#records.list(`${this.#prefix}jobs/running/`, mostCounted)).length
  }

  /**
   * The job that a pointer names; undefined when its record has gone or can't be read, for which nobody waits. One that
   * Batch was never given is over: should it come yet, it finds so itself.
   */
  async #jobNamedBy(pointer: Buffer): Promise<Job | undefined> {
    const id = pointer.toString()
    const job = await this.#findReadable(id)
    if (!job || !isUnsubmitted(job, this.#nowMs())) return job
    return this.update(id, (standing) => {
      if (!isUnsubmitted(standing, this.#nowMs())) return undefined
      return endJob(standing, { state: 'failed', failure: neverSubmitted }, this.#nowMs())
    })
  }

  /** What a job means for one who asks the same; undefined when a new one is due. */
  #kindOf(job: Job): 'running' | 'finished' | undefined {
    if (!isOver(job.state)) return 'running'
    const isFresh = this.#nowMs() - Date.parse(job.endedAt ?? job.requestedAt) <= reuseMs
    return isSuccess(job.state) && isFresh ? 'finished' : undefined
  }

  async #write(job: Job): Promise<true> {
    const version = await this.#records.create(this.#recordKey(job.id), encodeJob(job))
    if (version !== undefined) return true
    throw new IotLogError('internal', `There is a job of that id already: ${job.id}`, { subject: job.id })
  }

  /** Takes a record away that no pointer names; one that stays does no harm. */
  async #forget(id: string): Promise<void> {
    await this.#records.remove(this.#recordKey(id)).catch(() => {})
  }

  /** What lists and counts go by. */
  async #begin(job: Job): Promise<ClaimedJob> {
    const { team, user } = job.asker
    const keys = [this.#runningKey(job), this.#askerKey(team, user, job.id)]
    await Promise.all(keys.map((key) => this.#records.create(key, Buffer.from(job.id))))
    return { kind: 'new', job }
  }

  async #read(id: string): Promise<{ readonly job: Job; readonly version: string } | undefined> {
    if (!isJobId(id)) return undefined
    const record = await this.#records.read(this.#recordKey(id))
    return record && { job: readJob(record.bytes, id), version: record.version }
  }

  async #findReadable(id: string): Promise<Job | undefined> {
    try {
      return await this.find(id)
    } catch (error) {
      if (error instanceof GarbledJobError) return undefined
      throw error
    }
  }

  #recordKey(id: string): string {
    return jobKeys.record(this.#prefix, id)
  }

  #runningKey({ id, asker }: Job): string {
    return jobKeys.running(this.#prefix, asker.team, asker.user, id)
  }

  #askerKey(team: string, user: string, id = ''): string {
    return `${this.#prefix}jobs/by-asker/${team}/${user}/${id}`
  }
}

const neverSubmitted = {
  code: 'internal',
  userText: 'The job was never started. Please ask again.',
  operatorText: `Batch was not given the job within ${unsubmittedMs / 1000} s`
}

function isUnsubmitted({ state, batch, requestedAt }: Job, nowMs: number): boolean {
  return state === 'submitted' && batch === null && nowMs - Date.parse(requestedAt) > unsubmittedMs
}

function tooBusy(key: string): IotLogError {
  return new IotLogError('unavailable', `Others changed it ${mostTries} times in a row: ${key}`, { subject: key })
}
