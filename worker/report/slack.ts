import { realClock, type Timers } from '../async/clock.ts'
import { within } from '../async/time-limit.ts'
import { archiveEndMs, linkEndMs } from '../contract/archive-life.ts'
import type { Config } from '../contract/config.ts'
import { downloadPath } from '../contract/download-link.ts'
import type { Job } from '../contract/job.ts'
import type { JobReporter, LiveProgress } from './job-reporter.ts'
import { createSlackCalls } from './slack/calls.ts'
import { SlackDelivery } from './slack/delivery.ts'
import { jobMessage, type SlackMessage } from './slack/message.ts'
import type { MessageView } from './slack/message-parts.ts'
import { scopeOf } from './slack/other-requests.ts'

/** For the message of an attempt that is given up: SIGKILL comes 30 s after SIGTERM. */
const interruptedMs = 6_000
/** For a presigned link, of the last message's time. */
const presignMs = 2_000

/** A link that needs no ingress: it dies with the credentials that signed it, so `expiresMs` is what they allow. */
export interface PresignedLink {
  readonly url: string
  readonly expiresMs: number
}

export interface SlackReporterOptions {
  readonly token: string | undefined
  /** Of a stand-in; Slack's own when undefined. */
  readonly apiUrl: string | undefined
  /** Where the ingress answers: the Function URL. Without it there are no buttons but Download. */
  readonly publicUrl: string | undefined
  /** Signs download links, as the ingress checks them. */
  readonly linkKey: string | undefined
  /** How long links and archives are good for, and what may be asked for instead. */
  readonly config: Config
  /** Keeps where the message is and how often the response URL was used, in the job record. */
  onReply(reply: Job['reply']): Promise<void>
  /** Jobs that tell Slack now, this one included: they share its limits. */
  readonly countRunning: () => Promise<number>
  readonly nowMs: () => number
  readonly log: (event: object) => void
  /** Origins other than Slack's that a response URL may have: a stand-in's. */
  readonly allowedReplyOrigins?: readonly string[]
  /** Used where there is no ingress. */
  readonly presign?: (job: Job) => Promise<PresignedLink>
  readonly timers?: Timers
  readonly random?: () => number
  readonly fetch?: typeof fetch
}

/** Tells the asker of one job in Slack how it goes. */
export function createSlackReporter(options: SlackReporterOptions): JobReporter {
  const { nowMs, config } = options
  let delivery: SlackDelivery | undefined
  const deliveryOf = (job: Job): SlackDelivery => {
    delivery ??= createDelivery(job, options)
    delivery.adopt(job.reply)
    return delivery
  }
  const isInteractive = ingressOf(options) !== undefined
  const messageOf = (job: Job, view: Partial<MessageView>): SlackMessage =>
    jobMessage(job, { nowMs: nowMs(), isInteractive, scope: scopeOf(job.request, config), ...view })
  const offer = (job: Job, live?: LiveProgress): void => deliveryOf(job).offer(() => messageOf(job, { live }))
  return {
    running: offer,
    progress: offer,
    interrupted: async (job) => {
      const make = () => messageOf(job, { isInterrupted: true })
      await deliveryOf(job).end(make, { budgetMs: interruptedMs, isOver: false })
    },
    over: async (job, budgetMs) => {
      const untilMs = nowMs() + budgetMs
      const link = await linkOf(job, options)
      return deliveryOf(job).end(() => messageOf(job, link), { budgetMs: untilMs - nowMs(), isOver: true })
    }
  }
}

function createDelivery(job: Job, options: SlackReporterOptions): SlackDelivery {
  const { token, apiUrl, timers = realClock, random = Math.random, fetch = globalThis.fetch } = options
  return new SlackDelivery({
    calls: createSlackCalls({ token, apiUrl, fetch }),
    hasToken: token !== undefined && token !== '',
    jobId: job.id,
    asker: job.asker,
    reply: job.reply,
    allowedReplyOrigins: options.allowedReplyOrigins,
    onReply: (reply) => options.onReply(reply),
    countRunning: () => options.countRunning(),
    nowMs: options.nowMs,
    timers,
    random,
    log: options.log
  })
}

/** Where links and buttons lead; undefined where nobody would answer. */
function ingressOf({ publicUrl, linkKey }: SlackReporterOptions): { url: string; key: string } | undefined {
  if (publicUrl === undefined || linkKey === undefined || linkKey === '') return undefined
  const isWeb = URL.canParse(publicUrl) && /^https?:$/.test(new URL(publicUrl).protocol)
  return isWeb ? { url: publicUrl.replace(/\/+$/, ''), key: linkKey } : undefined
}

/** The link of a job that has an archive. */
async function linkOf(job: Job, options: SlackReporterOptions): Promise<Partial<MessageView>> {
  if (!job.result?.archive) return {}
  const ingress = ingressOf(options)
  const { presign, log, timers = realClock, config, nowMs } = options
  const endMs = archiveEndMs(job, config.output)
  if (ingress) {
    const linkExpiresMs = linkEndMs(job, config.output, nowMs())
    const downloadUrl = ingress.url + downloadPath(ingress.key, job.id, linkExpiresMs)
    return { downloadUrl, linkExpiresMs, archiveEndMs: endMs }
  }
  if (!presign) return {}
  const onFailure = (): undefined => void log({ event: 'slack-delivery', job: job.id, code: 'no-link' })
  const link = await within(presignMs, 'Signing a link', () => presign(job), timers).catch(onFailure)
  if (!link) return {}
  return { downloadUrl: link.url, linkExpiresMs: Math.min(link.expiresMs, endMs), archiveEndMs: endMs }
}
