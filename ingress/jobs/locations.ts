import type { Config, Environment } from '../../worker/contract/config.ts'
import type { Documents } from '../../worker/contract/documents.ts'
import { IotLogError } from '../../worker/contract/errors.ts'
import type { Job } from '../../worker/contract/job.ts'
import type { Store, StoreSettings } from '../../worker/contract/store.ts'
import { Jobs } from '../../worker/jobs/jobs.ts'
import { openDocuments, openStore } from '../../worker/stores/open-store.ts'
import { storeOf } from '../../worker/stores/store-of.ts'
import type { Person } from './access.ts'
import type { Deadline, Share } from './deadline.ts'

/*
 * Where the jobs of an environment are kept: beside its logs, or all in `output.store`. A job's id does not tell which,
 * so who has an id alone looks in every place.
 */

export interface Place {
  readonly documents: Documents
  readonly jobs: Jobs
  /** Where the archives are. */
  readonly store: Store
}

export interface FoundJob {
  readonly place: Place
  readonly job: Job
}

/** What could be read of a person's jobs, the newest first, and what of the places they are in could not. */
export interface FoundJobs {
  readonly found: readonly FoundJob[]
  readonly failures: readonly unknown[]
}

export interface PlacesOptions {
  readonly config: Config
  readonly nowMs: () => number
  /** How long a bucket that refuses or is silent is asked again. */
  readonly patienceMs: number
}

export class Places {
  readonly #byEnvironment: ReadonlyMap<string, Place>
  readonly #default: Place

  /**
   * Nothing is loaded or sent before the first use of a place.
   * @throws IotLogError (`wrong-config`) when no job could run anywhere, or documents would lie in a directory
   */
  constructor({ config, nowMs, patienceMs }: PlacesOptions) {
    const byUrl = new Map<string, Place>()
    const open = (environment: Environment): Place => {
      const settings = { ...storeOf(environment, config.output.store), patienceMs }
      const place = byUrl.get(settings.url) ?? openPlace(settings, config, nowMs)
      byUrl.set(settings.url, place)
      return place
    }
    const environments = [...config.environments.values()].filter(isSubmittable)
    if (environments.length === 0) throw new IotLogError('wrong-config', 'No environment has `submit`: no job can run')
    this.#byEnvironment = new Map(environments.map((environment) => [environment.name, open(environment)]))
    this.#default = this.#byEnvironment.get(config.defaultEnvironment) ?? this.all[0]!
  }

  /** The place of the default environment, or of the first that has jobs; what belongs to none is kept there. */
  get default(): Place {
    return this.#default
  }

  get all(): readonly Place[] {
    return [...new Set(this.#byEnvironment.values())]
  }

  of(environment: string): Place {
    const place = this.#byEnvironment.get(environment)
    if (place) return place
    throw new IotLogError('wrong-config', `environments.${environment}.submit is missing: no job can run there`)
  }

  /** Looks for a job everywhere; a place that can't be read, or is slow, matters only when no other has it. */
  find(id: string): Promise<FoundJob | undefined> {
    return this.#firstWith(({ jobs }) => jobs.find(id))
  }

  /** The same for whoever asks what became of it: see Jobs.look. */
  look(id: string): Promise<FoundJob | undefined> {
    return this.#firstWith(({ jobs }) => jobs.look(id))
  }

  /**
   * A person's jobs of the last day, from the places that give them in time.
   * @throws what the first place threw when none did
   */
  async jobsOf(person: Person, deadline: Deadline, share: Share = {}): Promise<FoundJobs> {
    const lists = await Promise.allSettled(
      this.all.map(async (place) => {
        const list = () => place.jobs.jobsOf(person.team, person.user)
        return (await deadline.within('jobs of the person', list, share)).map((job) => ({ place, job }))
      })
    )
    const failures = lists.flatMap((list) => (list.status === 'rejected' ? [list.reason as unknown] : []))
    if (failures.length === lists.length) throw failures[0]
    const found = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
    return { found: found.sort((a, b) => (a.job.id < b.job.id ? 1 : -1)), failures }
  }

  async #firstWith(read: (place: Place) => Promise<Job | undefined>): Promise<FoundJob | undefined> {
    const absent = new Error('absent')
    const looks = this.all.map(async (place) => {
      const job = await read(place)
      if (!job) throw absent
      return { place, job }
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

/** After an attempt's time-out: for a job to wait for its machine, and for its end to be heard of. */
const slackMinutes = 60

function openPlace(settings: StoreSettings, { output, limits }: Config, nowMs: () => number): Place {
  const documents = openDocuments(settings)
  const silenceMs = (limits.jobMinutes + slackMinutes) * 60_000
  return {
    documents,
    jobs: new Jobs({ documents, prefix: output.prefix, nowMs, silenceMs }),
    store: openStore(settings)
  }
}
