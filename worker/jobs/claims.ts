import type { Documents } from '../contract/documents.ts'
import { IotLogError } from '../contract/errors.ts'
import { encodeJob, isOver, isSuccess, type Job, jobKeys, reuseMs } from '../contract/job.ts'

/*
 * How a request becomes one job, however many ask at once: a document is written first and the pointer of its request
 * after it, so that what a pointer names is there. The process that gets the pointer owns the job.
 */

/** How often a change is retried when another process was faster; each time the other one made progress. */
export const mostTries = 20

/** A document as it was written or read. */
export interface StoredJob {
  readonly job: Job
  readonly version: string
}

/** What stands for a request: a job that runs, one that has its result, or none; and by which pointer. */
export type Standing = { readonly pointer: string | undefined } & (
  | { readonly kind: 'running' | 'finished'; readonly job: Job }
  | { readonly kind: 'none' }
)

/** The job of a request: whether it has to be submitted, goes on already, has its result, or found no room. */
export type ClaimedJob =
  | ({ readonly kind: 'new' } & StoredJob)
  | { readonly kind: 'running' | 'finished'; readonly job: Job }
  | { readonly kind: 'no-room'; readonly job: Job }

export interface ClaimOptions {
  /** Of the new job, so that a caller can end it without waiting for a silent claim. */
  readonly id?: string
  /** What stood for the request a moment ago. */
  readonly seen?: Standing
  /** Takes what a new job needs before its request names it; false when there is none. */
  readonly reserve?: (job: Job) => Promise<boolean>
}

interface JobClaimsOptions {
  readonly documents: Documents
  readonly prefix: string
  readonly nowMs: () => number
  /** Jobs.look */
  readonly look: (id: string) => Promise<Job | undefined>
}

export class JobClaims {
  readonly #options: JobClaimsOptions
  readonly #documents: Documents
  readonly #prefix: string

  constructor(options: JobClaimsOptions) {
    this.#options = options
    this.#documents = options.documents
    this.#prefix = options.prefix
  }

  async standingFor(digest: string): Promise<Standing> {
    const { pointer, job } = await this.#namedFor(digest)
    return this.#standingOf(job, pointer)
  }

  /** Gives what stands for the request of this job, or this job, which stands for it from now on. */
  async claim(mine: Job, { seen, reserve = async () => true }: Omit<ClaimOptions, 'id'>): Promise<ClaimedJob> {
    let version: string | undefined
    try {
      for (let tries = 0; tries < mostTries; tries++) {
        const named = tries === 0 && seen ? undefined : await this.#namedFor(mine.digest)
        // The answer to the write that won it was lost.
        if (version !== undefined && named?.job?.id === mine.id) return { kind: 'new', job: mine, version }
        const standing = named ? this.#standingOf(named.job, named.pointer) : seen!
        if (standing.kind !== 'none') {
          if (version !== undefined) await this.#forget(mine)
          return standing
        }
        if (version === undefined) {
          version = await this.#write(mine)
          const [isReserved] = await settled([reserve(mine), this.#mark(mine)])
          if (!isReserved) {
            await this.#forget(mine)
            return { kind: 'no-room', job: mine }
          }
        }
        if (await this.#point(mine, standing.pointer)) return { kind: 'new', job: mine, version }
      }
      throw tooBusy(jobKeys.byRequest(this.#prefix, mine.digest))
    } catch (error) {
      // The next request must not wait for a job that is never submitted.
      if (version !== undefined) await this.#forget(mine)
      throw error
    }
  }

  async #namedFor(digest: string): Promise<{ readonly pointer: string | undefined; readonly job: Job | undefined }> {
    const pointer = await this.#documents.read(jobKeys.byRequest(this.#prefix, digest))
    return { pointer: pointer?.version, job: pointer && (await this.#options.look(pointer.bytes.toString())) }
  }

  /** What a job means for one who asks the same. */
  #standingOf(job: Job | undefined, pointer: string | undefined): Standing {
    if (!job) return { kind: 'none', pointer }
    if (!isOver(job.state)) return { kind: 'running', job, pointer }
    const isFresh = this.#options.nowMs() - Date.parse(job.endedAt ?? job.requestedAt) <= reuseMs
    return isSuccess(job.state) && isFresh ? { kind: 'finished', job, pointer } : { kind: 'none', pointer }
  }

  async #write(job: Job): Promise<string> {
    const version = await this.#documents.create(jobKeys.record(this.#prefix, job.id), encodeJob(job))
    if (version !== undefined) return version
    throw new IotLogError('internal', `There is a job of that id already: ${job.id}`, { subject: job.id })
  }

  /** What lists and counts go by. */
  async #mark(job: Job): Promise<void> {
    await settled(this.#markersOf(job).map((key) => this.#documents.create(key, Buffer.from(job.id))))
  }

  /** Whether the request names this job from now on. */
  async #point(job: Job, pointer: string | undefined): Promise<boolean> {
    const key = jobKeys.byRequest(this.#prefix, job.digest)
    const bytes = Buffer.from(job.id)
    const won =
      pointer === undefined ? this.#documents.create(key, bytes) : this.#documents.replace(key, bytes, pointer)
    return (await won) !== undefined
  }

  /** Removes a document that no pointer names. One that stays does no harm. */
  async #forget(job: Job): Promise<void> {
    const keys = [jobKeys.record(this.#prefix, job.id), ...this.#markersOf(job)]
    await Promise.allSettled(keys.map((key) => this.#documents.remove(key)))
  }

  #markersOf({ id, asker: { team, user } }: Job): string[] {
    return [jobKeys.running(this.#prefix, team, user, id), jobKeys.byAsker(this.#prefix, team, user, id)]
  }
}

/** As Promise.all, but all calls have ended when it fails, so that a removal is final. */
async function settled<T extends readonly unknown[] | []>(
  calls: T
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}

export function tooBusy(key: string): IotLogError {
  return new IotLogError('unavailable', `Others changed it ${mostTries} times in a row: ${key}`, { subject: key })
}
