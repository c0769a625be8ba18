import { isOver, type Job } from '../worker/contract/job.ts'
import type { Person } from './access.ts'
import type { Services } from './services.ts'

/*
 * The limit of running jobs per person, which also holds when requests come at the same moment: each job takes one of
 * as many slots as may run, by a conditional put. A slot says whose it is and is never given back: it is free when its
 * job is over, so nothing has to be tidied after a worker that died.
 */

/** A job that Batch was not given within this time never will be: its ingress died. As Jobs has it. */
const unsubmittedMs = 60_000

interface FreeSlot {
  readonly key: string
  /** Of what stands there; undefined where nothing does. */
  readonly version: string | undefined
}

/** What a person may still start, and what they have running. */
export interface Room {
  readonly free: readonly FreeSlot[]
  readonly running: readonly Job[]
}

export async function roomOf({ team, user }: Person, services: Services): Promise<Room> {
  const { config, places } = services
  const prefix = `${config.output.prefix}jobs/slots/${team}/${user}/`
  const { records } = places.default
  const most = config.limits.runningJobsPerUser
  const keys = Array.from({ length: most }, (_, position) => `${prefix}${position}`)
  const taken = new Set(await records.list(prefix, most))
  const looks = await Promise.all(
    keys.map((key) => (taken.has(key) ? look(key, services) : { key, version: undefined }))
  )
  return {
    free: looks.flatMap(({ key, version, job }: Look) => (job ? [] : [{ key, version }])),
    running: looks.flatMap(({ job }: Look) => job ?? [])
  }
}

/** Takes one of the free slots; false when others were faster with all of them. */
export async function takeSlot({ free }: Room, job: Job, { places }: Services): Promise<boolean> {
  const { records } = places.default
  const bytes = Buffer.from(job.id)
  for (const { key, version } of free) {
    const taken = await (version === undefined ? records.create(key, bytes) : records.replace(key, bytes, version))
    if (taken !== undefined) return true
  }
  return false
}

interface Look extends FreeSlot {
  /** The job that runs in it. */
  readonly job?: Job | undefined
}

async function look(key: string, { places, nowMs }: Services): Promise<Look> {
  const slot = await places.default.records.read(key)
  const job = slot && (await places.find(slot.bytes.toString()))?.job
  const version = slot?.version
  return job && isUnderWay(job, nowMs()) ? { key, version, job } : { key, version }
}

function isUnderWay({ state, batch, requestedAt }: Job, nowMs: number): boolean {
  const isLost = state === 'submitted' && batch === null && nowMs - Date.parse(requestedAt) > unsubmittedMs
  return !isOver(state) && !isLost
}
