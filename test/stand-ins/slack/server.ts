import { createServer } from 'node:http'
import { until } from '../../support/until.ts'
import { listen } from '../s3/connections.ts'
import type { Ingress } from './deliver.ts'
import { createSlackFaults, type SlackFault, type SlackFaultPlan } from './faults.ts'
import { handle } from './handle.ts'
import { createPeople, type People } from './people.ts'
import { createRateMeter, type RateLimit, slackRateLimits } from './rate-limits.ts'
import { createSlackRequestLog, type SlackRequest } from './request-log.ts'
import { createResponseUrls } from './response-urls.ts'
import { createTriggers } from './triggers.ts'
import { type Message, type Modal, Workspace, type WorkspaceOptions } from './workspace.ts'

export interface SlackServerOptions extends WorkspaceOptions {
  /** Default: any free one. */
  readonly port?: number
  readonly token?: string
  readonly signingSecret?: string
  /** What the app was granted. Default: all that any method here needs. */
  readonly scopes?: readonly string[]
  /** Changes to Slack's own; `null` takes a limit away. */
  readonly rateLimits?: Readonly<Record<string, RateLimit | null>>
  readonly faults?: readonly SlackFault[]
  /** Where commands and interactions are sent; `connect` sets it later. */
  readonly ingress?: Ingress
  /** How long the app may take to answer. Default: Slack's 3,000. */
  readonly ackTimeoutMs?: number
  /** Types of blocks that the workspace refuses, such as `plan` in an old one. */
  readonly unsupportedBlocks?: readonly string[]
  /** The same for response URLs and command answers. Default: as `unsupportedBlocks`. */
  readonly unsupportedInResponseUrls?: readonly string[]
  /** Whether `&`, `<` and `>` in the words of a command come as `&amp;`, `&lt;` and `&gt;`. Default: no. */
  readonly escapesWords?: boolean
  /** What response URLs begin with: `https://hooks.slack.com`. Default: this server. */
  readonly hooksOrigin?: string
}

/** A running workspace, the people in it, and the hand that reaches behind it. Disposing closes it. */
export interface SlackServer extends AsyncDisposable, People {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** For `new WebClient(token, { slackApiUrl })`. */
  readonly apiUrl: string
  readonly port: number
  readonly token: string
  readonly signingSecret: string
  readonly workspace: Workspace
  /** Says where the app listens. */
  connect(ingress: Ingress): void
  /** The messages of a channel, in order. Default: the first channel. `viewer` also sees their ephemeral ones. */
  messages(channel?: string, viewer?: string): Message[]
  /** Ephemeral messages of a person. Default: of all people. */
  ephemerals(user?: string): Message[]
  /** Modals that are open. */
  modals(user?: string): Modal[]
  readonly requests: SlackRequest[]
  /** Of one method. */
  requestsOf(method: string): SlackRequest[]
  readonly faults: SlackFaultPlan
  /** Waits until the look of the workspace is right, looking after every change and request. @throws after a time-out (default: 10 s) */
  until<T>(look: (server: SlackServer) => T | undefined | false, timeoutMs?: number): Promise<T>
  /** Refuses connections and destroys those there are, or comes back on the same port. */
  setOffline(isOffline: boolean): Promise<void>
  close(): Promise<void>
}

const defaultScopes = [
  'commands',
  'chat:write',
  'chat:write.public',
  'files:write',
  'canvases:write',
  'im:write',
  'users:read',
  'channels:read',
  'groups:read'
]

/** Starts a Slack workspace with one app on loopback, which refuses what Slack refuses. */
export async function startSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const workspace = new Workspace(options)
  const token = options.token ?? 'xoxb-0000-stand-in'
  const signingSecret = options.signingSecret ?? '8f742231b10e8888abcd99yyyzzz85a5'
  const unsupportedBlocks = options.unsupportedBlocks ?? []
  const unsupportedInResponseUrls = options.unsupportedInResponseUrls ?? unsupportedBlocks
  const faults = createSlackFaults(options.faults ?? [])
  const log = createSlackRequestLog()
  const triggers = createTriggers(workspace.nowMs)
  const limits = { ...slackRateLimits, ...options.rateLimits }
  const inForce = Object.fromEntries(Object.entries(limits).filter((entry): entry is [string, RateLimit] => !!entry[1]))
  let ingress = options.ingress
  let url = ''
  const responseUrls = createResponseUrls(workspace, () => options.hooksOrigin ?? url, unsupportedInResponseUrls)
  const host = {
    workspace,
    token,
    scopes: new Set(options.scopes ?? defaultScopes),
    rates: createRateMeter(inForce, workspace.nowMs),
    faults,
    log,
    triggers,
    responseUrls,
    unsupportedBlocks,
    uploads: new Map<string, string>(),
    url: () => url
  }
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 }, (...pair) =>
    handle(host, ...pair)
  )
  const connections = await listen(server, options.port ?? 0)
  url = `http://127.0.0.1:${connections.port}`
  const people = createPeople({
    workspace,
    triggers,
    responseUrls,
    unsupportedBlocks: unsupportedInResponseUrls,
    escapesWords: options.escapesWords ?? false,
    signingSecret,
    timeoutMs: options.ackTimeoutMs ?? 3_000,
    nowMs: workspace.nowMs,
    ingress: () => {
      if (!ingress) throw new Error('The app has no request URLs: call connect')
      return ingress
    }
  })
  const all = (): Message[] => [...workspace.channels.values()].flatMap((channel) => channel.messages)
  const slack: SlackServer = {
    ...people,
    url,
    apiUrl: `${url}/api/`,
    port: connections.port,
    token,
    signingSecret,
    workspace,
    connect: (urls) => {
      ingress = urls
    },
    messages: (channel = [...workspace.channels.keys()][0]!, viewer) =>
      workspace.channels
        .get(channel)!
        .messages.filter(({ isDeleted, onlyFor }) => !isDeleted && (onlyFor === undefined || onlyFor === viewer)),
    ephemerals: (user) =>
      all().filter(({ onlyFor, isDeleted }) => onlyFor !== undefined && !isDeleted && (!user || onlyFor === user)),
    modals: (user) => workspace.modals.filter((modal) => modal.isOpen && (!user || modal.user === user)),
    requests: log.records,
    requestsOf: (method) => log.records.filter((record) => record.method === method),
    faults: faults.plan,
    until: (look, timeoutMs = 10_000) =>
      until({
        look: () => look(slack),
        watch: (check) => workspace.onChange(check),
        timeoutMs,
        describe: () => `Last said: ${JSON.stringify(lastSaid(workspace))}`
      }),
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    close: () => connections.shut(),
    [Symbol.asyncDispose]: () => connections.shut()
  }
  return slack
}

const lastSaid = ({ channels }: Workspace): string[] =>
  [...channels.values()].flatMap(({ messages }) => messages.slice(-3).map(({ text }) => text))
