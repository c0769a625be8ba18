import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallFault, type CallFaultPlan, createCallFaults } from '../aws/faults.ts'
import { listen } from '../s3/connections.ts'
import { createHttpServer } from '../tls/http-server.ts'
import type { Identity } from '../tls/identity.ts'

/*
 * Logstash's http input with its JSON codec: an array is as many events, anything else that is not JSON one event of
 * plain text with a tag, as the real one makes it.
 */

export interface LogstashServerOptions {
  readonly login?: { readonly username: string; readonly password: string }
  /** `max_content_length`. Default: 100 MiB. */
  readonly maxContentBytes?: number
  /** Speaks TLS as this one. */
  readonly identity?: Identity | undefined
  /** Faults of calls named `post`. */
  readonly faults?: readonly CallFault[]
}

export interface LogstashServer extends AsyncDisposable {
  readonly url: string
  /** All events that were accepted, in their order. */
  readonly events: Record<string, unknown>[]
  readonly faults: CallFaultPlan
  /** Connections that were ever opened. */
  connections: number
  posts: number
  /** Called after every request that was accepted. */
  onPost: () => void
  setOffline(isOffline: boolean): Promise<void>
}

export async function startLogstashServer(options: LogstashServerOptions = {}): Promise<LogstashServer> {
  const faults = createCallFaults(options.faults ?? [])
  const server = createHttpServer(options.identity, (incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy())
  })
  const connections = await listen(server, 0)
  const opened: LogstashServer = {
    url: `${options.identity ? 'https' : 'http'}://127.0.0.1:${connections.port}`,
    events: [],
    faults: faults.plan,
    connections: 0,
    posts: 0,
    onPost: () => {},
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    [Symbol.asyncDispose]: () => connections.shut()
  }
  server.on('connection', () => opened.connections++)

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const send = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain', 'content-length': text.length }).end(text)
    }
    const actions = faults.actionsOn('post')
    for (const action of actions) {
      if (action.kind === 'latency') await sleep(action.ms, undefined, { ref: false })
      else if (action.kind === 'hang') return
      else if (action.kind === 'reset') return void response.socket?.resetAndDestroy()
      else if (action.kind === 'error') return send(action.status ?? 429, action.type)
    }
    const { login } = options
    const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
    if (wanted !== undefined && incoming.headers.authorization !== wanted) return send(401, '')
    if (body.length > (options.maxContentBytes ?? 100 * 1024 ** 2)) return send(413, '')
    opened.events.push(...eventsOf(incoming.headers['content-type'], body.toString()))
    opened.posts++
    opened.onPost()
    if (actions.some(({ kind }) => kind === 'lost-answer')) return void response.socket?.resetAndDestroy()
    send(200, 'ok')
  }

  return opened
}

function eventsOf(type: string | undefined, text: string): Record<string, unknown>[] {
  if (type?.startsWith('application/json') !== true) return [{ message: text }]
  try {
    const value = JSON.parse(text) as Record<string, unknown> | Record<string, unknown>[]
    return Array.isArray(value) ? value : [value]
  } catch {
    return [{ message: text, tags: ['_jsonparsefailure'] }]
  }
}
