import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSlackServices } from '../../../ingress/slack/services.ts'
import { actionIds } from '../../../worker/report/slack/buttons.ts'
import { type Harness, linkKey, signingSecret, startHarness } from '../harness.ts'

const typed = ['THING00001 telemetry 2023/10/01', 'no such thing', 'status', 'cancel', 'help']
const levelsOf = (harness: Harness): string[] =>
  [...new Set(harness.logged.map(({ level }) => String(level)))].filter((level) => level !== 'warn').sort()

async function visit(harness: Harness): Promise<void> {
  for (const text of typed) await harness.type(text)
  const payload = {
    type: 'block_actions',
    user: { id: 'U0MINA', team_id: 'T0IOTLOG' },
    team: { id: 'T0IOTLOG' },
    channel: { id: 'C0SUPPORT' },
    response_url: `${harness.slack.url}/actions/T0IOTLOG/1/secret-of-the-response-url`,
    actions: [{ action_id: actionIds.cancel, value: harness.jobs()[0]!.id }]
  }
  await harness.send('/slack/interactive', { payload: JSON.stringify(payload) })
}

describe('the level of the logs', () => {
  it('the level debug logs each request, its outcome and each call with its time, and no content', async () => {
    const harness = await startHarness({ environment: { IOT_LOG_LEVEL: 'debug' } })
    await visit(harness)
    const said = (wanted: string) => harness.logged.filter(({ message }) => message === wanted)
    assert.deepEqual(
      said('A command').map(({ kind, words }) => [kind, words]),
      [
        ['export', 3],
        ['export', 3],
        ['status', 1],
        ['cancel', 1],
        ['help', 1]
      ]
    )
    const submissions = said('A submission').map(({ result, job, environment }) => ({ result, job, environment }))
    assert.deepEqual(submissions, [{ result: 'started', job: harness.jobs()[0]!.id, environment: 'dev' }])
    assert.equal(said('An interaction')[0]?.type, 'block_actions')
    const requests = said('A request')
    assert.equal(requests.length, typed.length + 1)
    assert.ok(requests.every(({ status, ms }) => status === 200 && Number(ms) >= 0))
    const calls = said('A call')
    for (const call of ['secrets', 'SubmitJob', 'job document']) {
      assert.ok(
        calls.some((one) => one.call === call && one.hasAnswered === true && Number(one.ms) >= 0),
        call
      )
    }
    const secrets = [signingSecret, linkKey, 'secret-of', 'trigger.', harness.slack.token, 'v0=']
    for (const secret of [...secrets, 'THING00001', 'no such', 'private_metadata'])
      assert.ok(!harness.logText().includes(secret), secret)
  })

  it('the levels detailed and info log no calls', async () => {
    const detailed = await startHarness({
      change: (document) => {
        document.logLevel = 'detailed'
      }
    })
    await visit(detailed)
    assert.deepEqual(levelsOf(detailed), ['detailed', 'info'])
    const usual = await startHarness()
    await visit(usual)
    assert.deepEqual(levelsOf(usual), ['info'])
  })

  it('an unknown level is rejected', () => {
    const environment = {
      IOT_LOG_CONFIG: new URL('../../../iot-log.config.json', import.meta.url).pathname,
      IOT_LOG_LEVEL: 'loud'
    }
    const options = { environment, nowMs: () => 0, write: () => {}, patienceMs: 1 }
    assert.throws(() => createSlackServices(options), /IOT_LOG_LEVEL=loud: one of info, detailed, debug/)
  })
})
