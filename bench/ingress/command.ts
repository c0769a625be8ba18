import { randomUUID } from 'node:crypto'
import { signBody } from '../../ingress/slack/verify-signature.ts'
import { benchUser, type ServiceAddresses } from './place.ts'

/** A person's command; each position has its own person and its own request. */
export interface Command {
  readonly user: string
  readonly identifier: string
}

/** What came back, as the person reads it. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** How an answer is understood. */
export type Verdict = 'started' | 'running' | 'not-started' | 'failed' | 'wrong'

/** A command as Slack sends it. */
export interface SignedForm {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export const commandsPath = '/slack/commands'

export function commandAt(position: number): Command {
  return { user: benchUser(position), identifier: `THING${String(position).padStart(5, '0')}` }
}

/** Signs a command now; no two are the same, since Slack gives each its own trigger. */
export function signCommand({ user, identifier }: Command, { slackUrl, signingSecret }: ServiceAddresses): SignedForm {
  const body = new URLSearchParams({
    command: '/iot-log',
    text: `${identifier} telemetry,command 2023/10/01`,
    team_id: 'T0IOTLOG',
    team_domain: 'iot-log',
    channel_id: 'C0SUPPORT',
    user_id: user,
    response_url: `${slackUrl}/commands/T0IOTLOG/1/${randomUUID()}`,
    trigger_id: randomUUID()
  }).toString()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signBody(Buffer.from(body), timestamp, signingSecret)
  }
  return { body, headers }
}

export function answerOf(status: number, body: string): Answer {
  try {
    return { status, text: String((JSON.parse(body) as { text?: unknown }).text) }
  } catch {
    return { status, text: body }
  }
}

/** What an answer says of its command: `failed` without a word for the person, `wrong` when it says something else. */
export function judge({ identifier }: Command, { status, text }: Answer): Verdict {
  if (status === 500) return 'failed'
  if (status !== 200) return 'wrong'
  if (text.includes(`*Started* · \`${identifier}\``)) return 'started'
  const isSame = ['running', 'being started'].some((how) => text.includes(`*Already ${how}* · \`${identifier}\``))
  if (isSame) return 'running'
  return /nothing (?:was started|runs|was done)/.test(text) ? 'not-started' : 'wrong'
}
