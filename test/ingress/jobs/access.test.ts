import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'

describe('access', () => {
  it('every member of the workspace has access by default', async () => {
    const harness = await startHarness()
    assert.match(await harness.type(example, { user_id: 'U0OPS' }), /Started/)
  })

  it('guests and members of other workspaces have no access', async () => {
    const harness = await startHarness()
    assert.match(await harness.type(example, { user_id: 'U0GUEST' }), /Guests may not use iot-log/)
    assert.match(await harness.type(example, { user_id: 'U0OTHER' }), /Only members of this workspace/)
    assert.deepEqual(harness.jobs(), [])
    assert.deepEqual(harness.batch.requests, [])
  })

  it('a guest has access when a list names them', async () => {
    const harness = await startHarness({
      change: ({ access }) => {
        access.admins = ['U0GUEST']
      }
    })
    assert.match(await harness.type(example, { user_id: 'U0GUEST' }), /Started/)
    assert.deepEqual(harness.slack.requests, [])
  })

  it('a person is rejected while Slack does not confirm their membership, and accepted later', async () => {
    const harness = await startHarness()
    for (const action of [
      { kind: 'error', error: 'missing_scope' },
      { kind: 'http', status: 500 },
      { kind: 'rate-limit' },
      { kind: 'reset' }
    ] as const) {
      harness.slack.faults.add({ method: 'users.info', times: 1, action })
      assert.match(await harness.type(example), /did not confirm in time that you are a member/)
    }
    assert.deepEqual(harness.jobs(), [])
    assert.match(await harness.type(example), /Started/)
  })

  it('the membership of a person is requested from Slack once in ten minutes', async () => {
    const harness = await startHarness()
    await harness.type(example)
    await harness.type(example)
    assert.equal(harness.slack.requestsOf('users.info').length, 1)
    harness.pass(10 * 60_000)
    await harness.type(example)
    assert.equal(harness.slack.requestsOf('users.info').length, 2)
  })

  it('lists of workspaces, channels and people limit access, and a rejected request calls no service', async () => {
    const harness = await startHarness({
      change: ({ access }) => {
        access.teams = ['T0IOTLOG']
        access.channels = ['C0SUPPORT']
        access.users = ['U0MINA']
        access.admins = ['U0OPS']
      }
    })
    assert.match(await harness.type(example, { team_id: 'T0ELSE' }), /This workspace may not/)
    assert.match(await harness.type(example, { channel_id: 'C0OTHER' }), /does not answer in this channel/)
    assert.match(await harness.type(example, { user_id: 'U0GUEST' }), /You may not use iot-log here/)
    for (const text of ['', 'help', 'status', 'cancel']) {
      assert.match(await harness.type(text, { user_id: 'U0GUEST' }), /You may not use iot-log here/)
    }
    assert.deepEqual([harness.s3.requests, harness.batch.requests, harness.slack.requests], [[], [], []])
    assert.match(await harness.type(example), /Started/)
    assert.match(await harness.type(example, { user_id: 'U0OPS' }), /Already running/)
  })

  it('an environment can narrow access', async () => {
    const harness = await startHarness()
    const environments = new Map(harness.services.config.environments)
    const access = { users: ['U0OPS'] }
    environments.set('dev', Object.assign({ ...environments.get('dev')! }, { access }))
    Object.assign(harness.services, { config: { ...harness.services.config, environments } })
    assert.match(await harness.type(example), /You may not export logs of dev here/)
    assert.match(await harness.type(example, { user_id: 'U0OPS' }), /Started/)
  })

  it('an environment without a queue takes no requests', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.environments.bare = { source: 's3://elsewhere' }
      }
    })
    assert.match(await harness.type(`${example} bare`), /Logs of bare can't be exported here: no queue/)
    assert.deepEqual(harness.s3.requests, [])
  })
})
