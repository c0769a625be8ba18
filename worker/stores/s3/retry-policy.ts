import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { backoffMs } from '../../async/backoff.ts'
import { type Clock, realClock } from '../../async/clock.ts'
import { statusOf } from '../../contract/aws-errors.ts'

/*
 * Retries a request until a time-out. The SDK's own strategies count attempts and have a budget of retries for the whole
 * client. With dozens of requests in flight, a network outage of half a minute would use it up.
 */

/** The time-out once the store has responded: longer than a network or a throttled prefix needs to recover. */
const patienceMs = 60_000
/** The time-out before the first response: a mistyped endpoint should not look like a slow one. */
const firstContactMs = 10_000
const longestMs = 5_000
/** SlowDown asks for a longer pause. */
const firstMs = { throttled: 500, other: 50 }

type RetryStrategy = Extract<S3ClientConfig['retryStrategy'], { acquireInitialRetryToken: unknown }>
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>
type RetryFailure = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1]

/** The retry strategy of one client, and its memory of when the store last answered. */
export class Patience implements RetryStrategy {
  readonly #patienceMs: number
  readonly #clock: Clock
  #answeredMs: number | undefined
  /** Whether the store has ever responded, even with an error. */
  isReached = false
  /** How often S3 asked for fewer requests. */
  throttles = 0
  /** Whether the store is closed: then nothing is retried. */
  isClosed = false

  /** `limitMs` is shorter than the default for tests and for cleanup. */
  constructor(limitMs = patienceMs, clock = realClock) {
    this.#patienceMs = limitMs
    this.#clock = clock
  }

  /** The time-out for the retries of one request, in milliseconds. */
  get limitMs(): number {
    if (this.isClosed) return 0
    return !this.isReached ? Math.min(firstContactMs, this.#patienceMs) : this.#patienceMs
  }

  /** Whether the whole store is unavailable, not only one object: no response for half of the time-out. */
  get isExhausted(): boolean {
    return this.#answeredMs === undefined || this.#clock.nowMs() - this.#answeredMs >= this.#patienceMs / 2
  }

  async acquireInitialRetryToken(): Promise<FailureCount> {
    return failureCount(0, undefined, 0)
  }

  /** @throws the error itself if a retry can't help, or after the time-out */
  async refreshRetryTokenForRetry(token: RetryToken, failure: RetryFailure): Promise<FailureCount> {
    const error = failure.error ?? new Error('the request failed')
    const isThrottled = failure.errorType === 'THROTTLING'
    if (isThrottled) this.throttles++
    if (statusOf(error) !== undefined) this.isReached = true
    if (failure.errorType === 'CLIENT_ERROR') {
      if (statusOf(error) !== undefined) this.recordSuccess()
      throw error
    }
    const { failingSinceMs = this.#clock.nowMs() } = token as FailureCount
    const count = token.getRetryCount() + 1
    const delayMs = this.delayMs(count, isThrottled)
    if (this.#clock.nowMs() + delayMs - failingSinceMs > this.limitMs) throw error
    return failureCount(count, failingSinceMs, delayMs)
  }

  /** The delay before the next attempt, after that many failures: always short compared with the time-out. */
  delayMs(failures: number, isThrottled = false): number {
    const bounds = {
      firstMs: isThrottled ? firstMs.throttled : firstMs.other,
      longestMs: Math.min(longestMs, this.#patienceMs / 8)
    }
    return backoffMs(failures, bounds, this.#clock.random)
  }

  /** Reports a response of the store: a success, or an error that no retry can fix. */
  recordSuccess(): void {
    this.isReached = true
    this.#answeredMs = this.#clock.nowMs()
  }
}

/** The failures of one request so far. */
interface FailureCount extends RetryToken {
  readonly failingSinceMs: number | undefined
}

function failureCount(count: number, failingSinceMs: number | undefined, delayMs: number): FailureCount {
  return { failingSinceMs, getRetryCount: () => count, getRetryDelay: () => delayMs }
}
