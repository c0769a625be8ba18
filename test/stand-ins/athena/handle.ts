import type { IncomingMessage, ServerResponse } from 'node:http'
import { applyFaults } from '../aws/apply-fault.ts'
import { authenticate } from '../aws/authenticate.ts'
import { parseBody, readBody } from '../aws/body.ts'
import type { CallFaultState } from '../aws/faults.ts'
import { Refusal } from '../aws/refusal.ts'
import type { Credentials } from '../s3/signature.ts'
import { checkInput } from './input.ts'
import { type AthenaHost, operations } from './operations.ts'

/** A call that came, answered or not. */
export interface AthenaRequest {
  readonly operation: string
  input: Readonly<Record<string, unknown>>
  /** 0 where no answer was begun. */
  status: number
}

/** What requests are answered from. */
export interface AthenaHttpHost extends AthenaHost {
  readonly region: string
  readonly credentials: Credentials
  readonly faults: CallFaultState
  /** Whether the credentials' time is over. */
  isExpired(): boolean
  begin(record: AthenaRequest): void
}

const contentType = 'application/x-amz-json-1.1'
const target = /^AmazonAthena\.(\w+)$/

/** Exceptions of Athena itself say `Message`, those of all AWS services `message`. */
const own = ['InvalidRequestException', 'TooManyRequestsException', 'InternalServerException']

/** Answers one request: faults first, then who asks, then what. Never throws. */
export async function handle(host: AthenaHttpHost, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = target.exec(String(incoming.headers['x-amz-target'] ?? ''))?.[1] ?? 'Unknown'
  const record: AthenaRequest = { operation: name, input: {}, status: 0 }
  host.begin(record)
  try {
    const body = await readBody(incoming)
    const losesAnswer = await applyFaults(host.faults.actionsOn(name), response)
    if (losesAnswer === undefined) return
    const { credentials, region, nowMs } = host
    const credentialsOf = (id: string) => (id === credentials.accessKeyId ? credentials : undefined)
    authenticate(incoming, body, { service: 'athena', credentialsOf, region, nowMs: nowMs() })
    if (host.isExpired()) {
      throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired')
    }
    const operation = operations[name]
    const isCall = incoming.method === 'POST' && incoming.url === '/'
    if (!operation || !isCall || incoming.headers['content-type'] !== contentType) {
      throw new Refusal('UnknownOperationException', `The stand-in does not know ${incoming.headers['x-amz-target']}`)
    }
    record.input = parseBody(body)
    checkInput(name, record.input)
    const output = operation(host, record.input)
    if (losesAnswer) response.socket?.resetAndDestroy()
    else send(response, record, 200, output)
  } catch (error) {
    if (!(error instanceof Refusal)) return void response.destroy()
    const message = own.includes(error.type) ? { Message: error.message } : { message: error.message }
    send(response, record, error.status, { __type: error.type, ...message, ...error.fields })
  }
}

function send(response: ServerResponse, record: AthenaRequest, status: number, output: object): void {
  record.status = status
  const body = JSON.stringify(output)
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
