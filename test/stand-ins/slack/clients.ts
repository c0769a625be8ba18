import { type RetryOptions, WebClient, type WebClientOptions } from '@slack/web-api'
import type { SlackServer } from './server.ts'

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => 'error' as never
}
const once: RetryOptions = { retries: 0 }

/** The real client, which asks once. */
export function clientOf(slack: SlackServer, options: WebClientOptions = {}): WebClient {
  return new WebClient(slack.token, { slackApiUrl: slack.apiUrl, retryConfig: once, logger: quiet, ...options })
}

/** What a call fails with: Slack's word, with the first problem where it names any. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const { data, code, message } = error as {
      data?: { error: string; response_metadata?: { messages?: string[] } }
      code?: string
      message: string
    }
    if (!data) return `${code}: ${message}`
    return [data.error, ...(data.response_metadata?.messages ?? []).slice(0, 1)].join(' ')
  }
  return 'no failure'
}
