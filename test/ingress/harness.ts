import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { requestBudgetMs } from '../../ingress/jobs/deadline.ts'
import type { FunctionUrlEvent, FunctionUrlResult } from '../../ingress/jobs/function-url.ts'
import { answerRequest } from '../../ingress/slack/route.ts'
import { createSlackServices, type SlackServices } from '../../ingress/slack/services.ts'
import { signBody } from '../../ingress/slack/verify-signature.ts'
import type { Clock } from '../../worker/async/clock.ts'
import { decodeJob, type Job } from '../../worker/contract/job.ts'
import type { CallFault } from '../stand-ins/aws/faults.ts'
import { type BatchServer, startBatchServer } from '../stand-ins/batch/server.ts'
import { listen } from '../stand-ins/s3/connections.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { type SlackServer, startSlackServer } from '../stand-ins/slack/server.ts'
import { createLimitClock } from '../support/clocks.ts'
import { referenceDocument } from '../support/configurations.ts'

/*
 * The ingress between stand-ins for all that it talks to: S3, Batch and Slack, all over HTTP. One per test, so that
 * faults and records of one do not reach another.
 */

export const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5'
export const linkKey = 'a link key of 32 characters or so'
export const prefix = 'slack/iot-logs/'
/** Midday of a day that has logs behind it. */
export const noonMs = Date.UTC(2023, 9, 2, 12)

export interface HarnessOptions {
  /** Changes the reference configuration. */
  readonly change?: (document: ReturnType<typeof referenceDocument>) => void
  /** The default is that of the Lambda. */
  readonly budgetMs?: number
  /** Some server will not answer: time limits are as short as they are in the Lambda, not long enough for a busy machine. */
  readonly isSilent?: boolean
  /** Without a token the ingress can't look people up or open the form. */
  readonly hasBotToken?: boolean
  readonly environment?: Readonly<Record<string, string>>
  /** Whether Slack escapes what people type. */
  readonly escapesWords?: boolean
}

export interface Harness {
  readonly s3: S3Server
  readonly batch: BatchServer
  readonly slack: SlackServer
  readonly services: SlackServices
  /** Time as requests see it: it passes when one of their limits ends. */
  readonly clock: Clock
  /** The configuration as a file. */
  readonly configPath: string
  /** What was logged, parsed. */
  readonly logged: Readonly<Record<string, unknown>>[]
  /** The same as it was written. */
  readonly logText: () => string
  /** Moves the clock. */
  pass(milliseconds: number): void
  /** Hands one event to the ingress. */
  handle(event: FunctionUrlEvent): Promise<FunctionUrlResult>
  /** A signed form. */
  send(path: string, fields: Readonly<Record<string, string>>): Promise<FunctionUrlResult>
  /** Types a command as Mina and gives the text that she reads. */
  type(text: string, more?: Readonly<Record<string, string>>): Promise<string>
  get(path: string): Promise<FunctionUrlResult>
  /** The job documents, the oldest first. */
  jobs(): Job[]
  /** The submissions that Batch took. */
  submitted(): readonly Readonly<Record<string, unknown>>[]
  /** The terminations that Batch took. */
  terminated(): readonly Readonly<Record<string, unknown>>[]
  /** The n-th job that Batch took, by its id. */
  batchJobId(position: number): string
  /** Overwrites a job document. */
  putJob(job: Job): void
}

/** How Batch answers from now on; `harness.batch.faults.clear()` ends it. */
export const batchFaults = {
  refuses: { action: { kind: 'error', type: 'ClientException', message: 'JobQueue slack is not valid' } },
  throttlesOnce: { times: 1, action: { kind: 'error', type: 'TooManyRequestsException', status: 429 } },
  hangs: { action: { kind: 'hang' } }
} as const satisfies Readonly<Record<string, CallFault>>

let triggers = 0

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  let passedMs = 0
  const nowMs = (): number => noonMs + passedMs
  const s3 = await startS3Server({ buckets: { 'dev-iot-logs': {}, 'prod-iot-logs': {} } })
  // Without containers: what is submitted waits.
  const batch = await startBatchServer({
    queues: { slack: {}, 'slack-on-demand': {}, prod: {} },
    jobDefinitions: { 'iot-log-export': { command: ['node', 'worker/main.ts', 'Ref::jobId'] } }
  })
  const slack = await startSlackServer({ signingSecret, nowMs, escapesWords: options.escapesWords ?? false })
  Object.assign(process.env, s3.environment(), batch.environment())
  const directory = mkdtempSync(join(tmpdir(), 'ingress-'))
  const config = join(directory, 'iot-log.config.json')
  writeFileSync(config, JSON.stringify(documentOf(options)))
  const lines: string[] = []
  const clock = createLimitClock(options.isSilent ? 1 : 10)
  const botToken = options.hasBotToken === false ? {} : { botToken: slack.token }
  const services = createSlackServices({
    environment: {
      IOT_LOG_CONFIG: config,
      IOT_LOG_SECRETS: JSON.stringify({ signingSecrets: ['old', signingSecret], linkKeys: [linkKey], ...botToken }),
      SLACK_API_URL: slack.apiUrl,
      IOT_LOG_RESPONSE_ORIGINS: slack.url,
      ...options.environment
    },
    nowMs,
    write: (line) => void lines.push(line),
    patienceMs: options.isSilent ? 500 : 20_000,
    clock
  })
  const { budgetMs = requestBudgetMs } = options
  const handle = (event: FunctionUrlEvent) => answerRequest(event, services, budgetMs)
  const send = (path: string, fields: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams(fields).toString()
    return handle(postEvent(path, body, signedHeaders(body, nowMs())))
  }
  const front = await serve(handle)
  slack.connect({ commandsUrl: `${front.url}/slack/commands`, interactiveUrl: `${front.url}/slack/interactive` })
  const harness: Harness = {
    s3,
    batch,
    slack,
    services,
    clock,
    configPath: config,
    get logged() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    logText: () => lines.join('\n'),
    pass: (milliseconds) => {
      passedMs += milliseconds
    },
    handle,
    send,
    type: async (text, more = {}) => textOf(await send('/slack/commands', { ...commandFields(slack), text, ...more })),
    get: (path) => handle(getEvent(path)),
    submitted: () => inputsOf(batch, 'SubmitJob'),
    terminated: () => inputsOf(batch, 'TerminateJob'),
    batchJobId: (position) => batch.jobs()[position - 1]!.id,
    jobs: () => recordsOf(s3).map(({ bytes }) => decodeJob(bytes)),
    putJob: (job) => s3.put('dev-iot-logs', `${prefix}jobs/${job.id}.json`, JSON.stringify(job))
  }
  after(async () => {
    await services.locations[Symbol.asyncDispose]()
    await Promise.all([front.close(), s3.close(), batch[Symbol.asyncDispose](), slack.close()])
    rmSync(directory, { recursive: true, force: true })
  })
  return harness
}

/** The reference configuration as far as a server on this machine can play it. */
function documentOf({ change }: HarnessOptions): object {
  const document = referenceDocument()
  document.environments.dev.pathStyle = true
  change?.(document)
  return document
}

/** What Slack sends for a command of Mina's; the trigger is another each time. */
export function commandFields(slack: SlackServer): Record<string, string> {
  return {
    command: '/iot-log',
    team_id: 'T0IOTLOG',
    team_domain: 'iot-log',
    channel_id: 'C0SUPPORT',
    user_id: 'U0MINA',
    response_url: `${slack.url}/commands/T0IOTLOG/1/secret-of-the-response-url`,
    trigger_id: `trigger.${triggers++}`
  }
}

export function signedHeaders(body: string | Buffer, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signBody(Buffer.from(body), timestamp, signingSecret)
  }
}

/** As Function URLs deliver forms. */
export function postEvent(path: string, body: string | Buffer, headers: Record<string, string>): FunctionUrlEvent {
  const encoded = Buffer.from(body).toString('base64')
  return { ...eventOf('POST', path), headers, body: encoded, isBase64Encoded: true }
}

export function getEvent(path: string): FunctionUrlEvent {
  const [rawPath, rawQueryString = ''] = path.split('?') as [string, string?]
  return { ...eventOf('GET', rawPath), rawQueryString }
}

const eventOf = (method: string, rawPath: string): FunctionUrlEvent => ({
  rawPath,
  headers: {},
  requestContext: { domainName: 'abc.lambda-url.ap-northeast-1.on.aws', http: { method } }
})

/** The text of an answer, whatever its shape. */
export function textOf({ statusCode, body }: FunctionUrlResult): string {
  if (statusCode !== 200) return `HTTP ${statusCode}`
  return body === '' ? '' : (JSON.parse(body) as { text: string }).text
}

const inputsOf = ({ requests }: BatchServer, wanted: string): readonly Readonly<Record<string, unknown>>[] =>
  requests.filter(({ operation, status }) => operation === wanted && status === 200).map(({ input }) => input)

function recordsOf(s3: S3Server): { key: string; bytes: Buffer }[] {
  const isRecord = (key: string): boolean => /^slack\/iot-logs\/jobs\/[a-z0-9]{26}\.json$/.test(key)
  return ['dev-iot-logs', 'prod-iot-logs'].flatMap((bucket) =>
    s3
      .keys(bucket)
      .filter(isRecord)
      .map((key) => ({ key, bytes: s3.get(bucket, key)! }))
  )
}

/** A Function URL on this machine. */
async function serve(
  handle: (event: FunctionUrlEvent) => Promise<FunctionUrlResult>
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const answer = await handle(await toEvent(request))
    response.writeHead(answer.statusCode, answer.headers).end(answer.body)
  })
  const connections = await listen(server, 0)
  return { url: `http://127.0.0.1:${connections.port}`, close: () => connections.shut() }
}

async function toEvent(request: IncomingMessage): Promise<FunctionUrlEvent> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { pathname, search } = new URL(request.url!, 'http://localhost')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const context = { domainName: request.headers.host!, http: { method: request.method! } }
  const body = Buffer.concat(chunks).toString('base64')
  return {
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    requestContext: context,
    body,
    isBase64Encoded: true
  }
}
