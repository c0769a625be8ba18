import type { Config, Environment } from '../worker/contract/config.ts'
import { IotLogError } from '../worker/contract/errors.ts'
import type { Job } from '../worker/contract/job.ts'
import { Jobs } from '../worker/jobs.ts'
import { openRecords } from '../worker/stores/open-records.ts'
import { openStore } from '../worker/stores/open-store.ts'
import type { Records } from '../worker/stores/records.ts'
import type { Store, StoreSettings } from '../worker/stores/store.ts'

/*
 * Where the jobs of an environment are kept: beside its logs, or all in `output.store`. A job's id does not tell which,
 * so who has an id alone looks in every place.
 */

export interface Place {
  readonly records: Records
  readonly jobs: Jobs
  /** Where the archives are. */
  readonly store: Store
}

export interface FoundJob {
  readonly place: Place
  readonly job: Job
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
   * @throws IotLogError (`wrong-config`) when no job could run anywhere, or records would lie in a directory
   */
  constructor({ config, nowMs, patienceMs }: PlacesOptions) {
    const byUrl = new Map<string, Place>()
    const open = (environment: Environment): Place => {
      const settings = { ...outputSettings(config, environment), patienceMs }
      const place = byUrl.get(settings.url) ?? openPlace(settings, config.output.prefix, nowMs)
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

  /** Looks for a job everywhere; a place that can't be read matters only when no other has it. */
  async find(id: string): Promise<FoundJob | undefined> {
    const looks = await Promise.allSettled(
      this.all.map(async (place) => ({ place, job: await place.jobs.find(id) }) as const)
    )
    for (const look of looks) {
      if (look.status === 'fulfilled' && look.value.job) return { place: look.value.place, job: look.value.job }
    }
    for (const look of looks) if (look.status === 'rejected') throw look.reason
    return undefined
  }

  /** A person's jobs of the last day, the newest first. */
  async jobsOf(team: string, user: string): Promise<readonly Job[]> {
    const lists = await Promise.all(this.all.map(({ jobs }) => jobs.jobsOf(team, user)))
    return lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.all.flatMap(({ records, store }) => [records[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
    )
  }
}

/** Whether jobs can run for an environment. */
export const isSubmittable = ({ submit }: Environment): boolean => submit !== undefined

/** Results go beside the logs, or to another place that is reached in the same way; as the worker has it. */
function outputSettings({ output }: Config, { source, region, pathStyle, account }: Environment): StoreSettings {
  return { url: output.store ?? source, region, pathStyle, account }
}

function openPlace(settings: StoreSettings, prefix: string, nowMs: () => number): Place {
  const records = openRecords(settings)
  return { records, jobs: new Jobs({ records, prefix, nowMs }), store: openStore(settings) }
}
