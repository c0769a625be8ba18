import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { handler as Handler } from '../../ingress/slack.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { commandFields, linkKey, postEvent, signedHeaders, signingSecret, startTown } from './town.ts'

describe('the ingress as a bundle', () => {
  // A CommonJS package that is imported dynamically loses its names in a bundle, which no other test sees.
  it('does what it does from its sources', async () => {
    using directory = temporaryDirectory()
    const outdir = directory.path
    await build({
      entryPoints: [new URL('../../ingress/slack.ts', import.meta.url).pathname],
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node22.15',
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"
      },
      logLevel: 'error'
    })
    const town = await startTown()
    Object.assign(process.env, {
      IOT_LOG_CONFIG: town.configPath,
      IOT_LOG_SECRETS: JSON.stringify({
        signingSecrets: [signingSecret],
        botToken: town.slack.token,
        linkKeys: [linkKey]
      }),
      SLACK_API_URL: town.slack.apiUrl,
      IOT_LOG_RESPONSE_ORIGINS: town.slack.url
    })
    const { handler } = (await import(pathToFileURL(`${outdir}/slack.mjs`).href)) as { handler: typeof Handler }
    for (const text of ['THING00001 telemetry 2023/10/01', 'status', 'cancel']) {
      const body = new URLSearchParams({ ...commandFields(town.slack), text }).toString()
      const answer = await handler(postEvent('/slack/commands', body, signedHeaders(body, Date.now())))
      assert.match(answer.body, /THING00001/, text)
    }
    assert.equal(town.submitted().length, 1)
    assert.equal(town.terminated().length, 1)
  })
})
