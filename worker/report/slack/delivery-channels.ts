import type { Job } from '../../contract/job.ts'
import type { SlackReply } from './reply.ts'
import { isReplyUrlAlive, mayUseReplyUrl } from './reply-url.ts'

/*
 * The channels that can deliver a message, and which one to use now. Pure.
 */

export type DeliveryChannel =
  | { readonly via: 'update'; readonly channel: string; readonly ts: string }
  | { readonly via: 'post' | 'direct'; readonly channel: string }
  | { readonly via: 'reply'; readonly url: string }
export type Via = DeliveryChannel['via']

/**
 * How long a call may take. Posts have longer: after a time-out the message may exist, and a second post would duplicate
 * it.
 */
export const callMs: Readonly<Record<Via, number>> = { update: 3_000, post: 12_000, direct: 12_000, reply: 12_000 }
/** Time reserved, of the last message's budget, for each further open channel. */
const channelShareMs = 2_000
/** How long a channel may fail while another is open: the person who waits for the end wants it now. */
const mostChannelMs = 10_000
/** The same for a channel for which Slack has said when to retry. */
const mostWaitMs = 30_000
/** Posting again after the message was deleted: once, and once more for the last message. */
const mostPosts = { progress: 2, end: 4 } as const

/** What is known of the channels of one job. */
export interface KnownChannels {
  readonly reply: SlackReply
  readonly asker: Job['asker']
  readonly replyUrl: string | undefined
  readonly hasToken: boolean
  readonly posts: number
  /** Channels, and people, that take no message. */
  readonly closed: ReadonlySet<string>
}

/**
 * The open channels, the best first: the message itself or its Slack channel, the response URL, a direct message.
 * Progress goes to a direct message only when nothing else is open, since the message would stay there.
 */
export function openChannels(
  { reply, asker, replyUrl, hasToken, posts, closed }: KnownChannels,
  isOver: boolean,
  nowMs: number
): DeliveryChannel[] {
  const { channel, ts } = reply
  const home = channel ?? asker.channel
  const mayPost = posts < (isOver ? mostPosts.end : mostPosts.progress)
  const targets: DeliveryChannel[] = []
  if (hasToken && !closed.has(home)) {
    if (channel !== null && ts !== null) targets.push({ via: 'update', channel, ts })
    else if (mayPost) targets.push({ via: 'post', channel: home })
    else return []
  }
  if (replyUrl !== undefined && mayUseReplyUrl(reply, nowMs, isOver)) targets.push({ via: 'reply', url: replyUrl })
  const isLast = isOver || (targets.length === 0 && !(replyUrl !== undefined && isReplyUrlAlive(reply, nowMs)))
  if (isLast && hasToken && mayPost && !closed.has(asker.user)) targets.push({ via: 'direct', channel: asker.user })
  return targets
}

/** A channel, how long to wait before its use, and how long the call may take. */
export interface ChosenChannel {
  readonly target: DeliveryChannel
  readonly waitMs: number
  readonly limitMs: number
}

/**
 * The best open channel that is ready early enough to leave time for the channels after it. Without a time limit the
 * best one has all the time.
 * @param readyMs from when on a channel may be used again
 * @param triedMs since when a channel is tried for the last message; undefined before that
 */
export function chooseChannel(
  targets: readonly DeliveryChannel[],
  readyMs: (target: DeliveryChannel) => number,
  nowMs: number,
  untilMs = Number.POSITIVE_INFINITY,
  triedMs: (target: DeliveryChannel) => number | undefined = () => undefined
): ChosenChannel | undefined {
  for (const [position, target] of targets.entries()) {
    const others = targets.length - position - 1
    const waitMs = Math.max(0, readyMs(target) - nowMs)
    const hasOthers = others > 0 && untilMs < Number.POSITIVE_INFINITY
    if (hasOthers && waitMs > mostWaitMs) continue
    const fromMs = triedMs(target) ?? nowMs + waitMs
    const endMs = hasOthers ? Math.min(untilMs - others * channelShareMs, fromMs + mostChannelMs) : untilMs
    const leftMs = endMs - nowMs - waitMs
    if (leftMs > 0) return { target, waitMs, limitMs: Math.min(callMs[target.via], leftMs) }
  }
  return undefined
}
