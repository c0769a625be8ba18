import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { handler as Handler } from '../../ingress/slack/lambda.ts'
import { buildProgram } from '../support/build-program.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { commandFields, linkKey, postEvent, signedHeaders, signingSecret, startHarness } from './harness.ts'

describe('the ingress as a bundle', () => {
  // A CommonJS package that is imported dynamically loses its names in a bundle, which no other test sees.
  it('the bundle starts and cancels jobs as its sources do', async () => {
    using directory = temporaryDirectory()
    await buildProgram(directory.path)
    const harness = await startHarness()
    Object.assign(process.env, {
      IOT_LOG_CONFIG: harness.configPath,
      IOT_LOG_SECRETS: JSON.stringify({
        signingSecrets: [signingSecret],
        botToken: harness.slack.token,
        linkKeys: [linkKey]
      }),
      SLACK_API_URL: harness.slack.apiUrl,
      IOT_LOG_RESPONSE_ORIGINS: harness.slack.url
    })
    const { handler } = (await import(pathToFileURL(`${directory.path}/ingress-slack.mjs`).href)) as {
      handler: typeof Handler
    }
    for (const text of ['THING00001 telemetry 2023/10/01', 'status', 'cancel']) {
      const body = new URLSearchParams({ ...commandFields(harness.slack), text }).toString()
      const answer = await handler(postEvent('/slack/commands', body, signedHeaders(body, Date.now())))
      assert.match(answer.body, /THING00001/, text)
    }
    assert.equal(harness.submitted().length, 1)
    assert.equal(harness.terminated().length, 1)
  })
})
