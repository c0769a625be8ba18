import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { SlackApiError } from './api-error.ts'
import { type Arguments, type ReadArguments, readArguments } from './arguments.ts'
import { isRecord } from './blocks/checks.ts'
import type { MethodEntry } from './call.ts'
import type { SlackFaultAction, SlackFaultState } from './faults.ts'
import { methods } from './methods.ts'
import type { RateMeter } from './rate-limits.ts'
import type { SlackRequest, SlackRequestLog } from './request-log.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Triggers } from './triggers.ts'
import type { Workspace } from './workspace.ts'

/** What requests are answered from. */
export interface SlackHost {
  readonly workspace: Workspace
  readonly token: string
  readonly scopes: ReadonlySet<string>
  readonly rates: RateMeter
  readonly faults: SlackFaultState
  readonly log: SlackRequestLog
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly unsupportedBlocks: readonly string[]
  /** File ids by the secrets of their upload URLs. */
  readonly uploads: Map<string, string>
  url(): string
}

interface Exchange {
  readonly host: SlackHost
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly body: Buffer
}

const maxApiBytes = 4 * 1024 ** 2
const maxUploadBytes = 128 * 1024 ** 2

/** Answers one request. Never throws. */
export async function handle(host: SlackHost, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(incoming.url ?? '/', 'http://slack.local')
    const isUpload = url.pathname.startsWith('/upload/v1/')
    const body = await readBody(incoming, isUpload ? maxUploadBytes : maxApiBytes)
    if (!body) return send(response, 413, 'text/plain', 'too large')
    const exchange = { host, incoming, response, url, body }
    if (url.pathname.startsWith('/api/')) await answerApi(exchange, url.pathname.slice('/api/'.length))
    else if (/^\/(?:commands|actions)\//.test(url.pathname)) await answerResponseUrl(exchange)
    else if (isUpload) await answerUpload(exchange)
    else if (url.pathname.startsWith('/files/')) answerFile(exchange)
    else send(response, 404, 'text/plain', 'not found')
  } catch {
    response.destroy()
  } finally {
    host.workspace.noteRequest()
  }
}

async function answerApi(exchange: Exchange, name: string): Promise<void> {
  const { host, incoming, url, body } = exchange
  let read: ReadArguments | undefined
  let refusal: unknown
  try {
    read = readArguments(incoming.headers, url.searchParams, body)
  } catch (error) {
    refusal = error
  }
  const args = read?.args ?? {}
  const record = host.log.add(name, args, host.workspace.nowMs())
  const losesAnswer = await applyFaults(exchange, record, name, args)
  if (losesAnswer === undefined) return
  try {
    if (refusal !== undefined) throw refusal
    const seconds = host.rates.secondsToWait(name, typeof args.channel === 'string' ? args.channel : undefined)
    if (seconds !== undefined) return sendRateLimit(exchange, record, seconds)
    const answer = { ok: true, ...carryOut(host, name, args, read?.token) }
    if (losesAnswer) exchange.response.socket?.resetAndDestroy()
    else sendJson(exchange, record, 200, answer)
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error
    sendJson(exchange, record, 200, { ok: false, error: error.code, ...error.details })
  }
}

function carryOut(host: SlackHost, name: string, args: Arguments, token: string | undefined): object {
  const method: MethodEntry | undefined = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!method) throw new SlackApiError('unknown_method', { req_method: name })
  if (token === undefined) throw new SlackApiError('not_authed')
  if (token !== host.token) throw new SlackApiError('invalid_auth')
  if (method.scopes.length > 0 && !method.scopes.some((scope) => host.scopes.has(scope))) {
    throw new SlackApiError('missing_scope', { needed: method.scopes.join(','), provided: [...host.scopes].join(',') })
  }
  const { workspace, triggers, scopes, unsupportedBlocks, uploads } = host
  return method.run({ workspace, args, triggers, scopes, unsupportedBlocks, uploads, url: host.url() })
}

/** A later answer to a command or a click. It is known by its address alone. */
async function answerResponseUrl(exchange: Exchange): Promise<void> {
  const { host, incoming, response, url, body } = exchange
  const payload = parsePayload(incoming, body)
  const record = host.log.add('response_url', payload ?? {}, host.workspace.nowMs())
  const losesAnswer = await applyFaults(exchange, record, 'response_url', payload ?? {}, 404)
  if (losesAnswer === undefined) return
  try {
    if (incoming.method !== 'POST' || !payload) throw new SlackApiError('invalid_payload')
    host.responseUrls.use(host.responseUrls.find(url.pathname), payload)
    record.status = 200
    if (losesAnswer) response.socket?.resetAndDestroy()
    else send(response, 200, 'text/html', 'ok')
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error
    const isGone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code)
    sendJson(exchange, record, isGone ? 404 : 400, { ok: false, error: error.code, ...error.details })
  }
}

function parsePayload({ headers }: IncomingMessage, body: Buffer): Record<string, unknown> | undefined {
  const form = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  const text = form ? (new URLSearchParams(body.toString()).get('payload') ?? '') : body.toString()
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

async function answerUpload(exchange: Exchange): Promise<void> {
  const { host, incoming, response, url } = exchange
  const record = host.log.add('upload', {}, host.workspace.nowMs())
  const losesAnswer = await applyFaults(exchange, record, 'upload', {}, 404)
  if (losesAnswer === undefined) return
  const file = host.workspace.files.get(host.uploads.get(url.pathname.slice('/upload/v1/'.length)) ?? '')
  const bytes = file && incoming.method === 'POST' ? await uploadedBytes(exchange) : undefined
  record.status = !file ? 404 : bytes?.length === file.length ? 200 : 400
  if (record.status !== 200) return send(response, record.status, 'text/plain', 'refused')
  file!.bytes = bytes
  if (losesAnswer) response.socket?.resetAndDestroy()
  else send(response, 200, 'text/plain', `OK - ${bytes!.length}`)
}

/** The raw body, or the one file of a form. */
async function uploadedBytes({ incoming, body }: Exchange): Promise<Buffer | undefined> {
  const type = incoming.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  for (const [, value] of form) if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return undefined
}

/** `url_private`: for those who hold the token. */
function answerFile({ host, incoming, response, url }: Exchange): void {
  const file = host.workspace.files.get(url.pathname.split('/')[2] ?? '')
  if (!file?.isComplete || !file.bytes) return send(response, 404, 'text/plain', 'not found')
  if (incoming.headers.authorization !== `Bearer ${host.token}`) return send(response, 403, 'text/plain', 'forbidden')
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.length })
  response.end(file.bytes)
}

/** What the faults do. Undefined: the request is answered or lost; otherwise whether its answer will be. */
async function applyFaults(
  exchange: Exchange,
  record: SlackRequest,
  method: string,
  args: Arguments,
  errorStatus = 200
): Promise<boolean | undefined> {
  const actions = exchange.host.faults.actionsOn(method, args)
  const waitMs = actions.reduce((sum, action) => sum + (action.kind === 'latency' ? action.ms : 0), 0)
  if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
  const final = actions.find(({ kind }) => kind !== 'latency' && kind !== 'lost-answer')
  if (!final) return actions.some(({ kind }) => kind === 'lost-answer')
  inflict(exchange, record, final, errorStatus)
  return undefined
}

function inflict(exchange: Exchange, record: SlackRequest, action: SlackFaultAction, errorStatus: number): void {
  const { response } = exchange
  if (action.kind === 'error') {
    sendJson(exchange, record, errorStatus, { ok: false, error: action.error, ...action.details })
  } else if (action.kind === 'rate-limit') sendRateLimit(exchange, record, action.retryAfterSeconds ?? 1)
  else if (action.kind === 'http') {
    record.status = action.status
    send(response, action.status, 'text/html', action.body ?? 'Injected by the test')
  } else if (action.kind === 'reset') response.socket?.resetAndDestroy()
}

function sendRateLimit(exchange: Exchange, record: SlackRequest, seconds: number): void {
  exchange.response.setHeader('retry-after', String(seconds))
  sendJson(exchange, record, 429, { ok: false, error: 'ratelimited' })
}

function sendJson({ host, response }: Exchange, record: SlackRequest, status: number, answer: object): void {
  record.status = status
  record.error = 'error' in answer ? String(answer.error) : undefined
  response.setHeader('x-oauth-scopes', [...host.scopes].join(','))
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(answer))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxBytes) chunks.push(chunk)
  }
  return length > maxBytes ? undefined : Buffer.concat(chunks)
}
