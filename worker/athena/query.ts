import { createHash } from 'node:crypto'
import { addAbortListener } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../contract/errors.ts'
import type { AthenaApi, QueryState, QueryStatus, WantedQuery } from './api.ts'
import { queryFailure } from './query-failure.ts'

/*
 * One query in Athena, from its start to its end. Starts with the same token give one query. It is polled, and stopped if
 * the export is cancelled.
 */

/** The pause between two polls, longer each time. */
const firstPollMs = 500
const longestPollMs = 5_000
/** The time limit for stopping a query after a cancel. */
const stopMs = 8_000
/** After a cancel the start request may still take so long: without its id the query could not be stopped. */
const startMs = 3_000

/** The progress of a query. */
export type QueryProgress = Pick<QueryStatus, 'state' | 'scannedBytes'>

export interface RunOptions {
  readonly api: AthenaApi
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined
  /** Called when a query has succeeded, failed or been cancelled. It may have written results in any case. */
  readonly onEnded?: ((status: QueryStatus) => void) | undefined
  /** Called with a text if a cancelled query could not be stopped. */
  readonly onLeftBehind?: ((text: string) => void) | undefined
  /** Shorter in tests. */
  readonly firstPollMs?: number | undefined
}

/** A query that has succeeded. */
export interface SucceededQuery extends QueryStatus {
  readonly id: string
}

/**
 * Runs a query to its end. A cancel stops it, and returns when the query has ended, or after eight seconds.
 * @throws QueryFailure, an error of a call, or the signal's reason
 */
export async function runQuery(query: WantedQuery, options: RunOptions): Promise<SucceededQuery> {
  const { api, signal } = options
  signal.throwIfAborted()
  const id = await api.start(query, later(signal, startMs))
  try {
    signal.throwIfAborted()
    const { status, polls } = await untilEnded(id, options)
    if (status.state !== 'SUCCEEDED') throw queryFailure(id, status, polls === 1)
    return { id, ...status }
  } catch (error) {
    const isOver = error instanceof Error && error.name === 'QueryFailure'
    if (!isOver) await stop(id, options)
    throw error
  }
}

async function untilEnded(
  id: string,
  { api, signal, onProgress, onEnded, ...options }: RunOptions
): Promise<{ readonly status: QueryStatus; readonly polls: number }> {
  let pollMs = options.firstPollMs ?? firstPollMs
  for (let polls = 1; ; polls++) {
    const status = await api.status(id, signal)
    onProgress?.(status)
    if (isEnd(status.state)) {
      onEnded?.(status)
      return { status, polls }
    }
    await wait(pollMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => signal.throwIfAborted())
    pollMs = Math.min(pollMs * 1.5, longestPollMs)
  }
}

const isEnd = (state: QueryState): boolean => state !== 'QUEUED' && state !== 'RUNNING'

/** Aborts some time after another signal has. */
function later(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  addAbortListener(signal, () => setTimeout(() => controller.abort(signal.reason), ms).unref())
  return controller.signal
}

/** Returns when the query has ended, so that its results can be deleted. */
async function stop(id: string, { api, onLeftBehind, ...options }: RunOptions): Promise<void> {
  const signal = AbortSignal.timeout(stopMs)
  try {
    await api.stop(id, signal)
    await untilEnded(id, { ...options, api, signal, onProgress: undefined })
  } catch (error) {
    onLeftBehind?.(`The query ${id} in Athena may still run; it could not be stopped: ${messageOf(error)}`)
  }
}

/** The token of a query: the same for the same query of the same job, so that another attempt finds the running one. */
export function tokenOf(seed: string, { sql, parameters }: Pick<WantedQuery, 'sql' | 'parameters'>): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, sql, parameters]))
    .digest('hex')
}
