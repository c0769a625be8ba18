import type { Config, Environment } from '../../worker/contract/config.ts'
import type { Documents } from '../../worker/contract/documents.ts'
import { IotLogError } from '../../worker/contract/errors.ts'
import type { Job, JobAsker } from '../../worker/contract/job.ts'
import type { Store, StoreSettings } from '../../worker/contract/store.ts'
import { Jobs } from '../../worker/jobs/jobs.ts'
import { openDocuments, openStore } from '../../worker/stores/open-store.ts'
import { storeOf } from '../../worker/stores/store-of.ts'
import type { Deadline, Share } from './deadline.ts'

/*
 * Where the jobs of an environment are kept: beside its logs, or all in `output.store`. An id does not name its location,
 * so a search by id looks in every location.
 */

export interface Location {
  readonly documents: Documents
  readonly jobs: Jobs
  /** Where the archives are. */
  readonly store: Store
}

export interface FoundJob {
  readonly location: Location
  readonly job: Job
}

/** What could be read of a person's jobs, the newest first, and what of the locations they are in could not. */
export interface FoundJobs {
  readonly found: readonly FoundJob[]
  readonly failures: readonly unknown[]
}

export interface LocationsOptions {
  readonly config: Config
  readonly nowMs: () => number
  /** How long requests to a bucket that refuses or is silent are retried. */
  readonly patienceMs: number
}

export class Locations {
  readonly #byEnvironment: ReadonlyMap<string, Location>
  readonly #default: Location

  /**
   * Nothing is loaded or sent before the first use of a location.
   * @throws IotLogError (`wrong-config`) when no job could run anywhere, or documents would lie in a directory
   */
  constructor({ config, nowMs, patienceMs }: LocationsOptions) {
    const byUrl = new Map<string, Location>()
    const open = (environment: Environment): Location => {
      const settings = { ...storeOf(environment, config.output.store), patienceMs }
      const location = byUrl.get(settings.url) ?? openLocation(settings, config, nowMs)
      byUrl.set(settings.url, location)
      return location
    }
    const environments = [...config.environments.values()].filter(isSubmittable)
    if (environments.length === 0) throw new IotLogError('wrong-config', 'No environment has `submit`: no job can run')
    this.#byEnvironment = new Map(environments.map((environment) => [environment.name, open(environment)]))
    this.#default = this.#byEnvironment.get(config.defaultEnvironment) ?? this.all[0]!
  }

  /** The location of the default environment, or of the first that has jobs; what belongs to none is kept there. */
  get default(): Location {
    return this.#default
  }

  get all(): readonly Location[] {
    return [...new Set(this.#byEnvironment.values())]
  }

  of(environment: string): Location {
    const location = this.#byEnvironment.get(environment)
    if (location) return location
    throw new IotLogError('wrong-config', `environments.${environment}.submit is missing: no job can run there`)
  }

  /** Looks for a job everywhere; a location that can't be read, or is slow, matters only when no other has it. */
  find(id: string): Promise<FoundJob | undefined> {
    return this.#firstWith(({ jobs }) => jobs.find(id))
  }

  /** The same, but ends a lost job first: see Jobs.look. */
  look(id: string): Promise<FoundJob | undefined> {
    return this.#firstWith(({ jobs }) => jobs.look(id))
  }

  /**
   * A person's jobs of the last day, from the locations that give them in time.
   * @throws what the first location threw when none did
   */
  async jobsOf({ team, user }: JobAsker, deadline: Deadline, share: Share = {}): Promise<FoundJobs> {
    const lists = await Promise.allSettled(
      this.all.map(async (location) => {
        const list = () => location.jobs.jobsOf(team, user)
        return (await deadline.within('jobs of the person', list, share)).map((job) => ({ location, job }))
      })
    )
    const failures = lists.flatMap((list) => (list.status === 'rejected' ? [list.reason as unknown] : []))
    if (failures.length === lists.length) throw failures[0]
    const found = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
    return { found: found.sort((a, b) => (a.job.id < b.job.id ? 1 : -1)), failures }
  }

  async #firstWith(read: (location: Location) => Promise<Job | undefined>): Promise<FoundJob | undefined> {
    const absent = new Error('absent')
    const looks = this.all.map(async (location) => {
      const job = await read(location)
      if (!job) throw absent
      return { location, job }
    })
    try {
      return await Promise.any(looks)
    } catch (error) {
      const failure = (error as AggregateError).errors.find((one) => one !== absent)
      if (failure !== undefined) throw failure
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.all.flatMap(({ documents, store }) => [documents[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
    )
  }
}

/** Whether jobs can run for an environment. */
export const isSubmittable = ({ submit }: Environment): boolean => submit !== undefined

/** Added to an attempt's time-out: a job waits for its machine, and the event of its end takes time. */
const marginMinutes = 60

function openLocation(settings: StoreSettings, { output, limits }: Config, nowMs: () => number): Location {
  const documents = openDocuments(settings)
  const silenceMs = (limits.jobMinutes + marginMinutes) * 60_000
  return {
    documents,
    jobs: new Jobs({ documents, prefix: output.prefix, nowMs, silenceMs }),
    store: openStore(settings)
  }
}
