import { setImmediate } from 'node:timers/promises'
import type { Timers } from '../../../../worker/async/clock.ts'

/** Time that passes only while code sleeps. */
export interface TestTime {
  nowMs(): number
  advance(ms: number): void
  readonly timers: Timers
  /** How long was slept, in order. */
  readonly slept: number[]
  /** Calls end soon by their limit, as if all of it had passed: for a server that says nothing. */
  isImpatient: boolean
}

export function createTestTime(startMs: number): TestTime {
  let nowMs = startMs
  const slept: number[] = []
  const time: TestTime = {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms
    },
    slept,
    isImpatient: false,
    timers: {
      sleep: async (ms, signal) => {
        // Other tasks run before the sleeper resumes.
        await setImmediate()
        if (ms <= 0 || signal?.aborted) return
        slept.push(ms)
        nowMs += ms
      },
      limit: (ms, reason) => {
        const controller = new AbortController()
        const endMs = nowMs + ms
        const end = (): void => {
          nowMs = Math.max(nowMs, endMs)
          controller.abort(reason ?? new DOMException('The time is over', 'TimeoutError'))
        }
        // In the order of their ends, and long enough for a server that answers.
        const timer = time.isImpatient ? setTimeout(end, ms / 40).unref() : undefined
        return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) }
      }
    }
  }
  return time
}
