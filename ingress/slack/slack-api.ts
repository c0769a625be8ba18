import * as z from 'zod'
import { messageOf } from '../../worker/contract/errors.ts'

/*
 * The three calls that the ingress makes to Slack while a person waits. The package @slack/web-api would be half of the
 * bundle, and its retries have no place within three seconds; the worker, which has time, uses it.
 */

/** A call that Slack refused or did not answer; `code` is Slack's word, or `no_answer`. */
class SlackCallError extends Error {
  readonly code: string

  constructor(method: string, code: string, cause?: unknown) {
    super(`${method}: ${code}${hints[code] ?? ''}`, cause === undefined ? undefined : { cause })
    this.name = 'SlackCallError'
    this.code = code
  }
}

const brokenToken = ' (the bot token of the secret is not valid: copy it again from the app’s settings)'
/** What an operator has to fix. */
const hints: Readonly<Record<string, string>> = {
  missing_scope: ' (the app lacks a scope: update it from `iot-log slack manifest`, and install it again)',
  invalid_auth: brokenToken,
  not_authed: brokenToken,
  token_revoked: brokenToken,
  account_inactive: brokenToken
}

const userSchema = z.object({
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  enterprise_user: z.object({ enterprise_id: z.string().optional() }).optional()
})

/** What Slack knows of a person (https://docs.slack.dev/reference/objects/user-object). */
export type SlackUser = z.output<typeof userSchema>

export interface SlackApi {
  /** Opens a modal; the trigger is good for three seconds and one use. */
  openView(token: string, triggerId: string, view: object, signal: AbortSignal): Promise<void>
  /** Needs the scope `users:read`. */
  userOf(token: string, user: string, signal: AbortSignal): Promise<SlackUser>
  /** Shows a message through a response URL that was checked before. */
  respond(responseUrl: string, message: object, signal: AbortSignal): Promise<void>
}

/** @param apiUrl ends with a slash: `https://slack.com/api/` */
export function createSlackApi(apiUrl: string): SlackApi {
  const call = async (
    method: string,
    token: string,
    fields: Record<string, string>,
    signal: AbortSignal
  ): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` }
    const body = new URLSearchParams(fields)
    const response = await send(method, new URL(method, apiUrl), { method: 'POST', headers, body, signal })
    const answer = (await response.json().catch(() => ({}))) as { ok?: boolean; error?: string }
    if (answer.ok !== true) throw new SlackCallError(method, answer.error ?? `http_${response.status}`)
    return answer
  }
  return {
    openView: async (token, triggerId, view, signal) => {
      await call('views.open', token, { trigger_id: triggerId, view: JSON.stringify(view) }, signal)
    },
    userOf: async (token, user, signal) => {
      const answer = (await call('users.info', token, { user }, signal)) as { user?: unknown }
      const parsed = userSchema.safeParse(answer.user)
      if (!parsed.success) throw new SlackCallError('users.info', 'unexpected_answer')
      return parsed.data
    },
    respond: async (responseUrl, message, signal) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' }
      const request = { method: 'POST', headers, body: JSON.stringify(message), signal }
      const response = await send('response_url', new URL(responseUrl), request)
      // What is not read keeps its connection.
      await response.body?.cancel()
      if (!response.ok) throw new SlackCallError('response_url', `http_${response.status}`)
    }
  }
}

/** The URL is in no error: a response URL is a secret. A redirect would take a token elsewhere. */
async function send(what: string, url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, redirect: 'error' })
  } catch (error) {
    throw new SlackCallError(what, 'no_answer', new Error(messageOf(error)))
  }
}
