import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Patience } from '../../../../worker/stores/s3/retry-policy.ts'
import { createManualClock } from '../../../support/clocks.ts'

type Failure = Parameters<Patience['refreshRetryTokenForRetry']>[1]

const noAnswer = { error: new Error('reset'), errorType: 'TRANSIENT' } as Failure
const slowDown = {
  error: Object.assign(new Error('SlowDown'), { $metadata: { httpStatusCode: 503 } }),
  errorType: 'THROTTLING'
} as Failure

describe('the retry policy of S3', () => {
  it('the retry policy retries for 10 s before S3 has ever answered, and for a minute after that', async () => {
    assert.equal(await retriedSeconds({ hasAnswered: false }), 10)
    assert.equal(await retriedSeconds({ hasAnswered: true }), 60)
  })

  it('the retry policy waits longer when S3 asks for fewer requests', () => {
    const patience = new Patience(60_000, createManualClock())
    assert.deepEqual(
      [0, 1, 2].map((failures) => patience.delayMs(failures)),
      [25, 50, 100]
    )
    assert.deepEqual(
      [0, 1, 9].map((failures) => patience.delayMs(failures, true)),
      [250, 500, 2_500]
    )
  })

  it('the retry policy takes the store for silent once nothing was answered for half its time-out', () => {
    const clock = createManualClock()
    const patience = new Patience(60_000, clock)
    assert.equal(patience.isExhausted, true)
    patience.recordSuccess()
    clock.advance(29_999)
    assert.equal(patience.isExhausted, false)
    clock.advance(1)
    assert.equal(patience.isExhausted, true)
  })

  it('the retry policy counts what S3 throttles, which is an answer', async () => {
    const patience = new Patience(60_000, createManualClock())
    await patience.refreshRetryTokenForRetry(await patience.acquireInitialRetryToken(), slowDown)
    assert.deepEqual([patience.throttles, patience.isReached], [1, true])
  })
})

/** How long requests fail until the policy gives them up, in virtual time. */
async function retriedSeconds({ hasAnswered }: { hasAnswered: boolean }): Promise<number> {
  const clock = createManualClock()
  const patience = new Patience(undefined, clock)
  if (hasAnswered) patience.recordSuccess()
  let token = await patience.acquireInitialRetryToken()
  for (;;) {
    try {
      token = await patience.refreshRetryTokenForRetry(token, noAnswer)
    } catch (error) {
      assert.equal(error, noAnswer.error)
      // The last delay would have ended after the limit.
      return Math.ceil(clock.nowMs() / 5_000) * 5
    }
    clock.advance(token.getRetryDelay())
  }
}
