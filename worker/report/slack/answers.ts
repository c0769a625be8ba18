/*
 * What Slack's refusals mean for a message that must arrive (the error tables of
 * https://docs.slack.dev/reference/methods/chat.postMessage and chat.update, read in May 2026).
 */

/**
 * - `later`: retry after a while.
 * - `simpler`: Slack refused these blocks; plainer ones may pass.
 * - `post-again`: the message can't be changed any more; a new one can be posted.
 * - `no-token`: nothing works with this token.
 * - `no-place`: not in this channel, or not by this URL.
 */
export type Verdict = 'later' | 'simpler' | 'post-again' | 'no-token' | 'no-place'

/** Why a call failed: a word of Slack's, or one of ours. Safe to log. */
export interface Trouble {
  readonly code: string
  /** How long Slack asks to wait. */
  readonly retryAfterMs?: number
}

const verdicts: Readonly<Record<Exclude<Verdict, 'no-place'>, readonly string[]>> = {
  later: [
    'rate-limited',
    'ratelimited',
    'rate_limited',
    'no-answer',
    'odd-answer',
    'internal_error',
    'fatal_error',
    'service_unavailable',
    'request_timeout',
    'team_added_to_org'
  ],
  simpler: ['invalid_blocks', 'invalid_blocks_format', 'block_mismatch', 'msg_too_long', 'msg_blocks_too_long'],
  'post-again': ['message_not_found', 'cant_update_message', 'edit_window_closed', 'streaming_state_conflict'],
  'no-token': [
    'not_authed',
    'invalid_auth',
    'account_inactive',
    'token_expired',
    'token_revoked',
    'missing_scope',
    'not_allowed_token_type',
    'no_permission',
    'org_login_required',
    'team_access_not_granted',
    'ekm_access_denied',
    'accesslimited',
    'enterprise_is_restricted',
    'two_factor_setup_required'
  ]
}

/** What to do about a trouble. An unknown code counts as `no-place`. */
export function verdictOf({ code }: Trouble): Verdict {
  if (/^http-5\d\d$/.test(code)) return 'later'
  const found = Object.entries(verdicts).find(([, codes]) => codes.includes(code))
  return (found?.[0] as Verdict | undefined) ?? 'no-place'
}

/** What `WebClient` threw, without its text: that may hold URLs, and a whole HTML page. */
export function troubleOf(error: unknown): Trouble {
  const { code, retryAfter, data, statusCode, message } = (error ?? {}) as Partial<Record<string, unknown>>
  if (code === 'slack_webapi_rate_limited_error') return { code: 'rate-limited', ...retryAfterOf(retryAfter) }
  if (code === 'slack_webapi_platform_error') {
    const answer = (data ?? {}) as { error?: unknown; response_metadata?: { retryAfter?: unknown } }
    return { code: slackWord(answer.error), ...retryAfterOf(answer.response_metadata?.retryAfter) }
  }
  if (code === 'slack_webapi_http_error' && typeof statusCode === 'number') return { code: `http-${statusCode}` }
  // A 429 without a time is a plain Error of the client's.
  if (typeof message === 'string' && message.startsWith('Retry header')) return { code: 'rate-limited' }
  return { code: 'no-answer' }
}

/** What a response URL answered; undefined when it took the message. */
export function replyTrouble(status: number, body: string, retryAfter: string | null): Trouble | undefined {
  if (status === 429) return { code: 'rate-limited', ...retryAfterOf(Number.parseInt(retryAfter ?? '', 10)) }
  if (status >= 500) return { code: `http-${status}` }
  const isTaken = status >= 200 && status < 300
  const refusal = refusalOf(body) ?? (isTaken ? undefined : bareWord(body))
  if (refusal !== undefined) return { code: refusal }
  return isTaken ? undefined : { code: `http-${status}` }
}

/** `{"ok":false,"error":"…"}`. */
function refusalOf(body: string): string | undefined {
  try {
    const answer = JSON.parse(body) as { ok?: unknown; error?: unknown } | null
    return answer?.ok === false ? slackWord(answer.error) : undefined
  } catch {
    return undefined
  }
}

/** `used_url`, `expired_url`, … */
const bareWord = (body: string): string | undefined => (isSlackWord(body.trim()) ? body.trim() : undefined)
const isSlackWord = (word: unknown): word is string => typeof word === 'string' && /^[a-z][a-z0-9_]{1,60}$/.test(word)
const slackWord = (word: unknown): string => (isSlackWord(word) ? word : 'odd-answer')

function retryAfterOf(seconds: unknown): { retryAfterMs?: number } {
  return typeof seconds === 'number' && seconds >= 0 ? { retryAfterMs: Math.max(1, seconds) * 1000 } : {}
}
