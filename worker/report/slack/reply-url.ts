import type { SlackReply } from './reply.ts'

/*
 * The response URL of a slash command: it reaches places where the bot is no member, five times in thirty minutes
 * (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses). Slack posts again instead of
 * replacing what a slash command's URL posted before, so it is used sparingly.
 */

const hosts = ['hooks.slack.com', 'hooks.slack-gov.com']
const uses = 5
/** A minute less than Slack's thirty: its clock began before ours. */
const lifeMs = 29 * 60_000
/** So many uses are kept for the end: one that fails, one that does not. */
const keptForEnd = 2
/** When the uses before that may happen, after the command. */
const progressAfterMs = [0, 2 * 60_000, 10 * 60_000]

/**
 * Whether a response URL is one of Slack's, or of an origin that is allowed by name (a stand-in on this machine). Requests
 * are signed, so this only matters should that fail: nothing else may be reached from here.
 */
export function isReplyUrl(url: string, allowedOrigins: readonly string[] = []): boolean {
  if (!URL.canParse(url)) return false
  const { origin, protocol, hostname, port, username, password, pathname } = new URL(url)
  if (username !== '' || password !== '') return false
  if (allowedOrigins.includes(origin)) return true
  const isSlack = protocol === 'https:' && port === '' && hosts.includes(hostname)
  return isSlack && /^\/(?:commands|actions|app)\//.test(pathname)
}

/** Whether it can still be used at all. */
export function isReplyUrlAlive(reply: SlackReply, nowMs: number): boolean {
  return reply.responseUrl !== null && reply.responseUrlUses < uses && nowMs - reply.responseUrlFromMs < lifeMs
}

/** Whether now is the time to use it; the end may always. */
export function mayUseReplyUrl(reply: SlackReply, nowMs: number, isEnd: boolean): boolean {
  if (!isReplyUrlAlive(reply, nowMs)) return false
  const { responseUrlUses: used, responseUrlFromMs: fromMs } = reply
  return isEnd || (used < uses - keptForEnd && nowMs - fromMs >= progressAfterMs[used]!)
}

/** The same reply once its URL answers no more. */
export function withoutReplyUrl(reply: SlackReply): SlackReply {
  return { ...reply, responseUrlUses: Math.max(uses, reply.responseUrlUses) }
}
