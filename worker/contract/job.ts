import { createHash } from 'node:crypto'
import * as z from 'zod'
import { compareKeys } from './key-order.ts'
import { type ExportRequest, encodeRequest, requestSchema } from './request.ts'

/*
 * The document of one job: what was asked, who asked and where to answer, how it goes. It is an object under
 * `<output.prefix>jobs/`; Batch, logs and environments carry its id alone, since response URLs and message stamps are
 * secrets of a kind.
 *
 * Three deployables share it, one of which may be newer: fields that are not known here are kept and written back as they
 * are. The request alone is strict: who does not understand all of it would export something else.
 */

export const jobStates = [
  'submitted',
  'running',
  'cancelling',
  'complete',
  'partial',
  'empty',
  'failed',
  'cancelled',
  'timed-out'
] as const
/** The state of a job; the last six are ends. */
export type JobState = (typeof jobStates)[number]

const count = z.int().min(0)
/** An object that may have fields that are not known here; its type has the known ones. */
const open = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> =>
  z.looseObject(shape) as unknown as z.ZodObject<Shape>

const asker = open({
  team: z.string().min(1),
  user: z.string().min(1),
  channel: z.string().min(1),
  /** Of an Enterprise Grid, where there is one. */
  enterprise: z.string().optional()
})

const attempt = open({
  batchJobId: z.string(),
  queue: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** How it ended, in a word: `complete`, `interrupted`, `killed`, … */
  outcome: z.string().nullable()
})

const progress = open({
  /** 0 to 100. */
  percent: z.number().min(0).max(100),
  objects: count,
  totalObjects: count,
  /** Of all that was listed: read, or not to be read. */
  storedBytes: count,
  totalBytes: count,
  lines: count
})

const warning = open({
  code: z.string(),
  count,
  /** Up to three. */
  keys: z.array(z.string()),
  text: z.string()
})

/** One category of an export that found nothing; see `LookedIn`. */
const looked = open({
  category: z.string(),
  prefixes: count,
  withObjects: count,
  existing: z.array(z.string()),
  missing: z.array(z.string()),
  newest: open({ day: z.string(), prefix: z.string() }).nullable(),
  nearest: z.array(z.string()),
  naming: z.array(z.string()).optional()
})

const result = open({
  status: z.enum(['complete', 'partial', 'empty']),
  engine: z.string(),
  reason: z.string(),
  /** Null when nothing was written. `key` is in the output store. */
  archive: open({ key: z.string(), bytes: count, sha256: z.string() }).nullable(),
  entries: z.array(
    open({
      name: z.string(),
      lines: count,
      bytes: count,
      sha256: z.string(),
      /** Objects of its category that were not read to their end. */
      missing: count.optional()
    })
  ),
  objects: z.record(z.string(), count),
  /** The unreadable objects by their `DamageReason`; those without any are left out. */
  unreadable: z.record(z.string(), count).optional(),
  /** A document of an earlier version has none. */
  warnings: z.array(warning).optional(),
  /** Where it looked, by category, if nothing was found. */
  looked: z.array(looked).optional(),
  scanned: open({ bytes: count, rawBytes: count }),
  /** Kept lines by hour of the window, for the sparkline; empty where it is not known. */
  linesByHour: z.array(count),
  seconds: z.number()
})

export const jobSchema = open({
  id: z.string().regex(/^[a-z0-9]{26}$/),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  request: requestSchema,
  asker,
  /** The front end that the request came from. A document without it is Slack's. */
  frontEnd: z.string().min(1).optional(),
  /** Where the front end answers. Only the front end knows what is in it. */
  reply: z.record(z.string(), z.unknown()),
  state: z.enum(jobStates),
  /** When it was asked for, in ISO 8601; the archive's key bears it. */
  requestedAt: z.string(),
  /** When it reached its end. */
  endedAt: z.string().nullable(),
  /** The Batch job that works for it now, and the queue it waits in; null until Batch has taken it. */
  batch: open({
    jobId: z.string(),
    queue: z.string(),
    /** When it was found to have ended for want of a machine; another is being submitted in its place. */
    replacedAt: z.string().optional()
  }).nullable(),
  attempts: z.array(attempt),
  progress: progress.nullable(),
  result: result.nullable(),
  /** What ended it, for the asker and for the operator. */
  failure: open({ code: z.string(), userText: z.string(), operatorText: z.string() }).nullable(),
  /** When a handler began to report the end in place of the worker, so that only one does. */
  tellingAt: z.string().optional(),
  /** When the end was reported to the asker. */
  toldAt: z.string().optional()
})

/** The document of one job. */
export type Job = z.output<typeof jobSchema>
export type JobAsker = Job['asker']
export type JobReply = Job['reply']
export type JobProgress = NonNullable<Job['progress']>
export type JobResult = NonNullable<Job['result']>

const ends: readonly JobState[] = ['complete', 'partial', 'empty', 'failed', 'cancelled', 'timed-out']
const successes: readonly JobState[] = ['complete', 'partial', 'empty']

/** Whether nothing more will happen to a job. */
export const isOver = (state: JobState): boolean => ends.includes(state)
/** Whether the asker got an answer from the logs. */
export const isSuccess = (state: JobState): boolean => successes.includes(state)

/** Whether Batch has a job for this document. Not yet at first, nor while its last one is being replaced. */
export const hasBatchJob = ({ batch }: Job): boolean => batch !== null && batch.replacedAt === undefined

/** How long the same request is answered with a job that has succeeded. */
export const reuseMs = 10 * 60_000

/** What makes two requests of a workspace one job: the same normalised request, in whatever order it names things. */
export function digestOf(team: string, request: ExportRequest): string {
  const { identifiers, categories } = request
  const sorted = { ...request, identifiers: inOrder(identifiers), categories: inOrder(categories) }
  return createHash('sha256')
    .update(`${team}\n${encodeRequest(sorted)}`)
    .digest('hex')
}

const inOrder = (texts: readonly string[]): string[] => [...texts].sort(compareKeys)

/** The keys below the output prefix. They are made of ids and digests, never of what people type. */
export const jobKeys = {
  record: (prefix: string, id: string): string => `${prefix}jobs/${id}.json`,
  byRequest: (prefix: string, digest: string): string => `${prefix}jobs/by-request/${digest}`,
  byAsker: (prefix: string, team: string, user: string, id = ''): string =>
    `${prefix}jobs/by-asker/${team}/${user}/${id}`,
  running: (prefix: string, team: string, user: string, id = ''): string =>
    `${prefix}jobs/running/${team}/${user}/${id}`
} as const

/** Reads a document back. @throws ZodError for anything else */
export function decodeJob(bytes: Buffer): Job {
  return jobSchema.parse(JSON.parse(bytes.toString()))
}

export function encodeJob(job: Job): Buffer {
  return Buffer.from(JSON.stringify(jobSchema.parse(job)))
}
