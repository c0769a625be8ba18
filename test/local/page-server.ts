import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'
import { listen } from '../stand-ins/s3/connections.ts'
import type { SlackServer } from '../stand-ins/slack/server.ts'
import type { Change, Message, Modal } from '../stand-ins/slack/workspace.ts'
import { isSeenBy, messageView, modalView, snapshotFor } from './page-view.ts'

/*
 * The page that plays Slack: its files, what a person sees (server-sent events), and what they do (POSTs).
 */

export interface PageServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
}

const files: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/page.css': 'page.css',
  '/main.js': 'main.js',
  '/dom.js': 'dom.js',
  '/mrkdwn.js': 'mrkdwn.js',
  '/blocks.js': 'blocks.js',
  '/modal.js': 'modal.js'
}
const types: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' }
/** Nothing from elsewhere, and no script but the page's own. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"

export async function servePage(slack: SlackServer, wantedPort: number): Promise<PageServer> {
  const server = createServer(async (incoming, response) => {
    try {
      await answer(slack, url, incoming, response)
    } catch (error) {
      if (!response.headersSent) sendJson(response, 400, { error: (error as Error).message })
    }
  })
  const connections = await listen(server, wantedPort)
  const { port } = connections
  const url = `http://127.0.0.1:${port}`
  return { url: `${url}/`, port, [Symbol.asyncDispose]: () => connections.shut() }
}

async function answer(
  slack: SlackServer,
  url: string,
  incoming: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', url)
  // Under another name it could be a foreign page (DNS rebinding).
  const { port } = new URL(url)
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(incoming.headers.host ?? '')) {
    return sendJson(response, 421, { error: 'Use the address that was printed' })
  }
  if (incoming.method === 'POST') return act(slack, pathname, incoming, response)
  if (pathname === '/events') return sendEvents(slack, searchParams.get('user') ?? '', response)
  const name = files[pathname]
  if (name === undefined) return sendJson(response, 404, { error: 'Not found' })
  const body = await readFile(new URL(`page/${name}`, import.meta.url))
  response.writeHead(200, {
    'content-type': `${types[name.split('.').at(-1)!]}; charset=utf-8`,
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff'
  })
  response.end(body)
}

/** First all there is, then every change of it. */
function sendEvents(slack: SlackServer, wanted: string, response: ServerResponse): void {
  const { workspace } = slack
  const viewer = workspace.users.has(wanted) ? wanted : [...workspace.users.keys()][0]!
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (name: string, value: unknown): void =>
    void response.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
  send('snapshot', snapshotFor(slack, viewer))
  const stop = workspace.onChange((change: Change) => {
    if (change.kind === 'message' && isSeenBy(change.message, viewer)) {
      send('message', messageView(slack, change.message))
      if (change.message.versions.length === 1) send('channels', snapshotFor(slack, viewer).channels)
    } else if (change.kind === 'modal' && change.modal.user === viewer) send('modal', modalView(change.modal))
  })
  response.once('close', stop)
}

const user = z.string()
const actions = {
  '/act/say': z.strictObject({ user, channel: z.string(), text: z.string().min(1).max(4_000) }),
  '/act/click': z.strictObject({ user, channel: z.string(), ts: z.string(), actionId: z.string() }),
  '/act/press': z.strictObject({ user, modal: z.string(), actionId: z.string() }),
  '/act/submit': z.strictObject({
    user,
    modal: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()]))
  }),
  '/act/dismiss': z.strictObject({ user, modal: z.string() })
}

/** Carries out what a person does. Only the page can ask: a form of another site can't send JSON. */
async function act(
  slack: SlackServer,
  path: string,
  incoming: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  if (incoming.headers['content-type'] !== 'application/json') return sendJson(response, 415, { error: 'JSON only' })
  const input: unknown = await json(incoming)
  if (path === '/act/say') await say(slack, actions[path].parse(input))
  else if (path === '/act/click') {
    const { channel, ts, actionId, user: clicker } = actions[path].parse(input)
    const { failure } = await slack.click({ in: messageOf(slack, channel, ts, clicker), actionId, user: clicker })
    return sendJson(response, 200, { failure })
  } else if (path === '/act/press') {
    const { modal, actionId, user: clicker } = actions[path].parse(input)
    const { failure } = await slack.click({ in: modalOf(slack, modal, clicker), actionId })
    return sendJson(response, 200, { failure })
  } else if (path === '/act/submit') {
    const { modal, values, user: submitter } = actions[path].parse(input)
    const { missing } = await slack.submit({ modal: modalOf(slack, modal, submitter), values })
    return sendJson(response, 200, { missing })
  } else if (path === '/act/dismiss') {
    const { modal, user: dismisser } = actions[path].parse(input)
    await slack.dismiss(modalOf(slack, modal, dismisser))
  } else return sendJson(response, 404, { error: 'Not found' })
  sendJson(response, 200, {})
}

/** A word that begins with a slash is a command; the rest is talk. */
async function say(slack: SlackServer, said: z.output<(typeof actions)['/act/say']>): Promise<void> {
  const { user: speaker, channel, text } = said
  const place = slack.workspace.channels.get(channel)
  if (!place?.members.has(speaker)) throw new Error('You are not in that channel')
  const command = /^(\/[a-z][a-z-]*)(?:\s+|$)/.exec(text)
  if (!command) {
    slack.workspace.post(
      slack.workspace.channels.get(channel)!,
      { text: escapeText(text), blocks: [] },
      { user: speaker }
    )
  } else if (command[1] === '/iot-log') {
    await slack.command({ text: text.slice(command[0].length), user: speaker, channel })
  } else {
    const words = `${command[1]} is not a valid command.`
    slack.workspace.post(place, { text: words, blocks: [] }, { user: 'USLACKBOT', onlyFor: speaker })
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeText = (text: string): string => text.replace(/[&<>]/g, (one) => escapes[one]!)

function messageOf(slack: SlackServer, channel: string, ts: string, viewer: string): Message {
  const message = slack.workspace.find(channel, ts)
  if (message && isSeenBy(message, viewer)) return message
  throw new Error('There is no such message')
}

function modalOf(slack: SlackServer, id: string, viewer: string): Modal {
  const modal = slack.modals(viewer).find((one) => one.id === id)
  if (modal) return modal
  throw new Error('There is no such form')
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
