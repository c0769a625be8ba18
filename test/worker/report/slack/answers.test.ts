import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { replyTrouble, troubleOf, verdictOf } from '../../../../worker/report/slack/answers.ts'

describe('the kind of a rejection', () => {
  it('the kind of every documented error is known', () => {
    const verdicts = Object.entries({
      ratelimited: 'later',
      internal_error: 'later',
      'http-502': 'later',
      invalid_blocks: 'simpler',
      message_not_found: 'post-again',
      token_revoked: 'no-token',
      not_in_channel: 'no-place',
      'http-404': 'no-place',
      'never heard of': 'no-place'
    })
    for (const [code, verdict] of verdicts) assert.equal(verdictOf({ code }), verdict, code)
  })

  it('the kind of a rejection never depends on the text of an error', () => {
    for (const thrown of [new Error('https://slack.com xoxb-1'), 'xoxb-1', null, undefined, { code: 'xoxb-1' }]) {
      assert.deepEqual(troubleOf(thrown), { code: 'no-answer' })
    }
    const html = { code: 'slack_webapi_platform_error', data: { error: '<html>xoxb-1</html>' } }
    assert.deepEqual(troubleOf(html), { code: 'odd-answer' })
  })

  it('a rate limit has the time to wait, if Slack sends one', () => {
    assert.deepEqual(troubleOf({ code: 'slack_webapi_rate_limited_error', retryAfter: 30 }), {
      code: 'rate-limited',
      retryAfterMs: 30_000
    })
    const data = { error: 'ratelimited', response_metadata: { retryAfter: 5 } }
    assert.equal(troubleOf({ code: 'slack_webapi_platform_error', data }).retryAfterMs, 5_000)
    assert.deepEqual(replyTrouble(429, '', '7'), { code: 'rate-limited', retryAfterMs: 7_000 })
    assert.deepEqual(replyTrouble(429, '', 'soon'), { code: 'rate-limited' })
  })
})

describe('the answer of a response URL', () => {
  it('an answer of a response URL is accepted unless it is an error', () => {
    for (const body of ['ok', '', '{"ok":true}', 'null', '<html></html>', '"ok"']) {
      assert.equal(replyTrouble(200, body, null), undefined, body)
    }
  })

  it('an error of a response URL is a word or a document', () => {
    assert.deepEqual(replyTrouble(404, 'used_url\n', null), { code: 'used_url' })
    assert.deepEqual(replyTrouble(404, '{"ok":false,"error":"expired_url"}', null), { code: 'expired_url' })
    assert.deepEqual(replyTrouble(200, '{"ok":false,"error":"invalid_blocks"}', null), { code: 'invalid_blocks' })
    assert.deepEqual(replyTrouble(400, '<html>', null), { code: 'http-400' })
    assert.deepEqual(replyTrouble(503, 'used_url', null), { code: 'http-503' })
  })
})
