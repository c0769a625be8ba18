import { isOver, type Job, type JobAsker } from '../../worker/contract/job.ts'
import { errorFields } from '../../worker/report/log.ts'
import type { Services } from './services.ts'

/*
 * The limit of running jobs per person, which also holds when requests come at the same moment: each job takes one of
 * as many slots as may run, by a conditional put, before its request names it. A slot says whose it is and is never
 * given back: it is free when its job is over or lost, or has no document that can be read, so nothing has to be tidied
 * after a worker that died.
 */

interface FreeSlot {
  readonly key: string
  /** Of the object at this key; undefined without one. */
  readonly version: string | undefined
}

/** What a person may still start, and what they have running as far as it can be read. */
export interface Room {
  readonly free: readonly FreeSlot[]
  readonly running: readonly Job[]
}

export async function roomOf({ team, user }: JobAsker, services: Services): Promise<Room> {
  const { prefix } = services.config.output
  const most = services.config.limits.runningJobsPerUser
  const keys = Array.from({ length: most }, (_, at) => `${prefix}jobs/slots/${team}/${user}/${at}`)
  const looks = await Promise.all(keys.map((key) => look(key, services)))
  return {
    free: looks.filter(({ isFree }) => isFree),
    running: looks.flatMap(({ job }) => job ?? [])
  }
}

/** Takes one of the free slots; false when others were faster with all of them. */
export async function takeSlot({ free }: Room, job: Job, { locations }: Services): Promise<boolean> {
  const { documents } = locations.default
  const bytes = Buffer.from(job.id)
  for (const { key, version } of free) {
    const taken = await (version === undefined ? documents.create(key, bytes) : documents.replace(key, bytes, version))
    if (taken !== undefined) return true
  }
  return false
}

interface Look extends FreeSlot {
  readonly isFree: boolean
  /** The job that runs in it. */
  readonly job?: Job
}

async function look(key: string, { locations, log }: Services): Promise<Look> {
  const slot = await locations.default.documents.read(key)
  if (!slot) return { key, version: undefined, isFree: true }
  const { version } = slot
  try {
    const job = (await locations.look(slot.bytes.toString()))?.job
    return job && !isOver(job.state) ? { key, version, isFree: false, job } : { key, version, isFree: true }
  } catch (error) {
    log.error('The state of a job could not be read', { job: slot.bytes.toString(), ...errorFields(error) })
    return { key, version, isFree: false }
  }
}
