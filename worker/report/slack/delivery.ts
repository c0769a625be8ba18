import { within } from '../../async/time-limit.ts'
import type { Job } from '../../contract/job.ts'
import type { ReporterContext } from '../job-reporter.ts'
import type { LogFields } from '../log.ts'
import { type Trouble, verdictOf } from './answers.ts'
import { withoutCancel } from './buttons.ts'
import type { Called, MessageBody, SlackCalls } from './calls.ts'
import {
  type ChosenChannel,
  callMs,
  chooseChannel,
  type DeliveryChannel,
  openChannels,
  type Via
} from './delivery-channels.ts'
import type { SlackMessage } from './message.ts'
import { readSlackReply, type SlackReply } from './reply.ts'
import { isReplyUrl, withoutReplyUrl } from './reply-url.ts'
import { UpdateRate, type UpdateRateOptions } from './update-rate.ts'

/*
 * Brings the newest message of a job to Slack: one message, posted once and then updated. What can't be sent now is sent
 * with the next message. Only the last one is worth waiting for. Nothing here fails or throws.
 */

/** To store in the job document where the message is. */
const keepMs = 3_000

/** `log` never gets a URL, a token, a channel or a message's stamp. */
export interface DeliveryOptions
  extends Omit<UpdateRateOptions, 'onUncounted'>,
    Pick<ReporterContext, 'onReply' | 'log'> {
  readonly calls: SlackCalls
  readonly hasToken: boolean
  readonly job: Job
  readonly allowedReplyOrigins?: readonly string[] | undefined
}

/** When the last message must be out, and whether it is the job's last or only the attempt's. */
export interface DeliveryEnd {
  readonly budgetMs: number
  readonly isOver: boolean
}

type MakeMessage = () => SlackMessage
/** `later`: Slack is to be called again later. `unsent`: it never will be. */
type Sent = 'sent' | 'unsent' | 'later'

export class SlackDelivery {
  readonly #options: DeliveryOptions
  readonly #replyUrl: string | undefined
  readonly #rate: UpdateRate
  readonly #wake = new AbortController()
  /** Channels, and people, that take no message. */
  readonly #closed = new Set<string>()
  /** Stamps of messages that are gone. */
  readonly #gone = new Set<string>()
  /** From when on a channel may be used again: Slack asked for that, or a post has no answer yet. */
  readonly #readyMs = new Map<Via, number>()
  /** Since when each channel is tried for the last message. */
  readonly #triedMs = new Map<Via, number>()
  #reply: SlackReply
  #hasToken: boolean
  #posts: number
  /** 0: all blocks, 1: plain ones, 2: text alone. */
  #plainness = 0
  #waiting: MakeMessage | undefined
  #sending: Promise<void> | undefined
  /** The last message under way; aborted when another takes its place. */
  #ending: AbortController | undefined
  #quietUntilMs = 0

  constructor(options: DeliveryOptions) {
    const { hasToken, allowedReplyOrigins } = options
    const reply = readSlackReply(options.job.reply)
    const url = reply.responseUrl ?? undefined
    this.#options = options
    this.#rate = new UpdateRate({ ...options, onUncounted: () => this.#note({ code: 'running-jobs-unknown' }) })
    this.#reply = reply
    this.#replyUrl = url !== undefined && isReplyUrl(url, allowedReplyOrigins) ? url : undefined
    this.#hasToken = hasToken
    this.#posts = reply.ts === null ? 0 : 1
    if (url !== undefined && this.#replyUrl === undefined) this.#note({ code: 'reply-url-refused' })
  }

  /** Sends this message when it is time, unless a newer one is offered before. It is made at that moment. */
  offer(make: MakeMessage): void {
    if (this.#ending) return
    this.#waiting = make
    this.#sending ??= this.#sendWaiting()
  }

  /** Adopts what another process has learnt: where the message is, how often the response URL was used. */
  adopt(reply: SlackReply): void {
    const responseUrlUses = Math.max(reply.responseUrlUses, this.#reply.responseUrlUses)
    this.#reply = { ...this.#reply, responseUrlUses }
    const { channel, ts } = reply
    if (this.#reply.ts !== null || ts === null || this.#gone.has(ts)) return
    this.#reply = { ...this.#reply, channel, ts }
    this.#posts = Math.max(1, this.#posts)
  }

  /**
   * Sends the last message and drops a waiting one. Resolves with whether Slack took it within the budget. A later call
   * cuts an earlier one short.
   */
  async end(make: MakeMessage, { budgetMs, isOver }: DeliveryEnd): Promise<boolean> {
    const { nowMs, timers } = this.#options
    const untilMs = nowMs() + budgetMs
    this.#ending?.abort()
    const mine = new AbortController()
    this.#ending = mine
    this.#waiting = undefined
    this.#wake.abort()
    // What is being sent must not arrive after the last message; a post may take longer than there is time for.
    const limitMs = Math.min(callMs.update, budgetMs / 2)
    await within(limitMs, 'The message before', async () => this.#sending, timers).catch(() => {})
    while (!mine.signal.aborted) {
      const message = this.#made(make)
      const chosen = message && this.#choose(isOver, untilMs)
      if (!message || !chosen) {
        this.#note({ code: 'unsent' })
        return false
      }
      await timers.sleep(chosen.waitMs, mine.signal)
      // What was learnt while waiting may open a better channel.
      if (mine.signal.aborted || chosen.waitMs > 0) continue
      if ((await this.#send(chosen, message, untilMs)) === 'sent') return true
    }
    return false
  }

  async #sendWaiting(): Promise<void> {
    const { nowMs, timers } = this.#options
    while (this.#waiting && !this.#ending) {
      await timers.sleep(this.#quietUntilMs - nowMs(), this.#wake.signal)
      if (this.#ending) break
      const make = this.#waiting
      this.#waiting = undefined
      const sent = await this.#sendProgress(make)
      if (sent === 'later') this.#waiting ??= make
      if (this.#ending) break
      const intervalMs = await this.#rate.intervalMs()
      this.#quietUntilMs = nowMs() + Math.max(intervalMs, sent === 'later' ? (this.#choose(false)?.waitMs ?? 0) : 0)
    }
    this.#sending = undefined
  }

  /** Tries one channel after the other until one takes the message, or asks for a later call. */
  async #sendProgress(make: MakeMessage): Promise<Sent> {
    const message = this.#made(make)
    while (message && !this.#ending) {
      const chosen = this.#choose(false)
      if (!chosen) return 'unsent'
      if (chosen.waitMs > 0) return 'later'
      const sent = await this.#send(chosen, message)
      if (sent !== 'unsent') return sent
    }
    return message ? 'later' : 'unsent'
  }

  #choose(isOver: boolean, untilMs?: number): ChosenChannel | undefined {
    const { job, nowMs } = this.#options
    const now = nowMs()
    const known = { asker: job.asker, reply: this.#reply, replyUrl: this.#replyUrl, hasToken: this.#hasToken }
    const targets = openChannels({ ...known, posts: this.#posts, closed: this.#closed }, isOver, now)
    const tried = ({ via }: DeliveryChannel): number | undefined => this.#triedMs.get(via)
    return chooseChannel(targets, ({ via }) => this.#readyMs.get(via) ?? 0, now, untilMs, tried)
  }

  async #send({ target, limitMs }: ChosenChannel, message: SlackMessage, untilMs?: number): Promise<Sent> {
    const { nowMs, timers } = this.#options
    const postedMs = nowMs()
    if (untilMs !== undefined && !this.#triedMs.has(target.via)) this.#triedMs.set(target.via, postedMs)
    // Nothing is posted beside a post that has no answer yet.
    if (target.via !== 'update') this.#readyMs.set(target.via, postedMs + callMs[target.via])
    using limit = timers.limit(limitMs)
    const called = await this.#call(target, message, limit.signal)
    const leftMs = untilMs === undefined ? keepMs : Math.min(keepMs, Math.max(1_000, untilMs - nowMs()))
    if (!('trouble' in called)) {
      this.#readyMs.delete(target.via)
      await this.#took(target, called, leftMs)
      return 'sent'
    }
    return this.#learn(target, called.trouble, postedMs, leftMs)
  }

  #made(make: MakeMessage): SlackMessage | undefined {
    try {
      return make()
    } catch (error) {
      this.#note({ code: 'no-message', error: error instanceof Error ? error.name : 'unknown' })
      return undefined
    }
  }

  #call(target: DeliveryChannel, message: SlackMessage, signal: AbortSignal): Promise<Called> {
    const { calls } = this.#options
    const body = bodyOf(message, this.#plainnessOn(target))
    if (target.via === 'reply') {
      const isFirst = this.#reply.responseUrlUses === 0
      return calls.reply(target.url, isFirst ? body : { ...body, blocks: withoutCancel(body.blocks) }, isFirst, signal)
    }
    if (target.via === 'update') return calls.update({ channel: target.channel, ts: target.ts }, body, signal)
    return calls.post(target.channel, body, signal)
  }

  /** No plan was ever seen to pass through a response URL. */
  #plainnessOn({ via }: DeliveryChannel): number {
    return via === 'reply' ? Math.max(1, this.#plainness) : this.#plainness
  }

  async #took(target: DeliveryChannel, { place }: Extract<Called, { place: unknown }>, limitMs: number): Promise<void> {
    this.#rate.recovered()
    if (target.via === 'update') return
    if (target.via === 'reply') return this.#keep({ responseUrlUses: this.#reply.responseUrlUses + 1 }, limitMs)
    this.#posts++
    if (place) await this.#keep(place, limitMs)
  }

  /** Decides what to do next: later by this channel, or at once by another, or in another form. */
  async #learn(
    target: DeliveryChannel,
    trouble: Trouble,
    postedMs: number,
    limitMs: number
  ): Promise<'later' | 'unsent'> {
    const verdict = verdictOf(trouble)
    this.#note({ via: target.via, code: trouble.code, verdict })
    if (verdict === 'later') {
      const isUnknown = trouble.code === 'no-answer' && target.via !== 'update'
      const afterMs = this.#options.nowMs() + this.#rate.backoffMs(trouble)
      this.#readyMs.set(target.via, isUnknown ? Math.max(afterMs, postedMs + callMs[target.via]) : afterMs)
      // The channel does not fail: Slack said when to call again.
      if (trouble.retryAfterMs !== undefined) this.#triedMs.delete(target.via)
      // It may have been used.
      if (isUnknown && target.via === 'reply') {
        await this.#keep({ responseUrlUses: this.#reply.responseUrlUses + 1 }, limitMs)
      }
      return 'later'
    }
    this.#readyMs.delete(target.via)
    const plainness = this.#plainnessOn(target)
    if (verdict === 'simpler' && plainness < 2) this.#plainness = plainness + 1
    else if (verdict === 'post-again' && target.via === 'update') this.#forget(target.ts)
    else if (target.via === 'reply') await this.#keep(withoutReplyUrl(this.#reply), limitMs)
    else if (verdict === 'no-token') this.#hasToken = false
    else this.#closed.add(target.channel)
    return 'unsent'
  }

  #forget(ts: string): void {
    this.#gone.add(ts)
    this.#reply = { ...this.#reply, ts: null }
  }

  async #keep(changed: Partial<SlackReply>, limitMs: number): Promise<void> {
    const { timers, onReply } = this.#options
    this.#reply = { ...this.#reply, ...changed }
    const keep = (): Promise<void> => onReply(this.#reply)
    await within(limitMs, 'Keeping the reply', keep, timers).catch(() => this.#note({ code: 'reply-not-kept' }))
  }

  #note(fields: LogFields): undefined {
    this.#options.log.warn('slack-delivery', { job: this.#options.job.id, ...fields })
  }
}

function bodyOf({ text, blocks, plainBlocks, bareText }: SlackMessage, plainness: number): MessageBody {
  if (plainness === 0) return { text, blocks }
  return plainness === 1 ? { text, blocks: plainBlocks } : { text: bareText, blocks: [] }
}
