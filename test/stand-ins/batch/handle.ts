import type { IncomingMessage, ServerResponse } from 'node:http'
import { applyFaults } from '../aws/apply-fault.ts'
import { authenticate } from '../aws/authenticate.ts'
import { parseBody, readBody } from '../aws/body.ts'
import type { CallFaultState } from '../aws/faults.ts'
import { Refusal } from '../aws/refusal.ts'
import type { Credentials } from '../s3/signature.ts'
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
  readonly faults: CallFaultState
  begin(record: BatchRequest): void
}

/** Answers one request: faults first, then who asks, then what. Never throws. */
export async function handle(host: BatchHttpHost, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = operations[incoming.url ?? '']
  const record: BatchRequest = { operation: operation?.name ?? 'Unknown', input: {}, accessKeyId: undefined, status: 0 }
  host.begin(record)
  try {
    const body = await readBody(incoming)
    const losesAnswer = await applyFaults(host.faults.actionsOn(record.operation), response)
    if (losesAnswer === undefined) return
    const { credentialsOf, registry } = host
    const caller = { service: 'batch', credentialsOf, region: registry.region, nowMs: registry.nowMs() }
    record.accessKeyId = authenticate(incoming, body, caller)
    if (!operation || incoming.method !== 'POST') throw new Refusal('UnknownOperationException', 'Unknown', 404)
    record.input = parseBody(body)
    const output = operation.run(host, record.input, body.length)
    if (losesAnswer) response.socket?.resetAndDestroy()
    else send(response, record, 200, output)
  } catch (error) {
    if (!(error instanceof Refusal)) return void response.destroy()
    response.setHeader('x-amzn-errortype', error.type)
    send(response, record, error.status, { message: error.message })
  }
}

function send(response: ServerResponse, record: BatchRequest, status: number, output: object): void {
  record.status = status
  const body = JSON.stringify(output)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
