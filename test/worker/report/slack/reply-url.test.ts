import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSlackReply } from '../../../../worker/report/slack/reply.ts'
import { isReplyUrl, isReplyUrlAlive, mayUseReplyUrl } from '../../../../worker/report/slack/reply-url.ts'
import { nowMs } from './jobs.ts'

describe('a response URL', () => {
  it('a response URL of Slack is accepted', () => {
    for (const url of [
      'https://hooks.slack.com/commands/T0/1/abc',
      'https://hooks.slack.com/actions/T0/1/abc',
      'https://hooks.slack.com/app/T0/1/abc',
      'https://hooks.slack.com:443/commands/T0/1/abc',
      'https://hooks.slack-gov.com/commands/T0/1/abc'
    ]) {
      assert.ok(isReplyUrl(url), url)
    }
  })

  it('any other URL is rejected', () => {
    for (const url of [
      '',
      'hooks.slack.com/commands/T0/1/abc',
      'http://hooks.slack.com/commands/T0/1/abc',
      'https://hooks.slack.com.evil.example/commands/T0/1/abc',
      'https://evil.example/hooks.slack.com/commands/T0/1/abc',
      'https://hooks.slack.com@evil.example/commands/T0/1/abc',
      'https://me:secret@hooks.slack.com/commands/T0/1/abc',
      'https://hooks.slack.com:8443/commands/T0/1/abc',
      'https://xhooks.slack.com/commands/T0/1/abc',
      'https://slack.com/commands/T0/1/abc',
      'https://hooks.slack.com/services/T0/B0/abc',
      'https://hooks.slack.com/',
      'https://169.254.169.254/commands/',
      'file:///commands/x',
      'javascript:alert(1)'
    ]) {
      assert.ok(!isReplyUrl(url), url)
    }
  })

  it('a response URL of a stand-in is accepted when its whole origin is allowed', () => {
    const url = 'http://127.0.0.1:8080/commands/T0/1/abc'
    assert.ok(!isReplyUrl(url))
    assert.ok(isReplyUrl(url, ['http://127.0.0.1:8080']))
    assert.ok(!isReplyUrl(url, ['http://127.0.0.1:80', 'http://127.0.0.1']))
    assert.ok(!isReplyUrl('http://me@127.0.0.1:8080/commands/', ['http://127.0.0.1:8080']))
  })

  it('a response URL expires after five uses, or a minute before Slack’s thirty', () => {
    const reply = createSlackReply('https://hooks.slack.com/commands/T0/1/abc', nowMs)
    assert.ok(isReplyUrlAlive(reply, nowMs + 29 * 60_000 - 1))
    assert.ok(!isReplyUrlAlive(reply, nowMs + 29 * 60_000))
    assert.ok(isReplyUrlAlive({ ...reply, responseUrlUses: 4 }, nowMs))
    assert.ok(!isReplyUrlAlive({ ...reply, responseUrlUses: 5 }, nowMs))
    assert.ok(!isReplyUrlAlive({ ...reply, responseUrl: null }, nowMs))
  })

  it('a response URL is kept for the end after three uses', () => {
    const reply = createSlackReply('https://hooks.slack.com/commands/T0/1/abc', nowMs)
    const late = nowMs + 20 * 60_000
    const mayUse = [0, 1, 2, 3, 4].map((responseUrlUses) => mayUseReplyUrl({ ...reply, responseUrlUses }, late, false))
    assert.deepEqual(mayUse, [true, true, true, false, false])
    assert.ok(mayUseReplyUrl({ ...reply, responseUrlUses: 4 }, late, true))
  })
})
