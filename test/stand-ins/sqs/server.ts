import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type CallFault, type CallFaultPlan, createCallFaults } from '../aws/faults.ts'
import { listen } from '../s3/connections.ts'
import type { Credentials } from '../s3/signature.ts'
import { signatureProblem } from './check-signature.ts'

/*
 * Amazon SQS as a sender of messages sees it: SendMessage in the JSON protocol, signed. The receiving side, which in AWS
 * is the mapping of a function, is reached by hand.
 */

/** A message on a queue. */
export interface QueuedMessage {
  readonly id: string
  readonly body: string
  readonly reason: string | undefined
  readonly delaySeconds: number
  receives: number
  /** Out of sight until then, by the clock of `performance.now()`. */
  hiddenUntilMs: number
}

export interface SqsServer extends AsyncDisposable {
  readonly url: string
  readonly credentials: Credentials
  readonly region: string
  readonly faults: CallFaultPlan
  queueUrl(name: string): string
  environment(): Record<string, string>
  /** Puts a message there without a request. */
  put(queue: string, body: string): void
  /** Takes up to that many that are in sight, and hides them for a while. */
  receive(queue: string, most: number, hiddenMs: number): QueuedMessage[]
  delete(queue: string, id: string): void
  /** All that are there, hidden ones too. */
  messages(queue: string): readonly QueuedMessage[]
}

export interface SqsServerOptions {
  readonly queues: readonly string[]
  readonly credentials?: Credentials
  readonly faults?: readonly CallFault[]
}

const region = 'ap-northeast-1'
const account = '111111111111'
const defaultCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
}
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maxMessageBytes = 1024 ** 2
const invalidCharacters = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

export async function startSqsServer(options: SqsServerOptions): Promise<SqsServer> {
  const queues = new Map(options.queues.map((name) => [name, new Map<string, QueuedMessage>()]))
  const credentials = options.credentials ?? defaultCredentials
  const faults = createCallFaults(options.faults ?? [])
  const server = createServer((incoming, response) => void answer(incoming, response))
  const connections = await listen(server, 0)
  const url = `http://127.0.0.1:${connections.port}`
  const queueUrl = (name: string): string => `${url}/${account}/${name}`
  const put = (name: string, message: Pick<QueuedMessage, 'body' | 'reason' | 'delaySeconds'>): string => {
    const id = randomUUID()
    // Delays are kept and not waited for: a test looks at them.
    queues.get(name)!.set(id, { id, ...message, receives: 0, hiddenUntilMs: 0 })
    return id
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const refuse = (status: number, type: string): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}` }))
    }
    const actions = faults.actionsOn('SendMessage')
    for (const action of actions) {
      if (action.kind === 'reset') return void response.socket?.resetAndDestroy()
      if (action.kind === 'error') return refuse(action.status ?? 500, action.type)
    }
    const problem = signatureProblem(incoming, body, { credentials, region, service: 'sqs' })
    if (problem !== undefined) return refuse(403, 'InvalidSignatureException')
    const isCall =
      incoming.method === 'POST' &&
      incoming.url === '/' &&
      incoming.headers['content-type'] === 'application/x-amz-json-1.0'
    if (!isCall || incoming.headers['x-amz-target'] !== 'AmazonSQS.SendMessage')
      return refuse(400, 'UnknownOperationException')
    const input = JSON.parse(body.toString()) as {
      QueueUrl?: string
      MessageBody?: string
      DelaySeconds?: number
      MessageAttributes?: Record<string, { DataType?: string; StringValue?: string }>
    }
    const name = [...queues.keys()].find((one) => queueUrl(one) === input.QueueUrl)
    if (name === undefined) return refuse(400, 'QueueDoesNotExist')
    const { MessageBody = '', DelaySeconds = 0, MessageAttributes = {} } = input
    const isWrong = MessageBody === '' || MessageBody.length > maxMessageBytes || invalidCharacters.test(MessageBody)
    if (isWrong || DelaySeconds < 0 || DelaySeconds > 900) return refuse(400, 'InvalidParameterValueException')
    for (const { DataType, StringValue = '' } of Object.values(MessageAttributes)) {
      if (DataType !== 'String' || StringValue === '' || invalidCharacters.test(StringValue))
        return refuse(400, 'InvalidParameterValueException')
    }
    const id = put(name, {
      body: MessageBody,
      reason: MessageAttributes.reason?.StringValue,
      delaySeconds: DelaySeconds
    })
    if (actions.some(({ kind }) => kind === 'lost-answer')) return void response.socket?.resetAndDestroy()
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify({ MessageId: id }))
  }

  return {
    url,
    credentials,
    region,
    faults: faults.plan,
    queueUrl,
    environment: () => ({
      AWS_ENDPOINT_URL_SQS: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
    }),
    put: (name, body) => void put(name, { body, reason: undefined, delaySeconds: 0 }),
    receive: (name, most, hiddenMs) => {
      const now = performance.now()
      const seen = [...queues.get(name)!.values()].filter(({ hiddenUntilMs }) => hiddenUntilMs <= now).slice(0, most)
      for (const message of seen) {
        message.receives++
        message.hiddenUntilMs = now + hiddenMs
      }
      return seen
    },
    delete: (name, id) => void queues.get(name)!.delete(id),
    messages: (name) => [...queues.get(name)!.values()],
    [Symbol.asyncDispose]: () => connections.shut()
  }
}
