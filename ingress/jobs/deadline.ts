import type { Clock } from '../../worker/async/clock.ts'
import { untilAborted } from '../../worker/async/time-limit.ts'

/*
 * One budget of time for a whole request: Slack shows `operation_timeout` when an answer takes 3 s, so every call gets
 * what is left of less than that, and what does not fit is given up or left to the worker.
 */

/** For everything that one request does. The rest of the 3 s is for the network between Slack and here. */
export const requestBudgetMs = 2_500
/** Then Slack has given up and no person waits, or one of the clocks is wrong. */
const longestWaitMs = 3_000

/** A call that was given up because the time of its request is over. */
export class OutOfTimeError extends Error {
  constructor(what: string) {
    super(`Out of time: ${what}`)
    this.name = 'OutOfTimeError'
  }
}

/** What part of the time a call may take. */
export interface Share {
  /** At most so long, however much is left. */
  readonly mostMs?: number
  /** So much is kept for what has to follow. */
  readonly reserveMs?: number
}

/** Told of each call that was waited for: what it was, how long it took, and whether it gave an answer. */
export type CallObserver = (what: string, milliseconds: number, hasAnswered: boolean) => void

export class Deadline {
  readonly #endMs: number
  readonly #onCall: CallObserver | undefined
  readonly #clock: Clock

  /** Starts now. */
  constructor(budgetMs: number, clock: Clock, onCall?: CallObserver) {
    this.#endMs = clock.nowMs() + budgetMs
    this.#clock = clock
    this.#onCall = onCall
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - this.#clock.nowMs())
  }

  /** Waits for a call no longer than its share. @throws OutOfTimeError; the call's signal is aborted by then */
  async within<T>(what: string, call: (signal: AbortSignal) => Promise<T>, share: Share = {}): Promise<T> {
    const { mostMs = Number.POSITIVE_INFINITY, reserveMs = 0 } = share
    const budgetMs = Math.min(mostMs, this.leftMs - reserveMs)
    if (budgetMs <= 0) throw new OutOfTimeError(what)
    using limit = this.#clock.limit(budgetMs, new OutOfTimeError(what))
    const startedMs = this.#clock.nowMs()
    let hasAnswered = false
    try {
      const answer = await untilAborted(() => call(limit.signal), limit.signal)
      hasAnswered = true
      return answer
    } finally {
      this.#onCall?.(what, Math.round(this.#clock.nowMs() - startedMs), hasAnswered)
    }
  }
}

/**
 * What is left for a request that came at `arrivedMs` (`requestContext.timeEpoch`): on a cold start the process was begun
 * for it, which takes a second or more. All of it where that time is unknown or makes no sense.
 */
export function budgetOf(arrivedMs: number | undefined, nowMs: number): number {
  const waitedMs = nowMs - (arrivedMs ?? nowMs)
  if (!(waitedMs >= 0 && waitedMs < longestWaitMs)) return requestBudgetMs
  return Math.max(0, requestBudgetMs - waitedMs)
}
