import { ZodError } from 'zod'
import { IotLogError } from '../contract/errors.ts'
import {
  decodeJob,
  digestOf,
  type Job,
  type JobAsker,
  type JobReply,
  type JobResult,
  type JobState
} from '../contract/job.ts'
import type { ExportRequest } from '../contract/request.ts'

/*
 * The document of a job at its beginning and at its end, and how it is read back. Pure: jobs.ts stores and changes it.
 */

/** What a person asks for. */
export interface WantedJob {
  readonly request: ExportRequest
  readonly asker: JobAsker
  /** The front end that reports; Slack by default. */
  readonly frontEnd?: string
  /** Where the front end answers. */
  readonly reply: JobReply
}

/** How a job ends. */
export interface JobEnd {
  readonly state: Extract<JobState, 'complete' | 'partial' | 'empty' | 'failed' | 'cancelled' | 'timed-out'>
  readonly result?: JobResult
  readonly failure?: NonNullable<Job['failure']>
  /** How the attempt under way ended, in a word; the default is the job's state. */
  readonly outcome?: string
  /** Whether the asker knows already: by the answer to what they sent. */
  readonly isReported?: boolean
}

/** A job document that cannot be read as one. */
export class GarbledJobError extends IotLogError {
  override name = 'GarbledJobError'
}

/** The document of a job that is not submitted yet. */
export function createJob(wanted: WantedJob, id: string, nowMs: number): Job {
  const { request, asker, reply, frontEnd } = wanted
  return {
    id,
    digest: digestOf(asker.team, request),
    request,
    asker,
    ...(frontEnd !== undefined && { frontEnd }),
    reply,
    state: 'submitted',
    requestedAt: new Date(nowMs).toISOString(),
    endedAt: null,
    batch: null,
    attempts: [],
    progress: null,
    result: null,
    failure: null
  }
}

/** A job at its end; the attempt under way ends with it. */
export function endJob(job: Job, end: JobEnd, nowMs: number): Job {
  const { state, result, failure, outcome = state, isReported = false } = end
  const endedAt = new Date(nowMs).toISOString()
  return {
    ...job,
    state,
    endedAt,
    attempts: closeAttempts(job, outcome, endedAt),
    result: result ?? job.result,
    failure: failure ?? job.failure,
    ...(isReported && { toldAt: endedAt })
  }
}

/** The attempts, none of them under way any more. */
export function closeAttempts(job: Job, outcome: string, endedAt: string): Job['attempts'] {
  return job.attempts.map((attempt) => (attempt.endedAt === null ? { ...attempt, endedAt, outcome } : attempt))
}

/**
 * Reads a document back.
 * @throws GarbledJobError that names where the document is wrong, but none of its values
 */
export function readJob(bytes: Buffer, id: string): Job {
  try {
    return decodeJob(bytes)
  } catch (error) {
    const places = error instanceof ZodError ? error.issues.map(({ path }) => path.join('.') || 'all of it') : []
    const what = places.length > 0 ? `wrong at ${places.join(', ')}` : 'not JSON'
    throw new GarbledJobError('internal', `The document of job ${id} is ${what}`, { subject: id })
  }
}
