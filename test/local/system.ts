import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jobAttempts, retryRules } from '../../infra/export/retry-rules.ts'
import { nodeFlags } from '../../worker/node-flags.ts'
import { type BatchServer, startBatchServer } from '../stand-ins/batch/server.ts'
import type { JobDefinitionOptions } from '../stand-ins/batch/settings.ts'
import { processExecutor } from '../stand-ins/batch/task.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import type { Storage } from '../stand-ins/s3/storage.ts'
import { directoryStorage } from '../stand-ins/s3/storage-directory.ts'
import { type SlackServer, type SlackServerOptions, startSlackServer } from '../stand-ins/slack/server.ts'
import { type LocalEnvironment, localConfig, localEnvironments } from './config.ts'
import { damagedDay, type LocalDay, prepareDay } from './day.ts'
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts'
import { type PageServer, servePage } from './page-server.ts'
import { type RunDirectory, runDirectory } from './run-directory.ts'

/*
 * The whole system on one machine: S3, Slack and Batch stood in for, the ingress as Lambdas in a process, the worker as
 * a process per job, and a page to be Slack.
 */

export interface LocalSystemOptions {
  /** Where the logs are kept between runs. Archives and records are of one run, as Slack and Batch are. */
  readonly directory: string
  readonly day: LocalDay
  /** Writes the logs again. */
  readonly isReset?: boolean
  /** Of the page. Default: any free one. */
  readonly port?: number
  readonly slack?: SlackServerOptions
  /** The module of the Lambda behind the Function URL. Default: the real one. */
  readonly ingress?: string
  /** Keys of the configuration that differ. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Of one connection to the slow environment's bucket. Default: 20. */
  readonly slowKilobytesPerSecond?: number
  /** Gets what ingress and workers print, and events that the handler did not take. */
  readonly onOutput?: (from: string, text: string) => void
}

/** A running system. Disposing stops all of it, jobs too. */
export interface LocalSystem extends AsyncDisposable {
  /** The page that looks like Slack. */
  readonly url: string
  readonly ingressUrl: string
  /** Signs download links. */
  readonly linkKey: string
  readonly slack: SlackServer
  readonly batch: BatchServer
  readonly s3: S3Server
  bucketOf(environment: LocalEnvironment): string
  close(): Promise<void>
}

const repository = fileURLToPath(new URL('../..', import.meta.url))
/** Secrets of a system that only this machine reaches. */
const linkKey = 'local-link-key-0123456789'
const jobTimeoutSeconds = 1_800

export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { onOutput = () => {} } = options
  const logs = join(options.directory, 'logs')
  const stack = new AsyncDisposableStack()
  try {
    const slack = stack.use(await startSlackServer(options.slack))
    // First, since its port may be taken. Until the rest runs, the page says that there is no answer yet.
    const page: PageServer = stack.use(await servePage(slack, options.port ?? 0))
    await prepareDay(logs, options.day, options.isReset)
    const own = stack.use(runDirectory())
    const s3 = stack.use(await startBuckets(logs, own, options))
    const configPath = join(own.path, 'iot-log.config.json')
    writeFileSync(configPath, JSON.stringify(localConfig({ ...s3, changes: options.config ?? {} }), null, 2))
    const shared = {
      IOT_LOG_CONFIG: configPath,
      SLACK_API_URL: slack.apiUrl,
      IOT_LOG_RESPONSE_ORIGINS: slack.url,
      ...s3.environment()
    }
    // Batch runs what the ingress submits, and sends it the events of its jobs: each must know the other.
    let ingress: LambdaProcess | undefined
    const batch = stack.use(
      await startBatchServer({
        queues: { slack: { capacity: 2 }, 'slack-on-demand': { capacity: 2 } },
        jobDefinitions: jobDefinitions(),
        executor: processExecutor({
          cwd: repository,
          environment: () => ({ ...shared, ...workerSecrets(slack, ingress!) }),
          onOutput: ({ jobId }, text) => onOutput(`job ${jobId.slice(0, 8)}`, text)
        }),
        onEvent: (event) => forward(event, ingress!)
      })
    )
    ingress = stack.use(
      await startLambdaProcess({
        url: options.ingress ?? 'ingress/slack/lambda.ts',
        event: 'ingress/slack/job-events.ts',
        environment: {
          ...shared,
          ...batch.environment(),
          IOT_LOG_SECRETS: JSON.stringify({
            signingSecrets: [slack.signingSecret],
            botToken: slack.token,
            linkKeys: [linkKey]
          })
        },
        onOutput: (text) => onOutput('ingress', text)
      })
    )
    // Slack does so when it gets an address. Here it is the cold start too, so no person waits for it.
    await fetch(`${ingress.url}/slack/commands?ssl_check=1`)
    slack.connect({
      commandsUrl: `${ingress.url}/slack/commands`,
      interactiveUrl: `${ingress.url}/slack/interactive`
    })
    const owned = stack.move()
    const close = (): Promise<void> => owned.disposeAsync()
    return {
      url: page.url,
      ingressUrl: ingress.url,
      linkKey,
      slack,
      batch,
      s3,
      bucketOf: (environment) => localEnvironments[environment].bucket,
      close,
      [Symbol.asyncDispose]: close
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

/** The slow bucket has the logs of the large one, through a narrow pipe. */
async function startBuckets(logs: string, own: RunDirectory, options: LocalSystemOptions): Promise<S3Server> {
  const { dev, slow, broken } = localEnvironments
  const storageOf = (bucket: string): Storage => directoryStorage(own.showing(logs, bucket))
  const bytesPerSecond = (options.slowKilobytesPerSecond ?? 20) * 1_000
  const s3 = await startS3Server({
    buckets: {
      [dev.bucket]: { storage: storageOf(dev.bucket) },
      [slow.bucket]: { storage: storageOf(slow.bucket) },
      [broken.bucket]: {}
    },
    faults: [{ operation: 'GetObject', bucket: slow.bucket, key: isLog, action: { kind: 'bandwidth', bytesPerSecond } }]
  })
  for (const { key, bytes } of damagedDay(options.day.date)) s3.put(broken.bucket, key, bytes)
  return s3
}

/** Records and archives are not slowed. */
const isLog = (key: string): boolean => !key.startsWith('slack/')

/** One definition an environment: it says where the worker finds its job document. */
function jobDefinitions(): Record<string, JobDefinitionOptions> {
  const made = Object.entries(localEnvironments).map(([environment, { definition }]) => {
    const options: JobDefinitionOptions = {
      command: ['node', ...nodeFlags, 'worker/main.ts', 'Ref::jobId'],
      environment: {
        IOT_LOG_ENVIRONMENT: environment,
        IOT_LOG_JOB_TIMEOUT_SECONDS: String(jobTimeoutSeconds),
        IOT_LOG_JOB_ATTEMPTS: String(jobAttempts)
      },
      timeout: { attemptDurationSeconds: jobTimeoutSeconds },
      retryStrategy: { attempts: jobAttempts, evaluateOnExit: retryRules }
    }
    return [definition, options] as const
  })
  return Object.fromEntries(made)
}

/** What a real definition takes from Secrets Manager. */
function workerSecrets(slack: SlackServer, ingress: LambdaProcess): Record<string, string> {
  return { SLACK_BOT_TOKEN: slack.token, IOT_LOG_LINK_KEY: linkKey, IOT_LOG_PUBLIC_URL: ingress.url }
}

/** The rule: jobs that are over. An event that is not taken is delivered again, twice, as Lambda does it. */
async function forward(event: { readonly detail: Readonly<Record<string, unknown>> }, { eventUrl }: LambdaProcess) {
  if (event.detail.status !== 'SUCCEEDED' && event.detail.status !== 'FAILED') return
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) }
  for (let tries = 1; ; tries++) {
    const { status } = await fetch(eventUrl, request)
    if (status === 200) return
    if (tries === 3) throw new Error(`The handler of events answered ${status} three times`)
  }
}
