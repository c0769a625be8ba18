import type { S3ClientConfig } from '@aws-sdk/client-s3'

/*
 * How long a store is asked again before it is given up. The SDK's own strategies count attempts and keep a budget of
 * them for the whole client: with dozens of requests in flight, a network that is gone for half a minute uses it up.
 */

/** Once the store has answered: longer than a network or a throttled prefix needs to come back. */
const patienceMs = 60_000
/** Before it ever has: a mistyped endpoint should not look like a slow one. */
const firstContactMs = 10_000
const longestDelayMs = 5_000
/** S3 asks for more room when it says SlowDown. */
const firstDelayMs = { throttled: 500, other: 50 }

type RetryStrategy = Extract<S3ClientConfig['retryStrategy'], { acquireInitialRetryToken: unknown }>
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>
type RetryFailure = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1]

/** The retry strategy of one client, and its memory of when the store last answered. */
export class Patience implements RetryStrategy {
  readonly #patienceMs: number
  #answeredMs: number | undefined
  /** Whether anything was ever answered, a refusal that passes too. */
  isReached = false
  /** How often S3 asked for fewer requests. */
  throttles = 0

  /** `limitMs` instead of the usual minute, for tests and for tidying up. */
  constructor(limitMs = patienceMs) {
    this.#patienceMs = limitMs
  }

  /** How long the same thing may fail before it is given up, in milliseconds. */
  get limitMs(): number {
    return !this.isReached ? Math.min(firstContactMs, this.#patienceMs) : this.#patienceMs
  }

  /** Whether the store serves nothing at all any more, not only one object: for most of the patience no answer came. */
  get isExhausted(): boolean {
    return this.#answeredMs === undefined || performance.now() - this.#answeredMs >= this.#patienceMs / 2
  }

  async acquireInitialRetryToken(): Promise<FailureCount> {
    return new FailureCount(0, undefined, 0)
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
    const { failingSinceMs = performance.now() } = token as FailureCount
    const count = token.getRetryCount() + 1
    const delayMs = this.delayMs(count, isThrottled)
    if (performance.now() + delayMs - failingSinceMs > this.limitMs) throw error
    return new FailureCount(count, failingSinceMs, delayMs)
  }

  /**
   * How long to wait before the next try, after that many failures: exponential with full jitter
   * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), always short against the patience.
   */
  delayMs(failures: number, isThrottled = false): number {
    const first = isThrottled ? firstDelayMs.throttled : firstDelayMs.other
    return Math.random() * Math.min(longestDelayMs, this.#patienceMs / 8, first * 2 ** failures)
  }

  /** The store has answered: with what was asked for, or with a refusal that is final. */
  recordSuccess(): void {
    this.isReached = true
    this.#answeredMs = performance.now()
  }
}

/** The HTTP status of an SDK error; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

class FailureCount implements RetryToken {
  readonly #count: number
  readonly #delayMs: number
  readonly failingSinceMs: number | undefined

  constructor(count: number, failingSinceMs: number | undefined, delayMs: number) {
    this.#count = count
    this.#delayMs = delayMs
    this.failingSinceMs = failingSinceMs
  }

  getRetryCount(): number {
    return this.#count
  }

  getRetryDelay(): number {
    return this.#delayMs
  }
}
