import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import { createSlackApi } from '../../../ingress/slack/slack-api.ts'
import { listen } from '../../stand-ins/s3/connections.ts'
import { startHarness } from '../harness.ts'

describe('a call to Slack', () => {
  it('a call without a scope or a valid token logs what the operator has to fix', async () => {
    const harness = await startHarness()
    for (const [error, hint] of [
      ['missing_scope', /missing_scope \(the app lacks a scope: update it from `iot-log slack manifest`/],
      ['invalid_auth', /invalid_auth \(the bot token of the secret is not valid/]
    ] as const) {
      harness.slack.faults.clear()
      harness.slack.faults.add({ method: 'users.info', action: { kind: 'error', error } })
      assert.match(await harness.type('THING00001 telemetry 2023/10/01'), /Slack did not confirm in time/)
      assert.match(String(harness.logged.at(-1)?.error), hint)
    }
  })

  it('a call through a response URL closes its connection for any answer', async () => {
    const closed = Promise.withResolvers<void>()
    const server = createServer((_, response) => {
      response.once('close', () => closed.resolve())
      // An answer that does not end.
      response.writeHead(200).write('ok')
    })
    const connections = await listen(server, 0)
    after(() => connections.shut())
    const api = createSlackApi('http://127.0.0.1/')
    await api.respond(`http://127.0.0.1:${connections.port}/`, { text: 'x' }, AbortSignal.timeout(5_000))
    await closed.promise
  })
})
