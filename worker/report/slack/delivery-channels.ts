import type { Job } from '../../contract/job.ts'
import type { SlackReply } from './reply.ts'
import { isReplyUrlAlive, mayUseReplyUrl } from './reply-url.ts'

/*
 * By which ways a message can go, and which to take now. Pure: what is known of them is passed in.
 */

export type DeliveryChannel =
  | { readonly via: 'update'; readonly channel: string; readonly ts: string }
  | { readonly via: 'post' | 'direct'; readonly channel: string }
  | { readonly via: 'reply'; readonly url: string }
export type Via = DeliveryChannel['via']

/**
 * How long a call may take. What posts has longer: an answer that is not awaited may be a message that is there, and
 * posting again would be another one.
 */
export const callMs: Readonly<Record<Via, number>> = { update: 3_000, post: 12_000, direct: 12_000, reply: 12_000 }
/** Kept of the last message's time for each way that is open after the one that is tried. */
const channelShareMs = 2_000
/** How long a way may fail while another is open: whoever waits for the end wants it now, by whatever way. */
const mostChannelMs = 10_000
/** The same for a way that Slack has said when to take again. */
const mostWaitMs = 30_000
/** Posting again after the message was deleted: once, and once more for the last message. */
const mostPosts = { progress: 2, end: 4 } as const

/** What is known of the ways of one job. */
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
 * The ways that are open, the best first: the message itself or its channel, the response URL, the person. What is not
 * the end is told to the person only when there is no other way: the message would be there from then on.
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

/** A way, when it may be taken, and how long the call may take then. */
export interface ChosenChannel {
  readonly target: DeliveryChannel
  readonly waitMs: number
  readonly limitMs: number
}

/**
 * Of the open ways the best that is ready in time, so that time is left for each of those after it: whose limits are
 * others. Without an end there is time for the best one.
 * @param readyMs from when on a way may be taken again
 * @param triedMs since when a way is tried for the last message; undefined before that
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
