import type { Timers } from '../../async/clock.ts'
import { within } from '../../async/time-limit.ts'
import type { ReporterContext } from '../job-reporter.ts'
import type { Trouble } from './answers.ts'

/** `chat.update` may be called 50 times a minute by all jobs of a workspace together (tier 3): 1.2 s each would just do. */
const intervalPerJobMs = 1_500
const leastIntervalMs = 5_000
const longestBackoffMs = 60_000
const jitter = 0.2
/** How long a count of the running jobs is good for, and how long one may take. */
const countHoldsMs = 30_000
const countMs = 3_000

export interface UpdateRateOptions extends Pick<ReporterContext, 'countRunning' | 'nowMs'> {
  readonly timers: Timers
  /** 0 to 1. */
  readonly random: () => number
  readonly onUncounted: () => undefined
}

/** How long to leave Slack alone. */
export class UpdateRate {
  readonly #options: UpdateRateOptions
  #failures = 0
  #running = { count: 1, untilMs: Number.NEGATIVE_INFINITY }

  constructor(options: UpdateRateOptions) {
    this.#options = options
  }

  /** Between two messages of a job. */
  async intervalMs(): Promise<number> {
    return Math.max(leastIntervalMs, intervalPerJobMs * (await this.#runningJobs())) * this.#spread()
  }

  /** After a call that may work later: longer each time, and never shorter than Slack wants. */
  backoffMs({ retryAfterMs = 0 }: Trouble): number {
    const backoffMs = Math.min(longestBackoffMs, 1_000 * 2 ** this.#failures++)
    return Math.max(retryAfterMs, backoffMs) * this.#spread()
  }

  /** Slack answers again. */
  recovered(): void {
    this.#failures = 0
  }

  /** The last known number while it can't be counted. */
  async #runningJobs(): Promise<number> {
    const { nowMs, timers, countRunning, onUncounted } = this.#options
    if (nowMs() >= this.#running.untilMs) {
      const counted = await within(countMs, 'Counting jobs', countRunning, timers).catch(onUncounted)
      this.#running = { count: counted ?? this.#running.count, untilMs: nowMs() + countHoldsMs }
    }
    return this.#running.count
  }

  /** So that jobs that began together do not ask together. */
  #spread(): number {
    return 1 + jitter * this.#options.random()
  }
}
