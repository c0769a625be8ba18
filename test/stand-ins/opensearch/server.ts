import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallFault, type CallFaultPlan, createCallFaults } from '../aws/faults.ts'
import { listen } from '../s3/connections.ts'
import type { Credentials } from '../s3/signature.ts'
import { signatureProblem } from '../sqs/check-signature.ts'
import { createHttpServer } from '../tls/http-server.ts'
import type { Identity } from '../tls/identity.ts'
import { answerBulk, type BulkHost, type ItemFault } from './bulk.ts'
import { checkTemplate, type IndexTemplate } from './templates.ts'

/*
 * OpenSearch as far as a forwarder sees it: the bulk API and index templates, over real HTTP, refusing what the real one
 * refuses.
 */

export interface OpenSearchServerOptions {
  /** Credentials that clients need. Default: none. */
  readonly login?: { readonly username: string; readonly password: string }
  readonly signature?: { readonly credentials: Credentials; readonly region: string; readonly service: 'es' | 'aoss' }
  /** `http.max_content_length`. Default: 100 MiB. */
  readonly maxContentBytes?: number
  /** Speaks TLS as this one. */
  readonly identity?: Identity | undefined
  /** Faults of calls named `bulk` and `template`. */
  readonly faults?: readonly CallFault[]
  /** Keeps the ids and counts the rest, for large runs. */
  readonly keepsDocuments?: boolean
}

export interface OpenSearchServer extends AsyncDisposable {
  readonly url: string
  /** Documents by index and id. */
  readonly indexes: Map<string, Map<string, Record<string, unknown>>>
  readonly templates: Map<string, IndexTemplate>
  readonly faults: CallFaultPlan
  /** Decides of single documents: a status and a type to refuse it with. */
  itemFault: ItemFault | undefined
  /** Requests under way, and the most there have been. */
  readonly inFlight: { now: number; peak: number }
  /** How many bulk requests came. */
  bulks: number
  /** Documents that came though they were there. */
  doubles: number
  /** Called after every bulk request. */
  onBulk: () => void
  /** All ids, of all indexes. */
  ids(): string[]
  setOffline(isOffline: boolean): Promise<void>
}

export async function startOpenSearchServer(options: OpenSearchServerOptions = {}): Promise<OpenSearchServer> {
  const faults = createCallFaults(options.faults ?? [])
  const indexes = new Map<string, Map<string, Record<string, unknown>>>()
  const templates = new Map<string, IndexTemplate>()
  const inFlight = { now: 0, peak: 0 }
  const server = createHttpServer(options.identity, (incoming, response) => {
    inFlight.peak = Math.max(inFlight.peak, ++inFlight.now)
    void answer(incoming, response)
      .catch(() => response.destroy())
      .finally(() => inFlight.now--)
  })
  const connections = await listen(server, 0)
  const opened: OpenSearchServer & BulkHost = {
    url: `${options.identity ? 'https' : 'http'}://127.0.0.1:${connections.port}`,
    indexes,
    templates,
    faults: faults.plan,
    itemFault: undefined,
    inFlight,
    bulks: 0,
    doubles: 0,
    keepsDocuments: options.keepsDocuments ?? true,
    onBulk: () => {},
    ids: () => [...indexes.values()].flatMap((documents) => [...documents.keys()]),
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    [Symbol.asyncDispose]: () => connections.shut()
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const url = new URL(incoming.url ?? '/', 'http://here')
    const operation =
      url.pathname === '/_bulk' ? 'bulk' : url.pathname.startsWith('/_index_template/') ? 'template' : ''
    const actions = faults.actionsOn(operation)
    for (const action of actions) {
      if (action.kind === 'latency') await sleep(action.ms, undefined, { ref: false })
      else if (action.kind === 'hang') return
      else if (action.kind === 'reset') return void response.socket?.resetAndDestroy()
      else if (action.kind === 'error') return refuse(response, action.status ?? 500, action.type, action.message)
    }
    const problem = accessProblem(incoming, body, options)
    if (problem) return refuse(response, problem.status, problem.type)
    if (body.length > (options.maxContentBytes ?? 100 * 1024 ** 2)) return refuse(response, 413, 'content_too_long')
    if (operation === 'bulk' && incoming.method === 'POST') {
      const type = incoming.headers['content-type'] ?? ''
      if (!/^application\/(?:x-ndjson|json)(?:;|$)/.test(type))
        return refuse(response, 406, 'media_type_header_exception')
      const result = answerBulk(opened, body)
      opened.bulks++
      opened.onBulk()
      if (actions.some(({ kind }) => kind === 'lost-answer')) return void response.socket?.resetAndDestroy()
      if ('problem' in result) return refuse(response, 400, 'illegal_argument_exception', result.problem)
      return send(response, 200, filtered(result, url.searchParams.get('filter_path')))
    }
    if (operation === 'template' && (incoming.method === 'PUT' || incoming.method === 'POST')) {
      const template = JSON.parse(body.toString()) as IndexTemplate
      const wrong = checkTemplate(template)
      if (wrong !== undefined) return refuse(response, 400, 'illegal_argument_exception', wrong)
      templates.set(decodeURIComponent(url.pathname.split('/')[2]!), template)
      return send(response, 200, { acknowledged: true })
    }
    refuse(response, 404, 'resource_not_found_exception')
  }

  return opened
}

function accessProblem(
  incoming: IncomingMessage,
  body: Buffer,
  { login, signature }: OpenSearchServerOptions
): { status: number; type: string } | undefined {
  if (login) {
    const wanted = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
    return incoming.headers.authorization === wanted ? undefined : { status: 401, type: 'security_exception' }
  }
  if (!signature) return undefined
  return signatureProblem(incoming, body, signature) === undefined
    ? undefined
    : { status: 403, type: 'security_exception' }
}

/** `filter_path=errors,items.*.status,items.*.error`: what an answer keeps of itself. */
function filtered(result: { errors: boolean; items: object[] }, filter: string | null): object {
  if (filter === null) return { took: 1, ...result }
  const kept = filter.split(',').map((path) => path.split('.').at(-1)!)
  const items = result.items.map((item) => {
    const [action, fields] = Object.entries(item)[0]! as [string, object]
    return { [action]: Object.fromEntries(Object.entries(fields).filter(([name]) => kept.includes(name))) }
  })
  return { errors: result.errors, items }
}

function refuse(response: ServerResponse, status: number, type: string, reason = 'refused'): void {
  send(response, status, { error: { root_cause: [{ type, reason }], type, reason }, status })
}

function send(response: ServerResponse, status: number, output: object): void {
  const text = JSON.stringify(output)
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text)
  })
  response.end(text)
}
