import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFlags } from '../../worker/node-flags.ts'
import { startLambdaProcess } from '../local/lambda-process.ts'
import type { BatchEvent } from '../stand-ins/batch/events.ts'
import { type BatchServerOptions, startBatchServer } from '../stand-ins/batch/server.ts'
import type { JobDefinitionOptions } from '../stand-ins/batch/settings.ts'
import { processExecutor } from '../stand-ins/batch/task.ts'
import { startS3Server } from '../stand-ins/s3/server.ts'
import { type SlackServerOptions, startSlackServer } from '../stand-ins/slack/server.ts'
import { referenceDocument } from '../support/configurations.ts'
import { repository } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { bucket, type ChannelUser, createChannelUser, type Logs, type StandIns } from './channel-user.ts'

/*
 * The whole system between stand-ins that can fail: the real handlers as Lambdas in a process, the real worker as a
 * process for each attempt of a job, S3, Slack and Batch over HTTP. Tests share one; each has its own person.
 */

export interface WholeSystemOptions {
  /** The time for an answer. Default: half a minute. Slack waits a third longer. */
  readonly budgetMs?: number
  readonly slack?: SlackServerOptions
  /** How long a second of Batch takes, and what else differs. */
  readonly batch?: Partial<BatchServerOptions>
  /** How an event of a finished job reaches its handler. Default: once. */
  readonly relay?: (deliver: () => Promise<void>) => Promise<unknown>
}

/** A running system. Disposing ends every process of it. */
export interface WholeSystem extends StandIns, AsyncDisposable {
  /** A new person. */
  createChannelUser(logs?: Logs): ChannelUser
  /** Hands an event to the handler of Batch's events. @throws when it does not take it */
  deliver(event: BatchEvent): Promise<void>
}

/** Attempts of a job. */
export const mostAttempts = 2
const linkKey = 'a link key of 32 characters or so'

export async function startWholeSystem(options: WholeSystemOptions = {}): Promise<WholeSystem> {
  const { relay = (deliver: () => Promise<void>) => deliver(), budgetMs = 30_000 } = options
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(temporaryDirectory())
  const s3 = stack.use(await startS3Server({ buckets: { [bucket]: {} } }))
  const slack = stack.use(await startSlackServer({ ackTimeoutMs: (budgetMs * 4) / 3, ...options.slack }))
  const configPath = writeConfig(directory.path)
  const printed: string[] = []
  const print = (from: string, text: string): void => void printed.push(text.replace(/^(?=.)/gm, `[${from}] `))
  const shared = {
    IOT_LOG_CONFIG: configPath,
    SLACK_API_URL: slack.apiUrl,
    IOT_LOG_RESPONSE_ORIGINS: slack.url,
    ...s3.environment()
  }
  const workerSecrets = { SLACK_BOT_TOKEN: slack.token, IOT_LOG_LINK_KEY: linkKey }
  const urls = { ingress: '', events: '' }
  const deliver = async (event: BatchEvent): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(urls.events, { method: 'POST', headers, body: JSON.stringify(event) })
    if (status !== 200) throw new Error(`The handler of events answered ${status}`)
  }
  const batch = stack.use(
    await startBatchServer({
      queues: { slack: {}, 'slack-on-demand': {} },
      jobDefinitions: {
        'iot-log-export': definition({}),
        'iot-log-export-hasty': definition({ IOT_LOG_ENVIRONMENT: 'hasty', IOT_LOG_JOB_TIMEOUT_SECONDS: '5' })
      },
      executor: processExecutor({
        cwd: repository,
        environment: () => ({ ...shared, ...workerSecrets, IOT_LOG_PUBLIC_URL: urls.ingress }),
        onOutput: ({ attempt }, text) => print(`worker ${attempt}`, text)
      }),
      onEvent: async (event) => {
        if (isLast(event)) await relay(() => deliver(event))
      },
      ...options.batch
    })
  )
  const secrets = { signingSecrets: [slack.signingSecret], botToken: slack.token, linkKeys: [linkKey] }
  const ingress = stack.use(
    await startLambdaProcess({
      url: 'test/support/patient-ingress.ts',
      event: 'ingress/slack/job-events.ts',
      environment: {
        ...shared,
        ...batch.environment(),
        IOT_LOG_SECRETS: JSON.stringify(secrets),
        IOT_LOG_TEST_BUDGET_MS: String(budgetMs)
      },
      onOutput: (text) => print('ingress', text)
    })
  )
  Object.assign(urls, { ingress: ingress.url, events: ingress.eventUrl })
  // The cold start, which has less time than every other request.
  await fetch(`${ingress.url}/slack/commands?ssl_check=1`)
  slack.connect({ commandsUrl: `${ingress.url}/slack/commands`, interactiveUrl: `${ingress.url}/slack/interactive` })
  const owned = stack.move()
  const standIns = { s3, slack, batch, printed }
  return {
    ...standIns,
    createChannelUser: (logs) => createChannelUser(standIns, logs),
    deliver,
    [Symbol.asyncDispose]: () => owned.disposeAsync()
  }
}

/** One export at a time for each person, so that a slot that is not freed is seen; `hasty` has little time. */
function writeConfig(directory: string): string {
  const document = referenceDocument()
  const { dev } = document.environments
  dev.pathStyle = true
  document.environments.hasty = { ...dev, submit: { ...dev.submit, jobDefinition: 'iot-log-export-hasty' } }
  document.limits.runningJobsPerUser = 1
  const path = join(directory, 'iot-log.config.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}

function definition(environment: Readonly<Record<string, string>>): JobDefinitionOptions {
  return {
    command: ['node', ...nodeFlags, 'worker/main.ts', 'Ref::jobId'],
    environment: { IOT_LOG_JOB_ATTEMPTS: String(mostAttempts), ...environment },
    retryStrategy: {
      attempts: mostAttempts,
      evaluateOnExit: [
        { onStatusReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
        { onReason: 'CannotPullContainerError:*', action: 'RETRY' },
        { onExitCode: '143', action: 'RETRY' },
        // A kill by the stand-in is Spot's without Spot's text, which infra goes by: there, 137 alone ends the job.
        { onExitCode: '137', action: 'RETRY' },
        { onReason: '*', action: 'EXIT' }
      ]
    }
  }
}

/** What the rule of EventBridge lets through. */
const isLast = ({ detail }: BatchEvent): boolean => detail.status === 'SUCCEEDED' || detail.status === 'FAILED'
