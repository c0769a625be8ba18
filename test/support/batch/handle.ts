import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Credentials } from '../s3/signature.ts'
import { authenticate } from './authenticate.ts'
import { BatchError } from './batch-error.ts'
import type { BatchFaultAction, BatchFaultState } from './faults.ts'
import { type BatchHost, operations } from './operations.ts'

/** A call that came, answered or not. */
export interface BatchRequest {
  readonly operation: string
  input: Readonly<Record<string, unknown>>
  /** Whose credentials signed it; undefined where none did. */
  accessKeyId: string | undefined
  /** 0 where no answer was begun. */
  status: number
}

/** What requests are answered from. */
export interface BatchHttpHost extends BatchHost {
  credentialsOf(accessKeyId: string): Credentials | undefined
  readonly faults: BatchFaultState
  begin(record: BatchRequest): void
}

const maxBodyBytes = 1024 ** 2

/** Answers one request: faults first, then who asks, then what. Never throws. */
export async function handle(host: BatchHttpHost, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = operations[incoming.url ?? '']
  const record: BatchRequest = { operation: operation?.name ?? 'Unknown', input: {}, accessKeyId: undefined, status: 0 }
  host.begin(record)
  try {
    const body = await readBody(incoming)
    const losesAnswer = await befall(host.faults.actionsOn(record.operation), response)
    if (losesAnswer === undefined) return
    const { credentialsOf, registry } = host
    const caller = { service: 'batch', credentialsOf, region: registry.region, nowMs: registry.nowMs() }
    record.accessKeyId = authenticate(incoming, body, caller)
    if (!operation || incoming.method !== 'POST') throw new BatchError('UnknownOperationException', 'Unknown', 404)
    record.input = parseBody(body)
    const output = operation.run(host, record.input, body.length)
    if (losesAnswer) response.socket?.resetAndDestroy()
    else send(response, record, 200, output)
  } catch (error) {
    if (!(error instanceof BatchError)) return void response.destroy()
    response.setHeader('x-amzn-errortype', error.type)
    send(response, record, error.status, { message: error.message })
  }
}

/** What the faults do. Undefined: no answer will come; otherwise whether the answer is lost. @throws BatchError */
async function befall(actions: readonly BatchFaultAction[], response: ServerResponse): Promise<boolean | undefined> {
  for (const action of actions) {
    if (action.kind === 'latency') await sleep(action.ms, undefined, { ref: false })
    else if (action.kind === 'error') {
      throw new BatchError(action.type, action.message ?? `Injected by the test: ${action.type}`, action.status)
    } else if (action.kind === 'hang') return undefined
    else if (action.kind === 'reset') {
      response.socket?.resetAndDestroy()
      return undefined
    }
  }
  return actions.some(({ kind }) => kind === 'lost-answer')
}

function parseBody(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString())
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>
    }
  } catch {}
  throw new BatchError('SerializationException', 'The body is not a JSON object')
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxBodyBytes) chunks.push(chunk)
  }
  if (length > maxBodyBytes) throw new BatchError('RequestEntityTooLargeException', 'The body is too large', 413)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, record: BatchRequest, status: number, output: object): void {
  record.status = status
  const body = JSON.stringify(output)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
