import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { backoffMs } from '../../async/backoff.ts'
import { type Clock, realClock } from '../../async/clock.ts'
import { statusOf } from '../../contract/aws-errors.ts'

/*
 * How long a store is asked again before it is given up. The SDK's own strategies count attempts and keep a budget of
 * them for the whole client: with dozens of requests in flight, a network that is gone for half a minute uses it up.
 */

/** Once the store has answered: longer than a network or a throttled prefix needs to come back. */
const patienceMs = 60_000
/** Before it ever has: a mistyped endpoint should not look like a slow one. */
const firstContactMs = 10_000
const longestMs = 5_000
/** S3 asks for more room when it says SlowDown. */
const firstMs = { throttled: 500, other: 50 }

type RetryStrategy = Extract<S3ClientConfig['retryStrategy'], { acquireInitialRetryToken: unknown }>
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>
type RetryFailure = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1]

/** The retry strategy of one client, and its memory of when the store last answered. */
export class Patience implements RetryStrategy {
  readonly #patienceMs: number
  readonly #clock: Clock
  #answeredMs: number | undefined
  /** Whether anything was ever answered, a refusal that passes too. */
  isReached = false
  /** How often S3 asked for fewer requests. */
  throttles = 0

  /** `limitMs` instead of the default minute, for tests and for cleanup. */
  constructor(limitMs = patienceMs, clock = realClock) {
    this.#patienceMs = limitMs
    this.#clock = clock
  }

  /** How long the same thing may fail before it is given up, in milliseconds. */
  get limitMs(): number {
    return !this.isReached ? Math.min(firstContactMs, this.#patienceMs) : this.#patienceMs
  }

  /** Whether the store serves nothing at all any more, not only one object: for most of the patience no answer came. */
  get isExhausted(): boolean {
    return this.#answeredMs === undefined || this.#clock.nowMs() - this.#answeredMs >= this.#patienceMs / 2
  }

  async acquireInitialRetryToken(): Promise<FailureCount> {
    return failureCount(0, undefined, 0)
  }

  /** @throws the error itself when it is final or patience has run out */
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

  /** How long to wait before the next attempt, after that many failures: always short against the patience. */
  delayMs(failures: number, isThrottled = false): number {
    const bounds = {
      firstMs: isThrottled ? firstMs.throttled : firstMs.other,
      longestMs: Math.min(longestMs, this.#patienceMs / 8)
    }
    return backoffMs(failures, bounds, this.#clock.random)
  }

  /** The store has answered: with what was asked for, or with a refusal that is final. */
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
