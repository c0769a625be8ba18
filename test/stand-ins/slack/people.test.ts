import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { test } from 'node:test'
import { verifySlackRequest } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { listen } from '../s3/connections.ts'
import { clientOf, failureOf } from './clients.ts'
import { signatureOf } from './deliver.ts'
import { type SlackServer, type SlackServerOptions, startSlackServer } from './server.ts'

type Fields = Record<string, string>
// biome-ignore lint/suspicious/noExplicitAny: payloads of Slack, whose parts the tests pick
type Payload = any
type App = (fields: Fields, response: ServerResponse, payload: Payload) => void | Promise<void>

interface Running extends AsyncDisposable {
  readonly slack: SlackServer
  readonly seen: { readonly path: string; readonly fields: Fields; readonly payload: Payload }[]
}

/** An app that checks signatures with Slack's own code, then does what the test wants. */
async function withApp(app: App, options: SlackServerOptions = {}): Promise<Running> {
  const slack = await startSlackServer(options)
  const seen: Running['seen'] = []
  const server = createServer(async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(incoming)
    const headers = {
      'x-slack-signature': String(incoming.headers['x-slack-signature']),
      'x-slack-request-timestamp': Number(incoming.headers['x-slack-request-timestamp'])
    }
    verifySlackRequest({ signingSecret: slack.signingSecret, body, headers })
    const fields = Object.fromEntries(new URLSearchParams(body))
    const payload: Payload = fields.payload === undefined ? undefined : JSON.parse(fields.payload)
    seen.push({ path: incoming.url!, fields, payload })
    await app(fields, response, payload)
  })
  const connections = await listen(server, 0)
  const base = `http://127.0.0.1:${connections.port}`
  slack.connect({ commandsUrl: `${base}/slack/commands`, interactiveUrl: `${base}/slack/interactive` })
  return {
    slack,
    seen,
    [Symbol.asyncDispose]: async () => void (await Promise.all([connections.shut(), slack.close()]))
  }
}

const answerJson = (response: ServerResponse, answer: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}

test('the documented example gives the documented signature', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  assert.equal(
    signatureOf('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', body),
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
  )
})

test('a command carries what Slack sends, and its answer is shown to the asker alone', async () => {
  await using app = await withApp((_, response) => void response.end('Started'))
  const { slack, seen } = app
  const text = 'THING00001 telemetry,command 2023/10/01 “a+b & c”'
  const answer = await slack.command({ text: ` ${text} ` })
  assert.deepEqual([answer.status, answer.failure, answer.message!.text], [200, undefined, 'Started'])
  assert.equal(slack.ephemerals('U0MINA').length, 1)
  assert.deepEqual(slack.messages(), [])
  const { path, fields } = seen[0]!
  assert.equal(path, '/slack/commands')
  assert.deepEqual(
    { ...fields, token: '', response_url: '', trigger_id: '' },
    {
      token: '',
      team_id: 'T0IOTLOG',
      team_domain: 'iot-log',
      channel_id: 'C0SUPPORT',
      channel_name: 'iot-support',
      user_id: 'U0MINA',
      user_name: 'mina',
      api_app_id: 'A0IOTLOG',
      is_enterprise_install: 'false',
      command: '/iot-log',
      text,
      response_url: '',
      trigger_id: ''
    }
  )
  assert.equal(fields.response_url, answer.responseUrl)
})

test('the words of a command are escaped where Slack does so', async () => {
  await using app = await withApp((_, response) => void response.end(), { escapesWords: true })
  await app.slack.command({ text: '"a & <b>" telemetry' })
  assert.equal(app.seen[0]!.fields.text, '"a &amp; &lt;b&gt;" telemetry')
})

const answers: readonly (readonly [string, App, Partial<SlackServerOptions>, string])[] = [
  ['is late', () => {}, { ackTimeoutMs: 50 }, 'operation_timeout'],
  ['is a 500', (_, response) => void response.writeHead(500).end(), {}, 'http_service_error'],
  ['is a 403', (_, response) => void response.writeHead(403).end(), {}, 'http_client_error'],
  ['is no answer', (_, response) => void response.destroy(), {}, 'dispatch_failed'],
  [
    'is not the JSON it says',
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    {},
    'invalid_command_response'
  ],
  ['has wrong blocks', (_, response) => answerJson(response, { blocks: [{ type: 'x' }] }), {}, 'invalid_blocks']
]

for (const [name, app, options, failure] of answers) {
  test(`a command whose answer ${name} fails before the user's eyes`, async () => {
    await using running = await withApp(app, options)
    const { message } = await running.slack.command({ text: 'help' })
    assert.equal(message!.text, `/iot-log failed with the error "${failure}"`)
    assert.equal(message!.onlyFor, 'U0MINA')
  })
}

test('an answer may be for all, or nothing', async () => {
  await using app = await withApp((fields, response) => {
    if (fields.text === 'quiet') response.end()
    else answerJson(response, { response_type: 'in_channel', text: 'All see this' })
  })
  assert.equal((await app.slack.command({ text: 'quiet' })).message, undefined)
  await app.slack.command({ text: 'loud' })
  assert.deepEqual(
    app.slack.messages().map(({ text }) => text),
    ['All see this']
  )
})

const post = async (url: string, payload: object): Promise<string> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(payload) })
  return `${answer.status} ${await answer.text()}`
}

test('a response URL works five times, for half an hour, and where the app is not', async () => {
  let now = Date.now()
  const room = { id: 'C0SECRET', name: 'secret', kind: 'private', hasApp: false } as const
  await using app = await withApp((_, response) => void response.end(), { channels: [room], nowMs: () => now })
  const { responseUrl } = await app.slack.command({ text: 'x' })
  assert.equal(app.seen[0]!.fields.channel_name, 'privategroup')
  assert.equal(await post(responseUrl, { text: 'one' }), '200 ok')
  assert.equal(await post(responseUrl, { text: 'two', replace_original: true }), '200 ok')
  assert.equal(await post(responseUrl, { text: 'three', response_type: 'in_channel' }), '200 ok')
  assert.match(await post(responseUrl, {}), /^400 .*no_text/)
  assert.match(await post(responseUrl, { blocks: [{ type: 'x' }] }), /^400 .*invalid_blocks/)
  assert.equal(await post(responseUrl, { text: 'six' }), '404 {"ok":false,"error":"used_url"}')
  assert.deepEqual(
    app.slack.messages('C0SECRET', 'U0MINA').map(({ text, onlyFor }) => [text, onlyFor]),
    [
      ['one', 'U0MINA'],
      ['two', 'U0MINA'],
      ['three', undefined]
    ]
  )
  const { responseUrl: later } = await app.slack.command({ text: 'y' })
  now += 30 * 60_000 + 1
  assert.equal(await post(later, { text: 'late' }), '404 {"ok":false,"error":"expired_url"}')
  assert.match(await post(`${later}x`, { text: 'forged' }), /^404 .*invalid_url/)
})

test('response URLs may stand under the name of the real host', async () => {
  await using app = await withApp((_, response) => void response.end(), { hooksOrigin: 'https://hooks.slack.com' })
  const { responseUrl } = await app.slack.command({ text: 'x' })
  assert.match(responseUrl, /^https:\/\/hooks\.slack\.com\/commands\/T0IOTLOG\//)
  assert.equal(await post(responseUrl.replace('https://hooks.slack.com', app.slack.url), { text: 'one' }), '200 ok')
})

const cancel = {
  type: 'actions',
  block_id: 'job',
  elements: [
    { type: 'button', action_id: 'cancel', value: 'job-1', text: { type: 'plain_text', text: 'Cancel' } },
    { type: 'button', action_id: 'open', url: 'https://example.com/d', text: { type: 'plain_text', text: 'Download' } }
  ]
}

test('a click sends user, button and place to the app, and its response URL changes the message', async () => {
  await using app = await withApp((_, response) => void response.end())
  const { slack, seen } = app
  await clientOf(slack).chat.postMessage({ channel: 'C0SUPPORT', text: 'Running', blocks: [cancel] as never })
  const message = slack.messages()[0]!
  const { failure, responseUrl } = await slack.click({ in: message, actionId: 'cancel', user: 'U0OPS' })
  assert.equal(failure, undefined)
  const { path, payload } = seen[0]!
  assert.equal(path, '/slack/interactive')
  assert.deepEqual(
    [payload.type, payload.user.id, payload.user.team_id, payload.channel.id, payload.message.ts, payload.response_url],
    ['block_actions', 'U0OPS', 'T0IOTLOG', 'C0SUPPORT', message.ts, responseUrl]
  )
  assert.equal(payload.container.is_ephemeral, false)
  const [action] = payload.actions
  assert.deepEqual([action.action_id, action.block_id, action.value, action.type], ['cancel', 'job', 'job-1', 'button'])
  await post(responseUrl!, { text: 'Only you see that', replace_original: false })
  assert.equal(slack.ephemerals('U0OPS')[0]!.text, 'Only you see that')
  await post(responseUrl!, { text: 'Cancelling', replace_original: true })
  assert.equal(message.text, 'Cancelling')
  await post(responseUrl!, { delete_original: true })
  assert.deepEqual(slack.messages(), [])
})

test('a button with a link opens it and notifies the app', async () => {
  await using app = await withApp((_, response) => void response.writeHead(500).end())
  await clientOf(app.slack).chat.postMessage({ channel: 'C0SUPPORT', text: 'Done', blocks: [cancel] as never })
  const answer = await app.slack.click({ in: app.slack.messages()[0]!, actionId: 'open' })
  assert.deepEqual([answer.url, answer.failure], ['https://example.com/d', 'http_service_error'])
  await assert.rejects(app.slack.click({ in: app.slack.messages()[0]!, actionId: 'none' }), /no none in it/)
})

const plain = (text: string) => ({ type: 'plain_text', text }) as const
const view: ModalView = {
  type: 'modal',
  callback_id: 'export',
  private_metadata: 'C0SUPPORT',
  title: plain('Export'),
  submit: plain('Start'),
  notify_on_close: true,
  blocks: [
    {
      type: 'input',
      block_id: 'id',
      label: plain('Identifier'),
      element: { type: 'plain_text_input', action_id: 'id' }
    },
    {
      type: 'input',
      block_id: 'categories',
      label: plain('Categories'),
      element: {
        type: 'multi_static_select',
        action_id: 'categories',
        options: ['telemetry', 'command'].map((value) => ({ text: plain(value), value }))
      }
    },
    {
      type: 'input',
      block_id: 'date',
      label: plain('Day'),
      element: { type: 'datepicker', action_id: 'date', initial_date: '2023-10-01' }
    },
    { type: 'input', optional: true, label: plain('Words'), element: { type: 'plain_text_input', action_id: 'words' } }
  ]
}

test('a modal opens with a trigger, once and at once', async () => {
  let now = Date.now()
  await using app = await withApp((_, response) => void response.end(), { nowMs: () => now })
  const client = clientOf(app.slack)
  const { triggerId } = await app.slack.command({ text: '' })
  const opened = await client.views.open({ trigger_id: triggerId, view })
  assert.match(opened.view!.id!, /^V/)
  assert.equal(app.slack.modals('U0MINA').length, 1)
  assert.equal(await failureOf(client.views.open({ trigger_id: triggerId, view })), 'exchanged_trigger_id')
  assert.equal(await failureOf(client.views.open({ trigger_id: 'x', view })), 'invalid_trigger_id')
  const { triggerId: late } = await app.slack.command({ text: '' })
  now += 3_001
  assert.equal(await failureOf(client.views.open({ trigger_id: late, view })), 'expired_trigger_id')
  const wrong = client.views.open({ trigger_id: late, view: { ...view, title: plain('x'.repeat(25)) } })
  assert.match(await failureOf(wrong), /^invalid_arguments .*view\/title/)
})

test('a modal is filled in, refused, corrected and taken', async () => {
  await using app = await withApp((_, response, payload) => {
    if (payload?.type !== 'view_submission') return void response.end()
    const { value } = payload.view.state.values.id.id
    if (value === 'THING00001') response.end()
    else answerJson(response, { response_action: 'errors', errors: { id: `"${value}" is too short` } })
  })
  const { slack, seen } = app
  const { triggerId } = await slack.command({ text: '' })
  await clientOf(slack).views.open({ trigger_id: triggerId, view })
  const modal = slack.modals()[0]!
  const early = await slack.submit({ modal })
  assert.deepEqual([early.delivery, early.missing], [undefined, ['id', 'categories']])
  const values = { id: 'T', categories: ['telemetry'] }
  await slack.submit({ modal, values })
  assert.deepEqual([modal.isOpen, modal.errors], [true, { id: '"T" is too short' }])
  await slack.submit({ modal, values: { ...values, id: 'THING00001' } })
  assert.equal(modal.isOpen, false)
  const submitted = seen.at(-1)!.payload
  assert.deepEqual(
    [
      submitted.view.callback_id,
      submitted.view.private_metadata,
      submitted.user.id,
      submitted.view.state.values.date.date
    ],
    ['export', 'C0SUPPORT', 'U0MINA', { type: 'datepicker', selected_date: '2023-10-01' }]
  )
  assert.deepEqual(submitted.view.state.values.categories.categories.selected_options, [
    { text: plain('telemetry'), value: 'telemetry' }
  ])
  await assert.rejects(slack.submit({ modal, values: { nothing: 'x' } }), /has no nothing/)
})

test('a modal may be replaced by another, whose buttons send the view', async () => {
  const done = { type: 'modal', title: plain('Started'), blocks: [cancel] }
  await using app = await withApp((_, response, payload) => {
    if (payload?.type === 'view_submission') answerJson(response, { response_action: 'update', view: done })
    else response.end()
  })
  const { slack, seen } = app
  const { triggerId } = await slack.command({ text: '' })
  await clientOf(slack).views.open({ trigger_id: triggerId, view })
  const modal = slack.modals()[0]!
  await slack.submit({ modal, values: { id: 'x', categories: ['command'] } })
  assert.deepEqual([modal.isOpen, modal.view.title], [true, plain('Started')])
  const pressed = await slack.click({ in: modal, actionId: 'cancel' })
  const { payload } = seen.at(-1)!
  assert.deepEqual([payload.type, payload.view.id, payload.container.type], ['block_actions', modal.id, 'view'])
  assert.deepEqual([payload.response_url, payload.channel, pressed.responseUrl], [undefined, undefined, undefined])
})

test('a modal stays and shows an error when the app fails, and the app is notified when it closes', async () => {
  await using app = await withApp((fields, response) => void response.writeHead(fields.payload ? 500 : 200).end())
  const { slack, seen } = app
  const { triggerId } = await slack.command({ text: '' })
  await clientOf(slack).views.open({ trigger_id: triggerId, view })
  const modal = slack.modals()[0]!
  const { delivery } = await slack.submit({ modal, values: { id: 'x', categories: ['command'] } })
  assert.equal(delivery!.failure, 'http_service_error')
  assert.deepEqual(modal.errors, { '': 'We had some trouble connecting. Try again?' })
  await slack.dismiss(modal)
  assert.equal(seen.at(-1)!.payload.type, 'view_closed')
  assert.equal(modal.isOpen, false)
})

test('waiting for a change resolves at the change, or fails with the state', async () => {
  await using slack = await startSlackServer()
  const seen = slack.until(({ requests }) => requests.at(-1)?.method === 'chat.postMessage' && 'posted')
  await clientOf(slack).chat.postMessage({ channel: 'C0SUPPORT', text: 'hello' })
  assert.equal(await seen, 'posted')
  await assert.rejects(
    slack.until(() => false, 1),
    /Not seen in 1 ms\. Last said: \["hello"\]/
  )
})
