import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../support/s3/connections.ts'

/** How the next calls are answered. */
export type BatchMood = 'takes' | 'refuses' | 'throttles-once' | 'hangs' | 'denies'

export interface BatchCall {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** Whose credentials signed it. */
  readonly accessKey: string
}

/** AWS Batch and STS over HTTP, as far as the ingress asks them. */
export interface BatchStub extends AsyncDisposable {
  readonly url: string
  readonly calls: BatchCall[]
  /** Jobs that were taken, in order. */
  submitted(): readonly Readonly<Record<string, unknown>>[]
  terminated(): readonly Readonly<Record<string, unknown>>[]
  mood: BatchMood
  /** How often a role was assumed, and for how long it is lent. */
  readonly sessions: string[]
  sessionSeconds: number
}

export async function startBatchStub(): Promise<BatchStub> {
  const calls: BatchCall[] = []
  const taken: Readonly<Record<string, unknown>>[] = []
  const server = createServer((request, response) => void answer(request, response))
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readText(request)
    if (request.url === '/') return lend(text, response)
    const accessKey = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const body = JSON.parse(text) as Record<string, unknown>
    calls.push({ path: request.url!, body, accessKey })
    if (stub.mood === 'hangs') return
    const isThrottled = stub.mood === 'throttles-once'
    if (isThrottled) stub.mood = 'takes'
    if (isThrottled) return fail(response, 429, 'TooManyRequestsException', 'Too Many Requests')
    if (stub.mood === 'refuses') return fail(response, 400, 'ClientException', 'JobQueue slack is not valid')
    if (stub.mood === 'denies') return fail(response, 403, 'AccessDeniedException', 'not authorized: batch:SubmitJob')
    if (request.url === '/v1/terminatejob') return send(response, 200, {})
    taken.push(body)
    send(response, 200, { jobName: body.jobName, jobId: batchJobId(taken.length) })
  }
  const lend = (text: string, response: ServerResponse): void => {
    const form = new URLSearchParams(text)
    stub.sessions.push(form.get('RoleArn') ?? '')
    const expiration = new Date(Date.now() + stub.sessionSeconds * 1000).toISOString()
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
          `<AccessKeyId>ASIASESSION${stub.sessions.length}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>` +
          `<SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult>` +
          `<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`
      )
  }
  const connections = await listen(server, 0)
  const stub: BatchStub = {
    url: `http://127.0.0.1:${connections.port}`,
    calls,
    submitted: () => taken,
    terminated: () => calls.filter(({ path }) => path === '/v1/terminatejob').map(({ body }) => body),
    mood: 'takes',
    sessions: [],
    sessionSeconds: 3600,
    [Symbol.asyncDispose]: () => connections.shut()
  }
  return stub
}

/** The id of the n-th job that was taken. */
export const batchJobId = (position: number): string => `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  response.setHeader('x-amzn-errortype', type)
  send(response, status, { message })
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
