import { realClock, type Timers } from '../../async/clock.ts'
import { within } from '../../async/time-limit.ts'
import { archiveEndMs, linkEndMs } from '../../contract/archive-life.ts'
import { downloadPath } from '../../contract/download-link.ts'
import type { Job } from '../../contract/job.ts'
import type { FrontEnd, JobReporter, LiveProgress, ReporterContext } from '../job-reporter.ts'
import { createSlackCalls } from './calls.ts'
import { SlackDelivery } from './delivery.ts'
import { jobMessage, type SlackMessage } from './message.ts'
import type { MessageView } from './message-parts.ts'
import { scopeOf } from './other-requests.ts'
import { readSlackReply } from './reply.ts'

/** For the message of an attempt that is given up: SIGKILL comes 30 s after SIGTERM. */
const interruptedMs = 6_000
/** For a presigned link, of the last message's time. */
const presignMs = 2_000

/** What Slack needs beside the job. */
export interface SlackSettings {
  readonly token: string | undefined
  /** Of a stand-in; Slack's own when undefined. */
  readonly apiUrl: string | undefined
  /** Where the ingress answers: the Function URL. Without it there are no buttons but Download. */
  readonly publicUrl: string | undefined
  /** Signs download links, as the ingress checks them. */
  readonly linkKey: string | undefined
  /** Origins other than Slack's that a response URL may have: a stand-in's. */
  readonly allowedReplyOrigins?: readonly string[]
}

export interface SlackReporterOptions extends SlackSettings, ReporterContext {
  readonly timers?: Timers
  readonly random?: () => number
  readonly fetch?: typeof fetch
}

/** Slack, as the container is configured for it. */
export const slackFrontEnd: FrontEnd = (variables) => {
  const settings: SlackSettings = {
    token: variables.text('SLACK_BOT_TOKEN'),
    apiUrl: variables.url('SLACK_API_URL'),
    publicUrl: variables.url('IOT_LOG_PUBLIC_URL'),
    linkKey: variables.text('IOT_LOG_LINK_KEY'),
    allowedReplyOrigins: variables.list('IOT_LOG_RESPONSE_ORIGINS')
  }
  return (context) => createSlackReporter({ ...settings, ...context })
}

/** Reports in Slack how one job goes. */
export function createSlackReporter(options: SlackReporterOptions): JobReporter {
  const { nowMs, config } = options
  let delivery: SlackDelivery | undefined
  const deliveryOf = (job: Job): SlackDelivery => {
    delivery ??= createDelivery(job, options)
    delivery.adopt(readSlackReply(job.reply))
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
  const calls = createSlackCalls({ token, apiUrl, fetch })
  return new SlackDelivery({ ...options, calls, hasToken: token !== undefined && token !== '', job, timers, random })
}

/** Where links and buttons lead; undefined without an ingress. */
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
  const onFailure = (): undefined => void log.warn('slack-delivery', { job: job.id, code: 'no-link' })
  const link = await within(presignMs, 'Signing a link', () => presign(job), timers).catch(onFailure)
  if (!link) return {}
  return { downloadUrl: link.url, linkExpiresMs: Math.min(link.expiresMs, endMs), archiveEndMs: endMs }
}
