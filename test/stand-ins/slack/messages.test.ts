import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebClient } from '@slack/web-api'
import { clientOf, failureOf } from './clients.ts'
import { startSlackServer } from './server.ts'

const channel = 'C0SUPPORT'

test('a message is posted, updated in place and deleted by the real client', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*10 %*' } }]
  const { ts, message } = await client.chat.postMessage({ channel, text: '10 %', blocks, unfurl_links: false })
  assert.match(ts!, /^\d{10}\.\d{6}$/)
  assert.equal(message!.bot_id, 'B0BOT')
  await client.chat.update({ channel, ts: ts!, text: '50 %' })
  const [posted] = slack.messages()
  assert.equal(posted!.text, '50 %')
  assert.equal(posted!.blocks.length, 1, 'blocks stay where an update names none')
  await client.chat.update({ channel, ts: ts!, text: '100 %', blocks: [] })
  assert.deepEqual(
    posted!.versions.map(({ text, blocks: looks }) => [text, looks.length]),
    [
      ['10 %', 1],
      ['50 %', 1],
      ['100 %', 0]
    ]
  )
  await client.chat.delete({ channel, ts: ts! })
  assert.deepEqual(slack.messages(), [])
  assert.equal(await failureOf(client.chat.update({ channel, ts: ts!, text: 'late' })), 'message_not_found')
})

test('the workspace’s data are given on request', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const { user_id, bot_id, team_id } = await client.auth.test()
  assert.deepEqual([user_id, bot_id, team_id], ['U0BOT', 'B0BOT', 'T0IOTLOG'])
  const { user } = await client.users.info({ user: 'U0GUEST' })
  assert.deepEqual([user!.is_restricted, user!.is_ultra_restricted, user!.team_id], [true, true, 'T0IOTLOG'])
  const { channel: found } = await client.conversations.info({ channel })
  assert.deepEqual([found!.name, found!.is_private, found!.is_member], ['iot-support', false, true])
  const { permalink } = await client.chat.getPermalink({
    channel,
    message_ts: (await client.chat.postMessage({ channel, text: 'x' })).ts!
  })
  assert.match(permalink!, /\/archives\/C0SUPPORT\/p\d{16}$/)
})

test('a message to a user is refused where the app has no messages tab', async () => {
  await using slack = await startSlackServer({ hasMessagesTab: false })
  const client = clientOf(slack)
  const post = (channel: string) => failureOf(client.chat.postMessage({ channel, text: 'Your export is ready' }))
  assert.equal(await post('U0MINA'), 'messages_tab_disabled')
  const opened = await client.conversations.open({ users: 'U0MINA' })
  assert.equal(await post(opened.channel!.id!), 'messages_tab_disabled')
  assert.deepEqual(slack.messages('D0MINA'), [])
})

test('a message to a user is a direct message', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const posted = await client.chat.postMessage({ channel: 'U0MINA', text: 'Your export is ready' })
  assert.equal(posted.channel, 'D0MINA')
  assert.equal((await client.conversations.open({ users: 'U0MINA' })).channel!.id, 'D0MINA')
  assert.equal(slack.messages('D0MINA')[0]!.text, 'Your export is ready')
  assert.equal(await failureOf(client.chat.postMessage({ channel: 'U0OTHER', text: 'x' })), 'channel_not_found')
})

test('an ephemeral message is seen by one user and can’t be edited', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const { message_ts } = await client.chat.postEphemeral({ channel, user: 'U0MINA', text: 'for you' })
  assert.equal(slack.ephemerals('U0MINA')[0]!.text, 'for you')
  assert.equal(slack.messages().length, 0)
  assert.equal(await failureOf(client.chat.update({ channel, ts: message_ts!, text: 'x' })), 'message_not_found')
})

const rooms = [
  { id: 'C0OPEN', name: 'open', hasApp: false },
  { id: 'C0SECRET', name: 'secret', kind: 'private', hasApp: false },
  { id: 'C0OLD', name: 'old', isArchived: true },
  { id: 'C0FEW', name: 'few', members: ['U0OPS'] }
] as const

const refused: readonly (readonly [string, (client: WebClient) => Promise<unknown>, string])[] = [
  ['a channel that is not there', (c) => c.chat.postMessage({ channel: 'C0NONE', text: 'x' }), 'channel_not_found'],
  ['a channel without the app', (c) => c.chat.postMessage({ channel: 'C0OPEN', text: 'x' }), 'not_in_channel'],
  ['a private one without it', (c) => c.chat.postMessage({ channel: 'C0SECRET', text: 'x' }), 'channel_not_found'],
  ['an archived channel', (c) => c.chat.postMessage({ channel: 'C0OLD', text: 'x' }), 'is_archived'],
  [
    'an ephemeral for an outsider',
    (c) => c.chat.postEphemeral({ channel: 'C0FEW', user: 'U0MINA', text: 'x' }),
    'user_not_in_channel'
  ],
  ['nothing to say', (c) => c.chat.postMessage({ channel: 'C0FEW', text: '' }), 'no_text'],
  [
    'no channel',
    (c) => c.apiCall('chat.postMessage', { text: 'x' }),
    'invalid_arguments [ERROR] missing required field: channel'
  ],
  ['an update of nothing', (c) => c.chat.update({ channel: 'C0FEW', ts: '1.000001', text: 'x' }), 'message_not_found'],
  ['an unknown user', (c) => c.users.info({ user: 'U0NOBODY' }), 'user_not_found'],
  ['an unknown method', (c) => c.apiCall('chat.shout', { text: 'x' }), 'unknown_method']
]

for (const [name, call, expected] of refused) {
  test(`${name} is refused`, async () => {
    await using slack = await startSlackServer({ channels: rooms, scopes: ['chat:write', 'users:read'] })
    assert.equal(await failureOf(call(clientOf(slack))), expected)
  })
}

test('an open channel may be posted to with the scope for it, and nothing without any', async () => {
  await using open = await startSlackServer({ channels: rooms, scopes: ['chat:write', 'chat:write.public'] })
  await clientOf(open).chat.postMessage({ channel: 'C0OPEN', text: 'x' })
  await using bare = await startSlackServer({ scopes: ['commands'] })
  assert.equal(await failureOf(clientOf(bare).chat.postMessage({ channel, text: 'x' })), 'missing_scope')
})

test('the app can’t change a message of another author', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const theirs = slack.workspace.post(
    slack.workspace.channels.get(channel)!,
    { text: 'hi', blocks: [] },
    { user: 'U0MINA' }
  )
  assert.equal(await failureOf(client.chat.update({ channel, ts: theirs.ts, text: 'x' })), 'cant_update_message')
  assert.equal(await failureOf(client.chat.delete({ channel, ts: theirs.ts })), 'cant_delete_message')
})

test('text is cut when posted and refused when updated', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const { ts } = await client.chat.postMessage({ channel, text: 'x'.repeat(40_001) })
  assert.equal(slack.messages()[0]!.text.length, 40_000)
  assert.equal(await failureOf(client.chat.update({ channel, ts: ts!, text: 'x'.repeat(4_001) })), 'msg_too_long')
  await client.chat.update({ channel, ts: ts!, text: 'x'.repeat(4_000) })
})

test('a token must be there and be the right one', async () => {
  await using slack = await startSlackServer()
  const options = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } }
  assert.equal(await failureOf(new WebClient(undefined, options).auth.test()), 'not_authed')
  assert.equal(await failureOf(new WebClient('xoxb-other', options).auth.test()), 'invalid_auth')
  const inForm = await fetch(`${slack.apiUrl}auth.test`, {
    method: 'POST',
    body: new URLSearchParams({ token: slack.token })
  })
  assert.equal(((await inForm.json()) as { ok: boolean }).ok, true)
  const plain = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST', body: 'hello' })
  assert.equal(((await plain.json()) as { error: string }).error, 'invalid_post_type')
  const json = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${slack.token}` },
    body: JSON.stringify({ channel, text: 'by JSON', blocks: [{ type: 'divider' }] })
  })
  assert.equal(((await json.json()) as { ok: boolean }).ok, true)
})

test('a file comes in three steps, and only where the app is', async () => {
  await using slack = await startSlackServer({ channels: [...rooms, { id: channel, name: 'support' }] })
  const client = clientOf(slack)
  await client.filesUploadV2({ channel_id: channel, filename: 'lines.txt', content: 'one\ntwo\n', title: 'Two lines' })
  const [file] = [...slack.workspace.files.values()]
  assert.deepEqual([file!.name, file!.title, file!.bytes!.toString()], ['lines.txt', 'Two lines', 'one\ntwo\n'])
  assert.deepEqual(slack.messages(channel)[0]!.files, [file!.id])
  assert.equal(
    await failureOf(client.filesUploadV2({ channel_id: 'C0OPEN', filename: 'a.txt', content: 'a' })),
    'not_in_channel'
  )
  assert.match(await failureOf(client.files.getUploadURLExternal({ filename: 'a', length: 0 })), /^invalid_arguments/)
})

test('a canvas is made once for a channel and replaced', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const document_content = { type: 'markdown', markdown: '# Usage' } as const
  const { canvas_id } = await client.conversations.canvases.create({ channel_id: channel, document_content })
  assert.equal(
    await failureOf(client.conversations.canvases.create({ channel_id: channel, document_content })),
    'channel_canvas_already_exists'
  )
  const info = await client.conversations.info({ channel })
  const { canvas } = info.channel!.properties as { canvas?: { file_id: string } }
  assert.equal(canvas!.file_id, canvas_id)
  await client.canvases.edit({
    canvas_id: canvas_id!,
    changes: [{ operation: 'replace', document_content: { type: 'markdown', markdown: '# Better' } }]
  })
  assert.equal(slack.workspace.canvases.get(canvas_id!)!.markdown, '# Better')
  const { canvas_id: alone } = await client.canvases.create({ title: 'Alone', document_content })
  assert.equal(slack.workspace.canvases.get(alone!)!.title, 'Alone')
  assert.equal(
    await failureOf(client.canvases.edit({ canvas_id: 'F0NONE', changes: [{ operation: 'delete', section_id: 'x' }] })),
    'canvas_not_found'
  )
})
