import { availableParallelism } from 'node:os'
import { loadConfig, type Surroundings, wantedInflater } from '../commands/settings.ts'
import type { Config, Environment } from '../contract/config.ts'
import { type Problem, ProblemsError } from '../contract/errors.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { InflaterName } from '../decode/inflater.ts'
import { storeOf } from '../stores/store-of.ts'
import { isJobId } from './id.ts'

/*
 * What the container of a job is told, by its command and its environment. Nothing deeper reads either.
 */

/** Batch's own limit: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html. Untold, only the tenth is surely the last. */
const mostAttempts = 10

/** One run of a job by Batch. */
export interface AttemptSettings {
  readonly batchJobId: string
  readonly queue: string
  /** 1 for the first. */
  readonly number: number
  /** How many there will be, at most. */
  readonly most: number
  readonly startedMs: number
  /** After which time since its start Batch ends an attempt; undefined when it has not been told. */
  readonly timeoutMs: number | undefined
}

/** What the message to the asker needs. */
export interface AnswerSettings {
  readonly token: string | undefined
  readonly apiUrl: string | undefined
  /** Base of download links. */
  readonly publicUrl: string | undefined
  readonly linkKey: string | undefined
  /** Origins other than Slack's that a response URL may have: a stand-in's. */
  readonly allowedReplyOrigins: readonly string[]
}

export interface JobSettings {
  readonly id: string
  readonly config: Config
  /** Where records are and archives go. */
  readonly output: StoreSettings
  readonly attempt: AttemptSettings
  readonly answer: AnswerSettings
  readonly threads: number
  readonly inflater: InflaterName | undefined
}

/**
 * Reads them all.
 * @throws ProblemsError (`wrong-config`) with every mistake at once; the values of secrets are not told
 */
export function readJobSettings(words: readonly string[], surroundings: Surroundings, startedMs: number): JobSettings {
  const variables = new Variables(surroundings.environment)
  const id = words[0] ?? ''
  if (words.length !== 1 || !isJobId(id)) {
    variables.problems.push({ subject: id, text: 'The command takes one word, the id of a job' })
  }
  const path = variables.text('IOT_LOG_CONFIG')
  const values = new Map(path === undefined ? [] : [['config', path]])
  const config = loadConfig({ values, switches: new Set(), words: [], problems: [] }, surroundings)
  const timeoutSeconds = variables.count('IOT_LOG_JOB_TIMEOUT_SECONDS', Number.MAX_SAFE_INTEGER)
  const attempt = {
    batchJobId: variables.text('AWS_BATCH_JOB_ID') ?? 'local',
    queue: variables.text('AWS_BATCH_JQ_NAME') ?? 'local',
    number: variables.count('AWS_BATCH_JOB_ATTEMPT', mostAttempts) ?? 1,
    most: variables.count('IOT_LOG_JOB_ATTEMPTS', mostAttempts) ?? mostAttempts,
    startedMs,
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000
  }
  const answer = {
    token: variables.text('SLACK_BOT_TOKEN'),
    apiUrl: variables.url('SLACK_API_URL'),
    publicUrl: variables.url('IOT_LOG_PUBLIC_URL'),
    linkKey: variables.text('IOT_LOG_LINK_KEY'),
    allowedReplyOrigins: variables.text('IOT_LOG_RESPONSE_ORIGINS')?.split(',') ?? []
  }
  const environment = variables.environment('IOT_LOG_ENVIRONMENT', config)
  if (variables.problems.length > 0) throw new ProblemsError('wrong-config', variables.problems)
  return {
    id,
    config,
    output: storeOf(environment!, config.output.store),
    attempt,
    answer,
    threads: availableParallelism(),
    inflater: wantedInflater(surroundings)
  }
}

/** Reads variables; an empty one is as good as none. */
class Variables {
  readonly problems: Problem[] = []
  readonly #variables: Surroundings['environment']

  constructor(variables: Surroundings['environment']) {
    this.#variables = variables
  }

  text(name: string): string | undefined {
    return this.#variables[name] || undefined
  }

  count(name: string, most: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const count = /^\d{1,16}$/.test(text) ? Number(text) : 0
    if (count < 1 || count > most) this.#refuse(name, text, `a whole number from 1 to ${most}`)
    return count
  }

  url(name: string): string | undefined {
    const text = this.text(name)
    if (text !== undefined && !/^https?:\/\/[^/]/.test(text))
      this.#refuse(name, text, 'a URL that begins with https://')
    return text
  }

  environment(name: string, config: Config): Environment | undefined {
    const environment = config.environments.get(this.text(name) ?? config.defaultEnvironment)
    const known = [...config.environments.keys()].join(', ')
    if (!environment) this.#refuse(name, this.text(name)!, `no environment of the configuration; known: ${known}`)
    return environment
  }

  #refuse(name: string, text: string, wanted: string): void {
    this.problems.push({ subject: name, text: `${name}=${text}: ${wanted}` })
  }
}
