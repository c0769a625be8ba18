import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FunctionUrlEvent, FunctionUrlResult } from '../../../ingress/jobs/function-url.ts'
import { signBody } from '../../../ingress/slack/verify-signature.ts'
import { commandFields, getEvent, type Harness, noonMs, postEvent, signedHeaders, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'
const bodyOf = (harness: Harness, more: Record<string, string> = {}): string =>
  new URLSearchParams({ ...commandFields(harness.slack), text: example, ...more }).toString()

/** Asserts that no service was called and no secret was logged. */
function assertUntouched(harness: Harness): void {
  assert.deepEqual(harness.s3.requests, [])
  assert.deepEqual(harness.batch.requests, [])
  assert.deepEqual(harness.slack.requests, [])
  assert.doesNotMatch(harness.logText(), /secret-of|xoxb|v0=|THING00001|8f742231/)
}

async function refusalOf(harness: Harness, event: FunctionUrlEvent): Promise<FunctionUrlResult> {
  const answer = await harness.handle(event)
  assertUntouched(harness)
  assert.doesNotMatch(answer.body, /secret-of|THING00001/)
  return answer
}

describe('a request that Slack would not send', () => {
  it('an event that is no request of a function URL gets a 500', async () => {
    const harness = await startHarness()
    for (const event of [{}, { requestContext: {} }, { rawPath: '/slack/commands', headers: {} }]) {
      assert.equal((await refusalOf(harness, event as FunctionUrlEvent)).statusCode, 500)
    }
  })

  it('a request that is too large is rejected before it is decoded', async () => {
    const harness = await startHarness()
    const body = bodyOf(harness, { text: 'A'.repeat(65_536) })
    const answer = await refusalOf(harness, postEvent('/slack/commands', body, signedHeaders(body, noonMs)))
    assert.equal(answer.statusCode, 413)
    const plain = postEvent('/slack/commands', body, signedHeaders(body, noonMs))
    assert.equal((await refusalOf(harness, { ...plain, isBase64Encoded: false, body })).statusCode, 413)
    const payload = `payload=${'A'.repeat(300_000)}`
    const interaction = postEvent('/slack/interactive', payload, signedHeaders(payload, noonMs))
    assert.equal((await refusalOf(harness, interaction)).statusCode, 413)
  })

  it('a request that is not a form is rejected', async () => {
    const harness = await startHarness()
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
      const body = JSON.stringify(commandFields(harness.slack))
      const headers = { ...signedHeaders(body, noonMs), 'content-type': type }
      assert.equal((await refusalOf(harness, postEvent('/slack/commands', body, headers))).statusCode, 415)
    }
  })

  it('a signed request with JSON labelled as a form is rejected', async () => {
    const harness = await startHarness()
    for (const path of ['/slack/commands', '/slack/interactive']) {
      const body = JSON.stringify({ ...commandFields(harness.slack), text: example })
      const answer = await refusalOf(harness, postEvent(path, body, signedHeaders(body, noonMs)))
      assert.equal(answer.statusCode, 400)
    }
  })

  it('a request with broken base64 is rejected', async () => {
    const harness = await startHarness()
    const body = bodyOf(harness)
    const event = postEvent('/slack/commands', body, signedHeaders(body, noonMs))
    for (const broken of [
      `${event.body}!`,
      event.body!.slice(0, -3),
      `é${event.body}`,
      event.body!.replace(/^./, ' ')
    ]) {
      assert.equal((await refusalOf(harness, { ...event, body: broken })).statusCode, 400)
    }
  })

  it('a request is rejected when its signature is forged, stale, early, missing or of another body', async () => {
    const harness = await startHarness()
    const body = bodyOf(harness)
    const headers = signedHeaders(body, noonMs)
    const forged = signBody(Buffer.from(body), headers['x-slack-request-timestamp']!, 'not the secret')
    const { 'x-slack-signature': _, ...unsigned } = headers
    const cases: readonly (readonly [string, Record<string, string>])[] = [
      [body, { ...headers, 'x-slack-signature': forged }],
      [body, signedHeaders(body, noonMs - 301_000)],
      [body, signedHeaders(body, noonMs + 301_000)],
      [body, unsigned],
      [body, { ...headers, 'x-slack-request-timestamp': 'now' }],
      [`${body}&`, headers],
      ['', headers]
    ]
    for (const [text, sent] of cases) {
      assert.equal((await refusalOf(harness, postEvent('/slack/commands', text, sent))).statusCode, 401)
    }
  })

  it('a request is accepted as plain text, and with the older secret', async () => {
    const harness = await startHarness()
    const body = bodyOf(harness)
    const event = postEvent('/slack/commands', body, signedHeaders(body, noonMs))
    assert.equal((await harness.handle({ ...event, isBase64Encoded: false, body })).statusCode, 200)
    const timestamp = String(noonMs / 1000)
    const other = bodyOf(harness, { text: 'help' })
    const headers = {
      ...signedHeaders(other, noonMs),
      'x-slack-signature': signBody(Buffer.from(other), timestamp, 'old')
    }
    assert.equal((await harness.handle(postEvent('/slack/commands', other, headers))).statusCode, 200)
  })

  it('a request is rejected when its response URL has a foreign origin', async () => {
    const harness = await startHarness()
    const elsewhere = [
      'https://example.com/commands/1',
      'http://hooks.slack.com/commands/1',
      'https://hooks.slack.com.example.com/commands/1',
      'https://hooks.slack.com@example.com/commands/1',
      'https://hooks.slack.com:8443/commands/1',
      'http://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
      ''
    ]
    for (const url of elsewhere) {
      const body = bodyOf(harness, { response_url: url })
      const answer = await refusalOf(harness, postEvent('/slack/commands', body, signedHeaders(body, noonMs)))
      assert.equal(answer.statusCode, 400, url)
    }
    const body = bodyOf(harness, { response_url: 'https://hooks.slack.com/commands/T0IOTLOG/1/abc' })
    assert.equal(
      (await harness.handle(postEvent('/slack/commands', body, signedHeaders(body, noonMs)))).statusCode,
      200
    )
  })

  it('a command is rejected when its user, team or channel is no id', async () => {
    const harness = await startHarness()
    for (const more of [{ user_id: '../../x' }, { team_id: '' }, { channel_id: 'a/b' }]) {
      const body = bodyOf(harness, more)
      const answer = await refusalOf(harness, postEvent('/slack/commands', body, signedHeaders(body, noonMs)))
      assert.equal(answer.statusCode, 400)
    }
  })

  it('a request to another path or by another method gets a 404', async () => {
    const harness = await startHarness()
    for (const path of [
      '/',
      '/slack/commands',
      '/slack/interactive',
      '/slack',
      '/download/',
      '/download/../x',
      '/favicon.ico'
    ]) {
      assert.equal((await refusalOf(harness, getEvent(path))).statusCode, 404, path)
    }
    const body = bodyOf(harness)
    for (const path of ['/', '/slack/events', '/download/abc']) {
      assert.equal((await refusalOf(harness, postEvent(path, body, signedHeaders(body, noonMs)))).statusCode, 404, path)
    }
  })
})

describe('ssl_check', () => {
  it('ssl_check is answered without a signature', async () => {
    const harness = await startHarness()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answers = [
      await refusalOf(harness, getEvent('/slack/commands?ssl_check=1')),
      await refusalOf(harness, postEvent('/slack/commands', 'ssl_check=1&token=x', headers)),
      await refusalOf(harness, postEvent('/slack/interactive', 'ssl_check=1', headers))
    ]
    assert.deepEqual(
      answers.map(({ statusCode, body }) => [statusCode, body]),
      [
        [200, ''],
        [200, ''],
        [200, '']
      ]
    )
  })

  it('an unsigned command with ssl_check in the same form is rejected', async () => {
    const harness = await startHarness()
    const body = `${bodyOf(harness)}&ssl_check=1`
    const answer = await refusalOf(
      harness,
      postEvent('/slack/commands', body, { 'content-type': 'application/x-www-form-urlencoded' })
    )
    assert.deepEqual([answer.statusCode, answer.body], [200, ''])
  })
})
