import { gzipSync } from 'node:zlib'
import { decodeJob, type Job, jobKeys } from '../../worker/contract/job.ts'
import { type BatchJob, isOver } from '../stand-ins/batch/job.ts'
import type { BatchServer } from '../stand-ins/batch/server.ts'
import type { Fault } from '../stand-ins/s3/faults.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'
import type { SlackServer } from '../stand-ins/slack/server.ts'
import type { Message } from '../stand-ins/slack/workspace.ts'

/*
 * A person in their own channel, who requests a day that no other person requests. So tests share a system and nothing
 * else, and a fault meets one person.
 */

/** What the system stands between. */
export interface StandIns {
  readonly s3: S3Server
  readonly slack: SlackServer
  readonly batch: BatchServer
  /** What handlers and workers have printed. */
  readonly printed: readonly string[]
}

/** Objects of a day by what follows the day's prefix: `05/a.gz`. */
export type Logs = Readonly<Record<string, Buffer>>

export interface ChannelUser {
  readonly user: string
  readonly channel: string
  /** What they ask for: a device, a category, their day. */
  readonly words: string
  /** Where their logs are: `telemetry/2023/01/07/`. */
  readonly logPrefix: string
  /** Types a command and gives the text that they read. @throws when Slack shows a failure of its own */
  type(text?: string, user?: string): Promise<string>
  /** Asks for their logs until that has started a job: a busy machine may be too slow for an answer in time. */
  start(): Promise<void>
  /** The record of the newest job of their channel. */
  job(): Job
  /** Its Batch jobs, in order. */
  batchJobs(): readonly BatchJob[]
  /** The one that runs now, once it does. */
  runs(): Promise<BatchJob>
  /** The job document after Batch and its handler have finished the job. */
  over(): Promise<Job>
  /** The messages in their channel, as everybody there sees them. */
  messages(): readonly Message[]
  /** The one message, as it looks now. @throws when there is another number */
  shown(): string
  /** How the messages of a place have looked, one after the other. */
  looks(channel?: string): readonly string[]
  /** Archives of theirs, uploads that are not finished, and markers of running jobs. */
  left(): readonly string[]
  /** The archive of a job. */
  archive(job: Job): Buffer
  /** Lets the same request be a new job, as after ten minutes. */
  forget(job: Job): void
  /** Leaves requests of theirs unanswered from now on: the n-th, and with `times` as many. Resolves when it came. */
  hold(request: HeldRequest): Promise<void>
}

/** A request that stays without an answer. */
export interface HeldRequest {
  readonly operation: string
  /** Looked for in the key, which is of this person: `/06/`, `.zip`. */
  readonly key: string
  /** 1 is the first. Default: 1. */
  readonly number?: number
}

/** Logs, records and archives. */
export const bucket = 'dev-iot-logs'
const team = 'T0IOTLOG'
const prefix = 'slack/iot-logs/'
const dayMs = 86_400_000
const mostTries = 5
const smallLogs: Logs = { '05/a.gz': gzipSync('THING00099 is here\nTHING00001 is not\n') }
let askers = 0

export function createChannelUser({ s3, slack, batch, printed }: StandIns, logs: Logs = smallLogs): ChannelUser {
  const number = ++askers
  // No id is the beginning of another: faults look for them in texts.
  const [user, channel] = [`U0ASKER${number}X`, `C0ASKER${number}X`]
  slack.workspace.addUser({ id: user, name: `person-${number}` })
  slack.workspace.addChannel({ id: channel, name: `channel-${number}` })
  const day = new Date(Date.UTC(2023, 0, 1) + number * dayMs).toISOString().slice(0, 10)
  const logPrefix = `telemetry/${day.replaceAll('-', '/')}/`
  const archiveName = `${day.replaceAll('-', '')}_THING00099.zip`
  for (const [key, bytes] of Object.entries(logs)) s3.put(bucket, logPrefix + key, bytes)
  const isMine = (key: string): boolean => key.startsWith(logPrefix) || key.endsWith(archiveName)
  const person: ChannelUser = {
    user,
    channel,
    words: `THING00099 telemetry ${day.replaceAll('-', '/')}`,
    logPrefix,
    type: async (text = person.words, who = user) => {
      const { message, failure } = await slack.command({ text, user: who, channel })
      if (failure !== undefined) throw new Error(`Slack shows ${failure} to /iot-log ${text}\n${printed.join('')}`)
      return message!.text
    },
    start: async () => {
      let text = await person.type()
      for (let tries = 1; /Try again in a moment/.test(text) && tries < mostTries; tries++) text = await person.type()
      if (!/Started/.test(text)) throw new Error(text)
    },
    job: () => {
      const records = s3.keys(bucket).filter((key) => key.startsWith(`${prefix}jobs/`) && key.endsWith('.json'))
      const jobs = records.map((key) => decodeJob(s3.get(bucket, key)!))
      return jobs.findLast(({ asker: { channel: place } }) => place === channel)!
    },
    batchJobs: () => {
      const { id } = person.job()
      return batch.jobs().filter(({ parameters }) => parameters.jobId === id)
    },
    runs: () => batch.until(() => person.batchJobs().find(({ status }) => status === 'RUNNING')),
    over: async () => {
      // A job that finds no machine has another Batch job after its event.
      do {
        await batch
          .until(() => person.batchJobs().every(isOver), 90_000)
          .catch((error) => {
            throw new Error(`${error.message}\n${printed.slice(-40).join('')}`)
          })
        await batch.settled()
      } while (!person.batchJobs().every(isOver))
      return person.job()
    },
    messages: () => slack.messages(channel),
    shown: () => {
      const [message, ...others] = slack.messages(channel)
      if (!message || others.length > 0) throw new Error(`Not one message: ${person.looks().join('\n')}`)
      return JSON.stringify(message.blocks)
    },
    looks: (place = channel) =>
      (slack.workspace.channels.get(place)?.messages ?? [])
        .filter(({ onlyFor }) => onlyFor === undefined)
        .flatMap(({ versions }) => versions.map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`)),
    left: () => [
      ...s3
        .keys(bucket)
        .filter((key) => key.endsWith(archiveName) || key.startsWith(jobKeys.running(prefix, team, user))),
      ...s3.openUploads(bucket).flatMap(({ key }) => (key.endsWith(archiveName) ? [`unfinished ${key}`] : []))
    ],
    archive: ({ result }) => s3.get(bucket, result!.archive!.key)!,
    forget: ({ digest }) => s3.delete(bucket, jobKeys.byRequest(prefix, digest)),
    hold: ({ operation, key: part, number: wanted = 1 }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      let count = 0
      const fault: Fault = {
        operation,
        bucket,
        key: (key) => {
          const isHeld = isMine(key) && key.includes(part) && ++count === wanted
          if (isHeld) resolve()
          return isHeld
        },
        action: { kind: 'hang' }
      }
      s3.faults.add(fault)
      return promise
    }
  }
  return person
}
