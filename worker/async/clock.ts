import { setTimeout as delay } from 'node:timers/promises'

/** Waiting, as a parameter: tests pass timers of their own and need not wait. */
export interface Timers {
  /** Resolves after `ms`, or when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Aborts after `ms` with the reason; the default is a TimeoutError. */
  limit(ms: number, reason?: Error): TimeLimit
}

/** A signal with a timer; disposing it stops the timer. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal
}

export interface Clock extends Timers {
  /** Milliseconds since some start; they only grow. */
  nowMs(): number
  /** 0 to 1, for the jitter of retries. */
  random(): number
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  random: Math.random,
  sleep: async (ms, signal) => {
    if (ms > 0) await delay(ms, undefined, signal && { signal }).catch(() => {})
  },
  limit: (ms, reason) => {
    const controller = new AbortController()
    const end = (): void => controller.abort(reason ?? new DOMException('The time is over', 'TimeoutError'))
    const timer = setTimeout(end, ms)
    return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) }
  }
}
