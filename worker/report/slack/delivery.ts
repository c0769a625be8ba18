import type { Job } from '../../contract/job.ts'
import { type Trouble, verdictOf } from './answers.ts'
import type { Called, MessageBody, SlackCalls } from './calls.ts'
import type { SlackMessage } from './message.ts'
import { Pace } from './pace.ts'
import { isReplyUrl, isReplyUrlAlive, mayUseReplyUrl, withoutReplyUrl } from './reply-url.ts'
import { type Timers, within } from './timers.ts'

/*
 * Brings the newest message of a job to Slack: one message, posted once and then changed. What can't be told now is told
 * with the next message; only the last one is worth waiting for. Nothing here fails or throws.
 */

const callMs = 3_000
/** Kept of the last message's time for the response URL. */
const replyUrlShareMs = 6_000
/** Posting again after the message was deleted: once, and once more for the last message. */
const mostPosts = { progress: 2, end: 4 } as const
const mostSteps = 12

export interface DeliveryOptions {
  readonly calls: SlackCalls
  readonly hasToken: boolean
  readonly jobId: string
  readonly asker: Job['asker']
  readonly reply: Job['reply']
  readonly allowedReplyOrigins?: readonly string[] | undefined
  /** Keeps where the message is and how often the response URL was used. */
  onReply(reply: Job['reply']): Promise<void>
  /** The jobs that share Slack's limits now. */
  countRunning(): Promise<number>
  readonly nowMs: () => number
  readonly timers: Timers
  /** 0 to 1. */
  readonly random: () => number
  /** Never told a URL, a token, a channel or a message's stamp. */
  readonly log: (event: object) => void
}

/** When the last message must be out, and whether it is the job's last or only the attempt's. */
export interface DeliveryEnd {
  readonly budgetMs: number
  readonly isOver: boolean
}

type Route =
  | { readonly via: 'update'; readonly channel: string; readonly ts: string }
  | { readonly via: 'post' | 'direct'; readonly channel: string }
  | { readonly via: 'reply'; readonly url: string }
type Sent =
  | { readonly kind: 'told' }
  | { readonly kind: 'untold' }
  | { readonly kind: 'later'; readonly afterMs: number }
type MakeMessage = () => SlackMessage

export class SlackDelivery {
  readonly #options: DeliveryOptions
  readonly #replyUrl: string | undefined
  readonly #pace: Pace
  readonly #wake = new AbortController()
  /** Channels, and people, that take no message. */
  readonly #closed = new Set<string>()
  /** Stamps of messages that are gone. */
  readonly #gone = new Set<string>()
  #reply: Job['reply']
  #usesToken: boolean
  #posts: number
  /** 0: all blocks, 1: plain ones, 2: text alone. */
  #plainness = 0
  #waiting: MakeMessage | undefined
  #telling: Promise<void> | undefined
  #isEnding = false
  #quietUntilMs = 0

  constructor(options: DeliveryOptions) {
    const { reply, hasToken, allowedReplyOrigins } = options
    const url = reply.responseUrl ?? undefined
    this.#options = options
    this.#pace = new Pace({ ...options, onUncounted: () => this.#note({ code: 'running-jobs-unknown' }) })
    this.#reply = reply
    this.#replyUrl = url !== undefined && isReplyUrl(url, allowedReplyOrigins) ? url : undefined
    this.#usesToken = hasToken
    this.#posts = reply.ts === null ? 0 : 1
    if (url !== undefined && this.#replyUrl === undefined) this.#note({ code: 'reply-url-refused' })
  }

  /** Tells this message when it is time, unless a newer one is offered before. It is made at that moment. */
  offer(make: MakeMessage): void {
    if (this.#isEnding) return
    this.#waiting = make
    this.#telling ??= this.#tell()
  }

  /** Takes over what another process has learnt: where the message is, how often the response URL was used. */
  adopt(reply: Job['reply']): void {
    const responseUrlUses = Math.max(reply.responseUrlUses, this.#reply.responseUrlUses)
    this.#reply = { ...this.#reply, responseUrlUses }
    const { channel, ts } = reply
    if (this.#reply.ts !== null || ts === null || this.#gone.has(ts)) return
    this.#reply = { ...this.#reply, channel, ts }
    this.#posts = Math.max(1, this.#posts)
  }

  /** Tells the last message, whatever waits. Resolves when it is out or given up, within its budget. */
  async end(make: MakeMessage, { budgetMs, isOver }: DeliveryEnd): Promise<boolean> {
    const untilMs = this.#options.nowMs() + budgetMs
    this.#isEnding = true
    this.#waiting = undefined
    this.#wake.abort()
    await this.#telling
    for (;;) {
      const sent = await this.#send(make, { untilMs, isOver })
      if (sent.kind === 'told') return true
      const mayGoOn = sent.kind === 'later' && (await this.#waitForEnd(sent.afterMs, untilMs, isOver))
      if (mayGoOn) continue
      this.#note({ code: 'untold' })
      return false
    }
  }

  /** Waits; or, when there is no time for that, turns to the response URL, whose limits are others, or gives up. */
  async #waitForEnd(afterMs: number, untilMs: number, isOver: boolean): Promise<boolean> {
    const { nowMs, timers } = this.#options
    const shareMs = this.#usesToken && this.#hasReplyUrl(isOver) ? replyUrlShareMs : 0
    if (nowMs() + afterMs < untilMs - shareMs) {
      await timers.sleep(afterMs)
      return true
    }
    const hasOtherWay = this.#usesToken
    this.#usesToken = false
    return hasOtherWay
  }

  async #tell(): Promise<void> {
    const { nowMs, timers } = this.#options
    while (this.#waiting && !this.#isEnding) {
      await timers.sleep(this.#quietUntilMs - nowMs(), this.#wake.signal)
      if (this.#isEnding) break
      const make = this.#waiting
      this.#waiting = undefined
      const sent = await this.#send(make)
      if (sent.kind === 'later') this.#waiting ??= make
      if (this.#isEnding) break
      const intervalMs = await this.#pace.intervalMs()
      this.#quietUntilMs = nowMs() + Math.max(intervalMs, sent.kind === 'later' ? sent.afterMs : 0)
    }
    this.#telling = undefined
  }

  /** Goes from one way to the next until one takes the message. */
  async #send(make: MakeMessage, end?: { readonly untilMs: number; readonly isOver: boolean }): Promise<Sent> {
    const message = this.#made(make)
    for (let step = 0; message && step < mostSteps; step++) {
      if (this.#isEnding && !end) return { kind: 'later', afterMs: 0 }
      const leftMs = end ? end.untilMs - this.#options.nowMs() : callMs
      const route = this.#route(end?.isOver === true)
      if (!route || leftMs <= 0) return { kind: 'untold' }
      const called = await this.#call(route, message, this.#options.timers.limit(Math.min(callMs, leftMs)))
      if (!('trouble' in called)) {
        await this.#took(route, called)
        return { kind: 'told' }
      }
      const afterMs = await this.#learn(route, called.trouble)
      if (afterMs !== undefined) return { kind: 'later', afterMs }
    }
    return { kind: 'untold' }
  }

  #made(make: MakeMessage): SlackMessage | undefined {
    try {
      return make()
    } catch (error) {
      this.#note({ code: 'no-message', error: error instanceof Error ? error.name : 'unknown' })
      return undefined
    }
  }

  /** The best way that is open: the message itself, its channel, the response URL, the person. */
  #route(isOver: boolean): Route | undefined {
    const { asker } = this.#options
    const { channel, ts } = this.#reply
    const home = channel ?? asker.channel
    const mayPost = this.#posts < (isOver ? mostPosts.end : mostPosts.progress)
    if (this.#usesToken && !this.#closed.has(home)) {
      if (channel !== null && ts !== null) return { via: 'update', channel, ts }
      return mayPost ? { via: 'post', channel: home } : undefined
    }
    if (this.#hasReplyUrl(isOver)) return { via: 'reply', url: this.#replyUrl! }
    const waitsForReplyUrl = this.#replyUrl !== undefined && isReplyUrlAlive(this.#reply, this.#options.nowMs())
    const mayWrite = this.#usesToken && mayPost && !this.#closed.has(asker.user)
    return mayWrite && !waitsForReplyUrl ? { via: 'direct', channel: asker.user } : undefined
  }

  #hasReplyUrl(isOver: boolean): boolean {
    return this.#replyUrl !== undefined && mayUseReplyUrl(this.#reply, this.#options.nowMs(), isOver)
  }

  #call(route: Route, message: SlackMessage, signal: AbortSignal): Promise<Called> {
    const { calls } = this.#options
    const body = bodyOf(message, this.#plainnessOn(route))
    if (route.via === 'reply') return calls.reply(route.url, body, this.#reply.responseUrlUses === 0, signal)
    if (route.via === 'update') return calls.update({ channel: route.channel, ts: route.ts }, body, signal)
    return calls.post(route.channel, body, signal)
  }

  /** Nobody has seen a plan go through a response URL. */
  #plainnessOn({ via }: Route): number {
    return via === 'reply' ? Math.max(1, this.#plainness) : this.#plainness
  }

  async #took(route: Route, { place }: Extract<Called, { place: unknown }>): Promise<void> {
    this.#pace.recovered()
    if (route.via === 'update') return
    if (route.via === 'reply') return this.#keep({ responseUrlUses: this.#reply.responseUrlUses + 1 })
    this.#posts++
    if (place) await this.#keep(place)
  }

  /** Draws the conclusion; gives how long to wait when the same may work later. */
  async #learn(route: Route, trouble: Trouble): Promise<number | undefined> {
    const verdict = verdictOf(trouble)
    this.#note({ via: route.via, code: trouble.code, verdict })
    if (verdict === 'later') {
      // Whether it was used nobody knows.
      const isUsed = route.via === 'reply' && trouble.code === 'no-answer'
      if (isUsed) await this.#keep({ responseUrlUses: this.#reply.responseUrlUses + 1 })
      return this.#pace.backoffMs(trouble)
    }
    const plainness = this.#plainnessOn(route)
    if (verdict === 'simpler' && plainness < 2) this.#plainness = plainness + 1
    else if (verdict === 'post-again' && route.via === 'update') this.#forget(route.ts)
    else if (route.via === 'reply') await this.#keep(withoutReplyUrl(this.#reply))
    else if (verdict === 'no-token') this.#usesToken = false
    else this.#closed.add(route.channel)
    return undefined
  }

  #forget(ts: string): void {
    this.#gone.add(ts)
    this.#reply = { ...this.#reply, ts: null }
  }

  async #keep(changed: Partial<Job['reply']>): Promise<void> {
    const { timers, onReply } = this.#options
    this.#reply = { ...this.#reply, ...changed }
    const onFailure = (): void => this.#note({ code: 'reply-not-kept' })
    await within(timers.limit(callMs), () => onReply(this.#reply), onFailure)
  }

  #note(facts: object): void {
    this.#options.log({ event: 'slack-delivery', job: this.#options.jobId, ...facts })
  }
}

function bodyOf({ text, blocks, plainBlocks }: SlackMessage, plainness: number): MessageBody {
  return { text, blocks: [blocks, plainBlocks][plainness] ?? [] }
}
