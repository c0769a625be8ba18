import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { modalView } from '../../../ingress/slack/modal.ts'
import type { Job } from '../../../worker/contract/job.ts'
import { actionIds } from '../../../worker/report/slack/buttons.ts'
import { jobMessage } from '../../../worker/report/slack/message.ts'
import type { Block, Message } from '../../stand-ins/slack/workspace.ts'
import { finishedJob } from '../finished-job.ts'
import { batchFaults, type Harness, noonMs, prefix, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry 2023/10/01'

/** The job of the example, and its message as the worker posts it. */
async function startedJob(
  harness: Harness,
  finish: (job: Job) => Job = (job) => job
): Promise<{ job: Job; message: Message }> {
  await harness.type(example)
  const job = finish(harness.jobs()[0]!)
  harness.putJob(job)
  const { text, blocks } = jobMessage(job, {
    nowMs: noonMs,
    downloadUrl: 'https://example.com/d',
    linkExpiresMs: noonMs + 3_600_000
  })
  const channel = harness.slack.workspace.channels.get('C0SUPPORT')!
  return { job, message: harness.slack.workspace.post(channel, { text, blocks: blocks as unknown as Block[] }) }
}

const lastEphemeral = (harness: Harness): string => harness.slack.ephemerals().at(-1)?.text ?? ''

describe('the button Cancel', () => {
  it('the button Cancel stops a job for the person who requested it', async () => {
    const harness = await startHarness()
    const { message } = await startedJob(harness)
    const { status, body } = await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.deepEqual([status, body], [200, ''])
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
    assert.deepEqual(harness.terminated(), [{ jobId: harness.batchJobId(1), reason: 'Cancelled on request' }])
    assert.match(lastEphemeral(harness), /`THING00001` is being stopped/)
  })

  it('the button Cancel stops a job for an admin, and for no other person', async () => {
    const harness = await startHarness({
      change: ({ access }) => {
        access.admins = ['U0OPS']
      }
    })
    const { message } = await startedJob(harness)
    for (const user of ['U0GUEST', 'U0OTHER']) {
      await harness.slack.click({ in: message, actionId: actionIds.cancel, user })
      assert.match(lastEphemeral(harness), /Only the person who asked for this export, or an admin|no longer knows/)
    }
    assert.equal(harness.jobs()[0]?.state, 'submitted')
    assert.deepEqual(harness.terminated(), [])
    await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0OPS' })
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
  })

  it('the button Cancel changes nothing of a finished or unknown job', async () => {
    const harness = await startHarness()
    const { job, message } = await startedJob(harness)
    harness.putJob(finishedJob(job))
    await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.match(lastEphemeral(harness), /has already ended/)
    assert.equal(harness.jobs()[0]?.state, 'complete')
    harness.s3.delete('dev-iot-logs', `${prefix}jobs/${job.id}.json`)
    await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.match(lastEphemeral(harness), /no longer knows this export/)
    assert.deepEqual(harness.terminated(), [])
  })

  it('the button Cancel reports when Batch does not stop the job, and works again later', async () => {
    const harness = await startHarness()
    const { message } = await startedJob(harness)
    harness.batch.faults.add(batchFaults.refuses)
    await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.match(lastEphemeral(harness), /will stop, but AWS Batch did not answer/)
    harness.batch.faults.clear()
    await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.match(lastEphemeral(harness), /is being stopped\. Its message/)
  })

  it('the button Cancel reports when the job document can not be changed', async () => {
    const harness = await startHarness()
    const { message } = await startedJob(harness)
    harness.s3.faults.add({ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied' } })
    const { status } = await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.equal(status, 200)
    assert.match(lastEphemeral(harness), /Something went wrong in iot-log/)
    assert.deepEqual(harness.terminated(), [])
    assert.doesNotMatch(harness.logText(), /actions\/T0IOTLOG|xoxb|v0=/)
  })

  it('the button Cancel gets an answer when Batch does not answer', async () => {
    const harness = await startHarness({ isSilent: true })
    const { message } = await startedJob(harness)
    harness.batch.faults.add(batchFaults.hangs)
    const { status } = await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.equal(status, 200)
    assert.match(lastEphemeral(harness), /will stop, but AWS Batch did not answer/)
  })

  it('the button Cancel is acknowledged in time when no service answers', async () => {
    const harness = await startHarness({ isSilent: true, budgetMs: 1_200 })
    const { message } = await startedJob(harness)
    harness.slack.faults.add({ method: 'response_url', action: { kind: 'hang' } })
    harness.batch.faults.add(batchFaults.hangs)
    const { status } = await harness.slack.click({ in: message, actionId: actionIds.cancel, user: 'U0MINA' })
    assert.equal(status, 200)
    assert.ok(harness.clock.nowMs() <= 1_200)
  })
})

describe('the button New link', () => {
  it('the button New link gives a working link, visible only to the person who pressed it', async () => {
    const harness = await startHarness()
    const { job, message } = await startedJob(harness, finishedJob)
    harness.s3.put('dev-iot-logs', job.result!.archive!.key, 'zip')
    await harness.slack.click({ in: message, actionId: actionIds.newLink, user: 'U0OPS' })
    const answer = harness.slack.ephemerals('U0OPS').at(-1)!
    assert.match(answer.text, /New link until <!date\^\d+\^/)
    const { url } = findButton(answer, actionIds.download)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/download\/|^https:\/\//)
    const path = new URL(url).pathname + new URL(url).search
    assert.equal((await harness.get(path)).statusCode, 302)
  })

  it('the button New link gives no link to guests, and none for an archive that is gone', async () => {
    const harness = await startHarness()
    const { message } = await startedJob(harness, finishedJob)
    await harness.slack.click({ in: message, actionId: actionIds.newLink, user: 'U0GUEST' })
    assert.match(lastEphemeral(harness), /Guests may not/)
    await harness.slack.click({ in: message, actionId: actionIds.newLink, user: 'U0MINA' })
    assert.match(lastEphemeral(harness), /The archive of this export is gone/)
  })
})

describe('an app of a whole organisation', () => {
  it('an app of a whole organisation is asked to be installed in the workspace, and nothing else happens', async () => {
    const harness = await startHarness()
    const { job } = await startedJob(harness)
    const before = harness.s3.requests.length
    for (const text of [example, 'status', '']) {
      assert.match(
        await harness.type(text, { is_enterprise_install: 'true' }),
        /does not support organisation-wide installation/
      )
    }
    const payload = {
      type: 'block_actions',
      user: { id: 'U0MINA', team_id: 'T0IOTLOG' },
      team: null,
      is_enterprise_install: true,
      response_url: `${harness.slack.url}/actions/T0IOTLOG/1/abc`,
      actions: [{ action_id: actionIds.cancel, value: job.id }]
    }
    assert.equal((await harness.send('/slack/interactive', { payload: JSON.stringify(payload) })).statusCode, 200)
    assert.equal(harness.jobs()[0]?.state, 'submitted')
    assert.equal(harness.s3.requests.length, before)
  })
})

describe('other interactions', () => {
  it('links, buttons of other apps and other kinds of interactions are acknowledged', async () => {
    const harness = await startHarness()
    const { message } = await startedJob(harness, finishedJob)
    const { status, body } = await harness.slack.click({ in: message, actionId: actionIds.download, user: 'U0MINA' })
    assert.deepEqual([status, body], [200, ''])
    const user = { id: 'U0MINA', team_id: 'T0IOTLOG' }
    const before = harness.s3.requests.length
    for (const payload of [
      { type: 'message_action', user, team: { id: 'T0IOTLOG' } },
      { type: 'block_actions', user, team: { id: 'T0IOTLOG' }, actions: [{ action_id: 'other', value: 'x' }] },
      { type: 'view_closed', user, team: { id: 'T0IOTLOG' } }
    ]) {
      const answer = await harness.send('/slack/interactive', { payload: JSON.stringify(payload) })
      assert.deepEqual([answer.statusCode, answer.body], [200, ''])
    }
    assert.equal(harness.s3.requests.length, before)
  })

  it('a malformed interaction, or one with a foreign response URL, is rejected', async () => {
    const harness = await startHarness()
    const user = { id: 'U0MINA', team_id: 'T0IOTLOG' }
    const press = {
      type: 'block_actions',
      user,
      team: { id: 'T0IOTLOG' },
      actions: [{ action_id: actionIds.cancel, value: 'a'.repeat(26) }]
    }
    for (const payload of [
      '',
      '{',
      'null',
      '[]',
      '{"type":1}',
      JSON.stringify({ ...press, response_url: 'http://10.0.0.1/' })
    ]) {
      assert.equal((await harness.send('/slack/interactive', { payload })).statusCode, 400, payload)
    }
    assert.deepEqual(harness.s3.requests, [])
  })

  it('a repeated interaction changes nothing', async () => {
    const harness = await startHarness()
    const { job } = await startedJob(harness)
    const payload = JSON.stringify({
      type: 'block_actions',
      user: { id: 'U0MINA', team_id: 'T0IOTLOG' },
      team: { id: 'T0IOTLOG' },
      actions: [{ action_id: actionIds.cancel, value: job.id }]
    })
    assert.equal((await harness.send('/slack/interactive', { payload })).statusCode, 200)
    assert.equal((await harness.send('/slack/interactive', { payload })).statusCode, 401)
  })
})

describe('the form', () => {
  it('the form opens for a command without words, and starts what was filled in', async () => {
    const harness = await startHarness()
    const opened = await harness.slack.command({ text: '' })
    assert.deepEqual([opened.status, opened.body], [200, ''])
    const [modal] = harness.slack.modals('U0MINA')
    const values = {
      identifier: 'THING 1,THING00002',
      category: ['telemetry', 'lifecycle'],
      date: '2023-10-01',
      options: ['match=word', 'case=ignore', 'engine=scan', 'format=json', 'window=event']
    }
    const { delivery } = await harness.slack.submit({ modal: modal!, values })
    assert.equal(delivery?.status, 200)
    const [job] = harness.jobs()
    assert.deepEqual(job?.request, {
      identifiers: ['THING 1', 'THING00002'],
      categories: ['telemetry', 'lifecycle'],
      from: '2023-10-01T00:00:00Z',
      to: '2023-10-02T00:00:00Z',
      environment: 'dev',
      match: 'word',
      case: 'ignore',
      engine: 'scan',
      format: 'json',
      window: 'event'
    })
    assert.equal(job?.asker.channel, 'C0SUPPORT')
    assert.equal(job?.reply.responseUrl, opened.responseUrl)
    assert.equal(harness.submitted().length, 1)
    const [answered] = harness.slack.modals('U0MINA')
    assert.match(JSON.stringify(answered?.view), /Started.*THING 1/)
    assert.doesNotMatch(JSON.stringify(answered?.view), /iot-log-cancel/)
  })

  it('the form keeps the age of its response URL', async () => {
    const harness = await startHarness()
    await harness.slack.command({ text: '' })
    harness.pass(20 * 60_000)
    const modal = harness.slack.modals('U0MINA')[0]!
    await harness.slack.submit({ modal, values: { identifier: 'THING00001', category: ['telemetry'] } })
    assert.equal(harness.jobs()[0]?.reply.responseUrlFromMs, noonMs)
  })

  it('the form does not show the response URL', async () => {
    const harness = await startHarness()
    const { responseUrl } = await harness.slack.command({ text: '' })
    const view = JSON.stringify(harness.slack.modals()[0]?.view)
    assert.ok(!view.includes(responseUrl))
    assert.ok(!Buffer.from(/"private_metadata":"([^"]*)"/.exec(view)![1]!, 'base64url').includes('commands'))
    assert.doesNotMatch(harness.logText(), /commands\/T0IOTLOG/)
  })

  it('the form shows mistakes at their fields and stays open', async () => {
    const harness = await startHarness()
    await harness.slack.command({ text: '' })
    const modal = harness.slack.modals()[0]!
    const future = { identifier: 'AB', category: ['telemetry'], date: '2029-01-01' }
    const answer = await harness.slack.submit({ modal, values: future })
    assert.equal(answer.delivery?.status, 200)
    assert.match(modal.errors.identifier!, /"AB" is too short/)
    assert.match(modal.errors.date!, /is in the future/)
    assert.deepEqual(Object.keys(modal.errors), ['identifier', 'date'])
    assert.deepEqual(harness.jobs(), [])
    await harness.slack.submit({ modal, values: { ...future, identifier: '   ', date: '2023-10-01' } })
    assert.deepEqual(modal.errors, { identifier: 'This field is required' })
    const both = ['engine=scan', 'engine=athena']
    await harness.slack.submit({ modal, values: { ...future, identifier: 'ABC', date: '2023-10-01', options: both } })
    assert.deepEqual(modal.errors, { options: '"engine=athena": "engine" is given twice' })
  })

  it('the form shows why nothing was started', async () => {
    const harness = await startHarness()
    for (const user of ['U0MINA', 'U0GUEST']) await harness.slack.command({ text: '', user })
    harness.batch.faults.add(batchFaults.refuses)
    for (const modal of harness.slack.modals()) {
      await harness.slack.submit({ modal, values: { identifier: 'THING00001', category: ['telemetry'] } })
    }
    const shown = harness.slack.modals().map(({ view }) => JSON.stringify(view))
    assert.match(shown[0]!, /AWS Batch did not accept the job/)
    assert.match(shown[1]!, /Guests may not/)
  })

  it('a form of another person, or sealed with an unknown key, is rejected', async () => {
    const harness = await startHarness()
    await harness.slack.command({ text: '' })
    const { private_metadata: metadata } = harness.slack.modals()[0]!.view
    const state = { values: {} }
    for (const [user, sealed] of [
      ['U0OPS', metadata],
      ['U0MINA', 'AAAA'],
      ['U0MINA', '']
    ]) {
      const view = { callback_id: 'iot-log-export', private_metadata: sealed, state }
      const payload = {
        type: 'view_submission',
        user: { id: user, team_id: 'T0IOTLOG' },
        team: { id: 'T0IOTLOG' },
        view
      }
      const answer = await harness.send('/slack/interactive', { payload: JSON.stringify(payload) })
      assert.match(answer.body, /This form has expired/)
    }
  })

  it('the command answers with the help when the form can not be opened', async () => {
    const harness = await startHarness()
    harness.slack.faults.add({ method: 'views.open', action: { kind: 'error', error: 'expired_trigger_id' } })
    assert.match(await harness.type(''), /Logs of a device as a zip/)
    const mute = await startHarness({ hasBotToken: false })
    assert.match(await mute.type('   '), /Logs of a device as a zip/)
  })

  it('the form stays within the limits of Slack for a large configuration', async () => {
    const harness = await startHarness({
      change: (document) => {
        const { dev } = document.environments
        for (let at = 0; at < 150; at++) {
          document.categories[`category-${at}`] = { layout: `c${at}/{yyyy}/{MM}/{dd}/` }
          document.environments[`environment-${at}`] = dev
        }
      }
    })
    const { failure } = await harness.slack.command({ text: '' })
    assert.equal(failure, undefined)
    assert.equal(harness.slack.modals().length, 1)
    const view = modalView(harness.services.config, 'x', noonMs) as { private_metadata: string }
    assert.ok(view.private_metadata.length < 3_000)
  })
})

function findButton({ blocks }: Message, actionId: string): { url: string } {
  const elements = blocks.flatMap(({ elements: inside }) => (inside ?? []) as { action_id?: string; url: string }[])
  return elements.find(({ action_id: id }) => id === actionId)!
}
