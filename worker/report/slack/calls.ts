import { type Logger, LogLevel, WebClient } from '@slack/web-api'
import { replyTrouble, type Trouble, troubleOf } from './answers.ts'
import type { SlackBlock } from './blocks.ts'

/*
 * The three calls that send a message. Each is tried once, within its signal, and returns its failure as data.
 * delivery.ts decides what to do about it.
 */

export interface MessageBody {
  readonly text: string
  readonly blocks: SlackBlock[]
}

/** Where a message is. */
export interface MessagePlace {
  readonly channel: string
  readonly ts: string
}

export type Called = { readonly place: MessagePlace | undefined } | { readonly trouble: Trouble }

export interface SlackCalls {
  /** `channel` may be a person's id: then it is a direct message. */
  post(channel: string, body: MessageBody, signal: AbortSignal): Promise<Called>
  update(place: MessagePlace, body: MessageBody, signal: AbortSignal): Promise<Called>
  reply(url: string, body: MessageBody, isFirst: boolean, signal: AbortSignal): Promise<Called>
}

export interface CallSettings {
  readonly token: string | undefined
  /** Of a stand-in; Slack's own when undefined. */
  readonly apiUrl: string | undefined
  readonly fetch: typeof fetch
}

/** Slack looks for no people, channels or URLs in a text, and fetches no URL for a preview. */
const asWritten = { parse: 'none', link_names: false } as const
const withoutPreviews = { unfurl_links: false, unfurl_media: false } as const

export function createSlackCalls({ token, apiUrl, fetch }: CallSettings): SlackCalls {
  const clientFor = (signal: AbortSignal): WebClient => createWebClient({ token, apiUrl, fetch, signal })
  return {
    post: (channel, body, signal) =>
      caught(async () => {
        const answer = await clientFor(signal).chat.postMessage({ channel, ...body, ...asWritten, ...withoutPreviews })
        const { channel: where, ts } = answer
        return { place: where !== undefined && ts !== undefined ? { channel: where, ts } : undefined }
      }),
    update: (place, body, signal) =>
      caught(async () => {
        await clientFor(signal).chat.update({ ...place, ...body, ...asWritten })
        return { place }
      }),
    reply: (url, body, isFirst, signal) =>
      caught(async () => {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({
            response_type: 'in_channel',
            replace_original: !isFirst,
            ...withoutPreviews,
            text: body.text,
            // An empty list of blocks is refused here.
            ...(body.blocks.length > 0 && { blocks: body.blocks })
          }),
          redirect: 'error',
          signal
        })
        const trouble = replyTrouble(answer.status, await answer.text(), answer.headers.get('retry-after'))
        return trouble ? { trouble } : { place: undefined }
      })
  }
}

async function caught(call: () => Promise<Called>): Promise<Called> {
  try {
    return await call()
  } catch (error) {
    return { trouble: troubleOf(error) }
  }
}

/**
 * The client, once for each call so that a call has a signal. Retries are ours. So is logging, since the client's own
 * lines hold secrets.
 */
export function createWebClient(settings: CallSettings & { readonly signal: AbortSignal }): WebClient {
  const { token, apiUrl, fetch, signal } = settings
  return new WebClient(token, {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silent,
    fetch: (url, init) => fetch(url, { ...init, signal })
  })
}

const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  setName: () => {},
  getLevel: () => LogLevel.ERROR
}
