import type { Job } from '../../../../worker/contract/job.ts'
import type { JobReporter } from '../../../../worker/report/job-reporter.ts'
import type { SlackBlock } from '../../../../worker/report/slack/blocks.ts'
import { createSlackReply, readSlackReply, type SlackReply } from '../../../../worker/report/slack/reply.ts'
import { createSlackReporter, type SlackReporterOptions } from '../../../../worker/report/slack/reporter.ts'
import { type SlackServer, type SlackServerOptions, startSlackServer } from '../../../stand-ins/slack/server.ts'
import type { Message } from '../../../stand-ins/slack/workspace.ts'
import { referenceConfig } from '../../../support/configurations.ts'
import { recordLog } from '../../../support/recorded-log.ts'
import { untilTrue } from '../../../support/until.ts'
import { nowMs } from './jobs.ts'
import { readOnPhone } from './phone.ts'
import { createTestTime, type TestTime } from './test-time.ts'

/** By default, `over` has as much time as a worker that is in no hurry. */
export interface PatientReporter extends JobReporter {
  over(job: Job, budgetMs?: number): Promise<boolean>
}

const calmMs = 40_000

/** A local Slack workspace, and a reporter that reports one job to it. Disposing closes the workspace. */
export interface SlackHarness extends AsyncDisposable {
  readonly slack: SlackServer
  readonly time: TestTime
  readonly reporter: PatientReporter
  /** What was kept of the reply, in order. */
  readonly kept: SlackReply[]
  readonly logged: object[]
  /** Calls of Slack's, as `chat.update 45 %` or `chat.update ratelimited`. */
  calls(): string[]
  /** The job with what was kept of its reply, as its record would have it. */
  recorded(job: Job): Job
  /** Another process that goes on with the same job. */
  again(): PatientReporter
}

export interface SlackHarnessOptions {
  readonly server?: SlackServerOptions
  readonly reporter?: Partial<SlackReporterOptions>
  /** Whether the record has a response URL; it must be one of the server's. */
  readonly hasReplyUrl?: boolean
}

export async function startSlackHarness(options: SlackHarnessOptions = {}): Promise<SlackHarness> {
  const time = createTestTime(nowMs)
  const slack = await startSlackServer({ nowMs: time.nowMs, ...options.server })
  const responseUrl = options.hasReplyUrl ? await issueReplyUrl(slack) : null
  const kept: SlackReply[] = []
  const { log, lines: logged } = recordLog()
  const reply = createSlackReply(responseUrl, nowMs)
  const again = (): PatientReporter => {
    const reporter = createSlackReporter({
      token: slack.token,
      apiUrl: slack.apiUrl,
      publicUrl: 'https://x.lambda-url.ap-northeast-1.on.aws/',
      linkKey: 'a key of sixteen or more',
      config: referenceConfig(),
      onReply: async (changed) => void kept.push(readSlackReply(changed)),
      countRunning: async () => 1,
      nowMs: time.nowMs,
      log,
      allowedReplyOrigins: [slack.url],
      timers: time.timers,
      random: () => 0,
      ...options.reporter
    })
    return { ...reporter, over: (job, budgetMs = calmMs) => reporter.over(job, budgetMs) }
  }
  return {
    slack,
    time,
    reporter: again(),
    kept,
    logged,
    again,
    calls: () => slack.requests.map(({ method, args, error }) => `${method} ${error ?? headOf(String(args.text))}`),
    recorded: (job) => ({ ...job, reply: kept.at(-1) ?? reply }),
    [Symbol.asyncDispose]: () => slack.close()
  }
}

/** A command without an answer leaves its response URL unused. */
async function issueReplyUrl(slack: SlackServer): Promise<string> {
  slack.connect({ commandsUrl: 'http://127.0.0.1:1/', interactiveUrl: 'http://127.0.0.1:1/' })
  return (await slack.command({ text: 'THING00001 telemetry 2023/10/01' })).responseUrl
}

/** `45 %` of `45 % · THING00001 · …`. */
const headOf = (text: string): string => text.replace(/ · THING00001.*$/s, '')

/** What a message says, as a person reads it. */
export function said(message: Message | undefined): string {
  return message === undefined ? '' : readOnPhone(message.blocks as unknown as SlackBlock[])
}

/** Waits until so many requests have come, answered or not. */
export async function requested(slack: SlackServer, method: string, count: number): Promise<void> {
  await untilTrue(`${count} calls of ${method}`, () => slack.requestsOf(method).length >= count)
}
