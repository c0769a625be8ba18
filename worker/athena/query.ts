import { createHash } from 'node:crypto'
import { addAbortListener } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../contract/errors.ts'
import type { AthenaApi, QueryState, QueryStatus, WantedQuery } from './api.ts'
import { queryFailure } from './query-failure.ts'

/*
 * One query in Athena, from its start to its end: started once for one token however often it is asked for, polled, and
 * stopped when nobody wants it any more.
 */

/** Between two looks at a query: longer each time. */
const firstPollMs = 500
const longestPollMs = 5_000
/** For stopping a query of somebody who leaves. */
const stopMs = 8_000
/** A start that is on its way is waited for: without its id the query could not be stopped. */
const startMs = 3_000

/** How a query goes. */
export interface QueryProgress {
  readonly state: QueryState
  readonly scannedBytes: number
}

interface RunOptions {
  readonly api: AthenaApi
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined
  /** Told how a query has ended, however it did: it may have left something where results go. */
  readonly onEnded?: ((status: QueryStatus) => void) | undefined
  /** Told, in words, when a query that is not wanted any more could not be stopped. */
  readonly onLeftBehind?: ((text: string) => void) | undefined
  /** For tests: shorter waits. */
  readonly firstPollMs?: number | undefined
}

/** A query that has succeeded. */
export interface SucceededQuery extends QueryStatus {
  readonly id: string
}

/**
 * Runs a query to its end. A cancel stops it, and returns when Athena has said so, or after eight seconds.
 * @throws QueryFailure, an error of a call, or the signal's reason
 */
export async function runQuery(query: WantedQuery, options: RunOptions): Promise<SucceededQuery> {
  const { api, signal } = options
  signal.throwIfAborted()
  const id = await api.start(query, later(signal, startMs))
  try {
    signal.throwIfAborted()
    const { status, looks } = await untilEnded(id, options)
    if (status.state !== 'SUCCEEDED') throw queryFailure(id, status, looks === 1)
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
): Promise<{ readonly status: QueryStatus; readonly looks: number }> {
  let pollMs = options.firstPollMs ?? firstPollMs
  for (let looks = 1; ; looks++) {
    const status = await api.status(id, signal)
    onProgress?.({ state: status.state, scannedBytes: status.scannedBytes })
    if (isEnd(status.state)) {
      onEnded?.(status)
      return { status, looks }
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

/** Returns when the query has ended, so that what it wrote can be taken away. */
async function stop(id: string, { api, onLeftBehind, ...options }: RunOptions): Promise<void> {
  const signal = AbortSignal.timeout(stopMs)
  try {
    await api.stop(id, signal)
    await untilEnded(id, { ...options, api, signal, onProgress: undefined })
  } catch (error) {
    onLeftBehind?.(`The query ${id} in Athena may still run; it could not be stopped: ${messageOf(error)}`)
  }
}

/** The token of a query: the same for the same query of the same job, so that another attempt finds the one that runs. */
export function tokenOf(seed: string, { sql, parameters }: Pick<WantedQuery, 'sql' | 'parameters'>): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, sql, parameters]))
    .digest('hex')
}
