import { type Clock, realClock, type TimeLimit } from '../../worker/async/clock.ts'

/** A clock that stands still until the test advances it. */
export interface ManualClock extends Clock {
  /** Moves the time on, and ends the sleeps and limits on the way. */
  advance(ms: number): void
}

export function createManualClock(): ManualClock {
  let nowMs = 0
  const timers = new Set<{ readonly atMs: number; readonly end: () => void }>()
  const start = (ms: number, end: () => void): Disposable => {
    const timer = { atMs: nowMs + ms, end }
    timers.add(timer)
    return { [Symbol.dispose]: () => timers.delete(timer) }
  }
  return {
    nowMs: () => nowMs,
    random: () => 0.5,
    sleep: (ms) => new Promise((resolve) => start(ms, resolve)),
    limit: (ms, reason): TimeLimit => {
      const controller = new AbortController()
      return { signal: controller.signal, ...start(ms, () => controller.abort(reason)) }
    },
    advance: (ms) => {
      nowMs += ms
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue
        timers.delete(timer)
        timer.end()
      }
    }
  }
}

/**
 * A clock for real clients in which only retries take time: each back-off ends at once and counts as `stepMs`. However
 * slow the machine is, the same number of retries uses up a retry time-out.
 */
export function createRetryClock(stepMs: number): Clock {
  let nowMs = 0
  return {
    ...realClock,
    nowMs: () => nowMs,
    random: () => {
      nowMs += stepMs
      return 0
    },
    sleep: async (ms) => {
      nowMs += ms
    }
  }
}

/**
 * A clock for real clients whose time passes only when a limit ends, by as much as that was. Real limits are `slowness`
 * times as long: a busy machine has time to answer, and 1 is for servers that stay silent.
 */
export function createLimitClock(slowness: number): Clock {
  let nowMs = 0
  return {
    ...realClock,
    nowMs: () => nowMs,
    limit: (ms, reason) => {
      const endMs = nowMs + ms
      const limit = realClock.limit(ms * slowness, reason)
      limit.signal.addEventListener('abort', () => {
        nowMs = Math.max(nowMs, endMs)
      })
      return limit
    }
  }
}
