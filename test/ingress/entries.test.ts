import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { handler as onBatchEvent } from '../../ingress/slack/job-events.ts'
import { handler } from '../../ingress/slack/lambda.ts'
import { commandFields, postEvent, signedHeaders, signingSecret, startHarness } from './harness.ts'

describe('the Lambda entries', () => {
  it('the Lambda entries build their services from the environment at the first request', async () => {
    const harness = await startHarness()
    Object.assign(process.env, {
      IOT_LOG_CONFIG: new URL('../../iot-log.config.json', import.meta.url).pathname,
      IOT_LOG_SECRETS: JSON.stringify({ signingSecrets: [signingSecret], linkKeys: ['0123456789abcdef'] })
    })
    const body = new URLSearchParams({
      ...commandFields(harness.slack),
      response_url: 'https://hooks.slack.com/commands/T0IOTLOG/1/abc',
      text: 'help'
    }).toString()
    const answer = await handler(postEvent('/slack/commands', body, signedHeaders(body, Date.now())))
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, /Logs of a device as a zip/)
    await onBatchEvent({ source: 'aws.ecs' })
    assert.deepEqual(harness.s3.requests, [])
  })
})
