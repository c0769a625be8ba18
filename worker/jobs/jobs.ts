import type { Records } from '../contract/documents.ts'
import { encodeJob, isOver, type Job, jobKeys } from '../contract/job.ts'
import { dayMs } from '../contract/window.ts'
import {
  type ClaimedJob,
  type ClaimOptions,
  JobClaims,
  mostTries,
  type RecordedJob,
  type Standing,
  tooBusy
} from './claims.ts'
import { createJob, endJob, GarbledJobError, type JobEnd, readJob, type WantedJob } from './document.ts'
import { createJobId, isJobId, timePrefix } from './id.ts'
import { lossOf } from './lost-job.ts'

export type { ClaimedJob, ClaimOptions, RecordedJob, Standing } from './claims.ts'
export { endJob, GarbledJobError, type JobEnd, type WantedJob } from './document.ts'

/*
 * The records of jobs as several processes change them: the ingress, the worker and the handler of Batch's events. Every
 * change is a conditional put, tried again from what somebody else has made of it. How a request becomes a job stands in
 * job-claims.ts, when a job counts as lost in lost-job.ts.
 */

/** Three hours, unless the configuration tells how long a job may take. */
const longestSilenceMs = 3 * 3_600_000
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
  /** After how long without a sign of life a job is lost; it must be longer than an attempt may take. */
  readonly silenceMs?: number
}

/** The job records of one output store. @throws IotLogError from every call when the store refuses */
export class Jobs {
  readonly #records: Records
  readonly #prefix: string
  readonly #nowMs: () => number
  readonly #createId: () => string
  readonly #silenceMs: number
  readonly #claims: JobClaims

  constructor(options: JobsOptions) {
    const { records, prefix, nowMs, createId = () => createJobId(nowMs()), silenceMs = longestSilenceMs } = options
    this.#records = records
    this.#prefix = prefix
    this.#nowMs = nowMs
    this.#createId = createId
    this.#silenceMs = silenceMs
    this.#claims = new JobClaims({ records, prefix, nowMs, look: (id) => this.look(id) })
  }

  /** For a job that is about to be claimed. */
  createId(): string {
    return this.#createId()
  }

  /** What stands for a request of a workspace (its {@link digestOf}). */
  standingFor(digest: string): Promise<Standing> {
    return this.#claims.standingFor(digest)
  }

  /**
   * One request of a workspace is one job: the one that runs, the one that has succeeded in the last 10 minutes, or a
   * new one, however many ask at once. A new one must be submitted by the caller, or ended.
   */
  claim(wanted: WantedJob, { id = this.#createId(), ...options }: ClaimOptions = {}): Promise<ClaimedJob> {
    return this.#claims.claim(createJob(wanted, id, this.#nowMs()), options)
  }

  /** Undefined for an id without a record, and for what is no id. @throws GarbledJobError */
  async find(id: string): Promise<Job | undefined> {
    return (await this.#read(id))?.job
  }

  /**
   * The job for whoever asks what became of it: one that is lost is ended first. Undefined where there is no record, or
   * none that can be read: nobody waits for that.
   */
  async look(id: string): Promise<Job | undefined> {
    const job = await this.#findReadable(id)
    const isLost = job && lossOf(job, this.#nowMs(), this.#silenceMs)
    if (!isLost) return job
    return this.update(id, (standing) => {
      const end = lossOf(standing, this.#nowMs(), this.#silenceMs)
      return end && endJob(standing, end, this.#nowMs())
    })
  }

  /**
   * Changes a record and gives it as it is then; undefined when there is none. `change` may be called again when
   * somebody else was faster, and returns undefined to leave the record as it is. Who has just read or written it says
   * what it was.
   */
  async update(id: string, change: (job: Job) => Job | undefined, known?: RecordedJob): Promise<Job | undefined> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = (tries === 0 ? known : undefined) ?? (await this.#read(id))
      if (!found) return undefined
      const changed = change(found.job)
      if (!changed) return found.job
      const version = await this.#records.replace(this.#recordKey(id), encodeJob(changed), found.version)
      if (version === undefined) continue
      if (isOver(changed.state) && !isOver(found.job.state)) await this.#removeMarker(changed)
      return changed
    }
    throw tooBusy(this.#recordKey(id))
  }

  /** Notes that the asker knows of the end. */
  async noteTold(id: string): Promise<void> {
    const toldAt = new Date(this.#nowMs()).toISOString()
    await this.update(id, (job) => (job.toldAt === undefined ? { ...job, toldAt } : undefined))
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
    if (job && wasOver) await this.#removeMarker(job)
    return job
  }

  /** The asker's jobs of the last day, running and over, the newest first; the newest 50 and all that run. */
  async jobsOf(team: string, user: string): Promise<readonly Job[]> {
    const prefixes = [jobKeys.byAsker(this.#prefix, team, user), jobKeys.running(this.#prefix, team, user)]
    const since = timePrefix(this.#nowMs() - dayMs)
    const lists = await Promise.all(prefixes.map((prefix) => this.#records.list(prefix, mostCounted, prefix + since)))
    const [asked, running] = lists.map((keys) => keys.map((key) => key.slice(key.lastIndexOf('/') + 1)))
    const ids = [...new Set([...asked!.slice(-mostListed), ...running!])].sort().reverse()
    const jobs = await Promise.all(ids.map((id) => this.look(id)))
    return jobs.filter((job) => job !== undefined)
  }

  /** How many jobs run in all, up to 1,000, for the interval of updates. */
  async countRunning(): Promise<number> {
    return (await this.#records.list(`${this.#prefix}jobs/running/`, mostCounted)).length
  }

  /** One that stays is counted until it expires, and no more. */
  async #removeMarker(job: Job): Promise<void> {
    await this.#records.remove(this.#runningKey(job)).catch(() => {})
  }

  async #read(id: string): Promise<RecordedJob | undefined> {
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
}
