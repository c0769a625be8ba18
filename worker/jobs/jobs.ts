import type { Documents } from '../contract/documents.ts'
import { encodeJob, isOver, type Job, jobKeys } from '../contract/job.ts'
import { dayMs } from '../contract/window.ts'
import {
  type ClaimedJob,
  type ClaimOptions,
  JobClaims,
  mostTries,
  type Standing,
  type StoredJob,
  tooBusy
} from './claims.ts'
import { createJob, endJob, GarbledJobError, type JobEnd, readJob, type WantedJob } from './document.ts'
import { createJobId, isJobId, timePrefix } from './id.ts'
import { lossOf } from './lost-job.ts'

export type { ClaimedJob, ClaimOptions, Standing, StoredJob } from './claims.ts'
export { endJob, GarbledJobError, type JobEnd, type WantedJob } from './document.ts'

/*
 * Job documents. Several processes change them: the ingress, the worker and the handler of Batch's events. Every change
 * is a conditional put; when another process was faster, it is retried from the newer document. claims.ts says how a
 * request becomes a job, lost-job.ts when a job counts as lost.
 */

/** The default: three hours. */
const longestSilenceMs = 3 * 3_600_000
/** Jobs of one asker that are read for a list. */
const mostListed = 50
/** Markers of running jobs that are counted. */
const mostCounted = 1_000

export interface JobsOptions {
  readonly documents: Documents
  /** The output prefix: documents lie under its `jobs/`. */
  readonly prefix: string
  readonly nowMs: () => number
  readonly createId?: () => string
  /** After how long without a sign of life a job is lost; it must be longer than an attempt may take. */
  readonly silenceMs?: number
}

/** The job documents of one output store. @throws IotLogError from every call when the store refuses */
export class Jobs {
  readonly #documents: Documents
  readonly #prefix: string
  readonly #nowMs: () => number
  readonly #createId: () => string
  readonly #silenceMs: number
  readonly #claims: JobClaims

  constructor(options: JobsOptions) {
    const { documents, prefix, nowMs, createId = () => createJobId(nowMs()), silenceMs = longestSilenceMs } = options
    this.#documents = documents
    this.#prefix = prefix
    this.#nowMs = nowMs
    this.#createId = createId
    this.#silenceMs = silenceMs
    this.#claims = new JobClaims({ documents, prefix, nowMs, look: (id) => this.look(id) })
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

  /** Undefined for an id without a document, and for what is no id. @throws GarbledJobError */
  async find(id: string): Promise<Job | undefined> {
    return (await this.#read(id))?.job
  }

  /**
   * The job for a user who asks what became of it: one that is lost is ended first. Undefined when it has no document,
   * or none that can be read.
   */
  async look(id: string): Promise<Job | undefined> {
    const job = await this.#findReadable(id)
    const isLost = job && lossOf(job, this.#nowMs(), this.#silenceMs)
    if (!isLost) return job
    return this.update(id, (current) => {
      const end = lossOf(current, this.#nowMs(), this.#silenceMs)
      return end && endJob(current, end, this.#nowMs())
    })
  }

  /**
   * Changes a job document and returns the job as it is then; undefined when there is none. `change` is called again
   * when another process was faster; it returns undefined to leave the document as it is. A caller that has just read
   * or written the document passes what it was.
   */
  async update(id: string, change: (job: Job) => Job | undefined, known?: StoredJob): Promise<Job | undefined> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = (tries === 0 ? known : undefined) ?? (await this.#read(id))
      if (!found) return undefined
      const changed = change(found.job)
      if (!changed) return found.job
      const version = await this.#documents.replace(this.#documentKey(id), encodeJob(changed), found.version)
      if (version === undefined) continue
      if (isOver(changed.state) && !isOver(found.job.state)) await this.#removeMarker(changed)
      return changed
    }
    throw tooBusy(this.#documentKey(id))
  }

  /** Notes that the asker knows of the end. */
  async noteReported(id: string): Promise<void> {
    const toldAt = new Date(this.#nowMs()).toISOString()
    await this.update(id, (job) => (job.toldAt === undefined ? { ...job, toldAt } : undefined))
  }

  /**
   * Moves a job to its end and takes its marker away. The first end wins: a job that is over stays as it is. Gives the
   * job as it is then; undefined when there is none.
   */
  async end(id: string, end: JobEnd): Promise<Job | undefined> {
    let wasOver = false
    const job = await this.update(id, (current) => {
      wasOver = isOver(current.state)
      return wasOver ? undefined : endJob(current, end, this.#nowMs())
    })
    // The process that ended it may have died before it removed the marker.
    if (job && wasOver) await this.#removeMarker(job)
    return job
  }

  /** The asker's jobs of the last day, running and over, the newest first; the newest 50 and all that run. */
  async jobsOf(team: string, user: string): Promise<readonly Job[]> {
    const prefixes = [jobKeys.byAsker(this.#prefix, team, user), jobKeys.running(this.#prefix, team, user)]
    const since = timePrefix(this.#nowMs() - dayMs)
    const lists = await Promise.all(prefixes.map((prefix) => this.#documents.list(prefix, mostCounted, prefix + since)))
    const [asked, running] = lists.map((keys) => keys.map((key) => key.slice(key.lastIndexOf('/') + 1)))
    const ids = [...new Set([...asked!.slice(-mostListed), ...running!])].sort().reverse()
    const jobs = await Promise.all(ids.map((id) => this.look(id)))
    return jobs.filter((job) => job !== undefined)
  }

  /** How many jobs run in all, up to 1,000, for the interval of updates. */
  async countRunning(): Promise<number> {
    return (await this.#documents.list(`${this.#prefix}jobs/running/`, mostCounted)).length
  }

  /** One that stays is counted until it expires, and no more. */
  async #removeMarker(job: Job): Promise<void> {
    await this.#documents.remove(this.#runningKey(job)).catch(() => {})
  }

  async #read(id: string): Promise<StoredJob | undefined> {
    if (!isJobId(id)) return undefined
    const document = await this.#documents.read(this.#documentKey(id))
    return document && { job: readJob(document.bytes, id), version: document.version }
  }

  async #findReadable(id: string): Promise<Job | undefined> {
    try {
      return await this.find(id)
    } catch (error) {
      if (error instanceof GarbledJobError) return undefined
      throw error
    }
  }

  #documentKey(id: string): string {
    return jobKeys.record(this.#prefix, id)
  }

  #runningKey({ id, asker }: Job): string {
    return jobKeys.running(this.#prefix, asker.team, asker.user, id)
  }
}
