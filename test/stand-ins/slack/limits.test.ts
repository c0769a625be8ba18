import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebClientEvent } from '@slack/web-api'
import { clientOf, failureOf } from './clients.ts'
import { startSlackServer } from './server.ts'

const channel = 'C0SUPPORT'

test('the fifty-first update of a minute gets a Retry-After and succeeds after it', async () => {
  let now = 1_700_000_000_000
  await using slack = await startSlackServer({ nowMs: () => now })
  const client = clientOf(slack, { rejectRateLimitedCalls: true })
  const { ts } = await client.chat.postMessage({ channel, text: '0' })
  const update = (text: string) => client.chat.update({ channel, ts: ts!, text })
  for (let number = 0; number < 50; number++) {
    await update(String(number))
    now += 100
  }
  await assert.rejects(update('too many'), { code: 'slack_webapi_rate_limited_error', retryAfter: 55 })
  assert.equal(slack.messages()[0]!.text, '49')
  now += 54_999
  await assert.rejects(update('still'), { code: 'slack_webapi_rate_limited_error', retryAfter: 1 })
  now += 1
  await update('now')
})

test('limits are of a method, and of a channel where Slack counts by channel', async () => {
  const limit = { calls: 1, perMs: 60_000 }
  await using slack = await startSlackServer({
    channels: [
      { id: 'C1', name: 'one' },
      { id: 'C2', name: 'two' }
    ],
    rateLimits: { 'chat.postMessage': { ...limit, by: 'channel' }, 'users.info': limit, 'auth.test': null }
  })
  const client = clientOf(slack, { rejectRateLimitedCalls: true })
  await client.chat.postMessage({ channel: 'C1', text: 'x' })
  await client.chat.postMessage({ channel: 'C2', text: 'x' })
  await assert.rejects(client.chat.postMessage({ channel: 'C1', text: 'x' }), {
    code: 'slack_webapi_rate_limited_error'
  })
  await client.users.info({ user: 'U0MINA' })
  await assert.rejects(client.users.info({ user: 'U0MINA' }), { code: 'slack_webapi_rate_limited_error' })
  for (let number = 0; number < 400; number++) await client.auth.test()
})

test('an error, a status or a limit meets the calls that the rule names, as often as it says', async () => {
  await using slack = await startSlackServer({
    faults: [
      { method: 'chat.postMessage', after: 1, times: 1, action: { kind: 'error', error: 'fatal_error' } },
      { method: ['auth.test'], times: 1, action: { kind: 'http', status: 502 } },
      {
        method: 'users.info',
        when: ({ user }) => user === 'U0OPS',
        action: { kind: 'rate-limit', retryAfterSeconds: 7 }
      }
    ]
  })
  const client = clientOf(slack, { rejectRateLimitedCalls: true })
  const post = () => client.chat.postMessage({ channel, text: 'x' })
  await post()
  assert.equal(await failureOf(post()), 'fatal_error')
  await post()
  assert.equal(slack.messages().length, 2)
  await assert.rejects(client.auth.test(), { code: 'slack_webapi_http_error', statusCode: 502 })
  await client.auth.test()
  await client.users.info({ user: 'U0MINA' })
  await assert.rejects(client.users.info({ user: 'U0OPS' }), { retryAfter: 7 })
  slack.faults.clear()
  await client.users.info({ user: 'U0OPS' })
  assert.deepEqual(
    slack.requestsOf('chat.postMessage').map(({ status, error }) => [status, error]),
    [
      [200, undefined],
      [200, 'fatal_error'],
      [200, undefined]
    ]
  )
})

test('the client retries after the Retry-After it got', async () => {
  await using slack = await startSlackServer({
    faults: [{ method: 'auth.test', times: 1, action: { kind: 'rate-limit', retryAfterSeconds: 0 } }]
  })
  const client = clientOf(slack, { retryConfig: { retries: 1, minTimeout: 1 } })
  const waited: number[] = []
  client.on(WebClientEvent.RATE_LIMITED, (seconds) => waited.push(seconds))
  await client.auth.test()
  assert.deepEqual(waited, [0])
})

test('a connection may hang, be reset, or lose the answer to what was done', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack, { timeout: 200 })
  const post = () => client.chat.postMessage({ channel, text: 'x' })
  slack.faults.add({ times: 1, action: { kind: 'hang' } })
  await assert.rejects(post(), { code: 'slack_webapi_request_error' })
  slack.faults.add({ times: 1, action: { kind: 'reset' } })
  await assert.rejects(post(), { code: 'slack_webapi_request_error' })
  assert.equal(slack.messages().length, 0)
  slack.faults.add({ times: 1, action: { kind: 'lost-answer' } })
  await assert.rejects(post(), { code: 'slack_webapi_request_error' })
  assert.equal(slack.messages().length, 1)
  await slack.setOffline(true)
  await assert.rejects(post(), { code: 'slack_webapi_request_error' })
  await slack.setOffline(false)
  await post()
  const startMs = performance.now()
  slack.faults.add({ times: 1, action: { kind: 'latency', ms: 50 } })
  await post()
  assert.ok(performance.now() - startMs >= 49)
})
