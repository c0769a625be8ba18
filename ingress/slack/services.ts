import { type RetryClock, realRetryClock } from '../../worker/async/clock.ts'
import { readConfig } from '../../worker/config/config-file.ts'
import { type EnvironmentVariables, readVariables } from '../../worker/config/variables.ts'
import type { Config } from '../../worker/contract/config.ts'
import { createLog, errorFields, type Log } from '../../worker/report/log.ts'
import { Standings } from '../jobs/access.ts'
import { type Batch, createBatch } from '../jobs/batch.ts'
import { Places } from '../jobs/locations.ts'
import { cacheSecrets, type SecretsSource, secretsReader } from '../jobs/secrets.ts'
import { createSlackApi, type SlackApi } from './slack-api.ts'

/*
 * What the handlers work with. Each process builds it once, from its environment variables. Nothing here connects: the
 * first call that needs a client makes it.
 */

export interface Services {
  readonly config: Config
  readonly secrets: SecretsSource
  readonly places: Places
  readonly batch: Batch
  readonly slack: SlackApi
  /** Ends with a slash. */
  readonly slackApiUrl: string
  readonly standings: Standings
  readonly nowMs: () => number
  /** For time limits and back-off. */
  readonly clock: RetryClock
  readonly log: Log
  /** Base of download links, without a slash at its end; undefined when only the requests know it. */
  readonly publicUrl: string | undefined
  /** Origins of response URLs that are accepted beside Slack's own. */
  readonly responseOrigins: readonly string[]
}

export interface ServiceOptions {
  readonly environment: EnvironmentVariables
  readonly nowMs: () => number
  readonly write: (line: string) => void
  /** For how long calls of a bucket are retried: short where a person waits. */
  readonly patienceMs: number
  /** The default is the real one. */
  readonly clock?: RetryClock
}

/**
 * Builds the services from environment variables:
 * - `IOT_LOG_CONFIG`: the configuration file; the default is `iot-log.config.json` in the directory.
 * - `IOT_LOG_SECRET_ID`, or `IOT_LOG_SECRETS`: see secrets.ts.
 * - `IOT_LOG_LEVEL`: `info`, `detailed` or `debug`; the default is the configuration's `logLevel`.
 * - `IOT_LOG_PUBLIC_URL`: where the ingress is reached; requests of a Function URL name it themselves.
 * - `SLACK_API_URL`, `IOT_LOG_RESPONSE_ORIGINS` (with commas): stand-ins for Slack.
 * @throws ProblemsError, IotLogError (`wrong-config`)
 */
export function createServices(options: ServiceOptions): Services {
  // The ingress reads no records, and the deployment has checked the names: formats stay out of its bundle.
  const { environment, nowMs, write, patienceMs, clock = realRetryClock } = options
  const config = readConfig({ directory: '.', environment }, { formatNames: undefined })
  const { level, slackApiUrl, ...reached } = readVariables(environment, (variables) => ({
    level: variables.logLevel(config),
    slackApiUrl: withSlash(variables.url('SLACK_API_URL') ?? 'https://slack.com/api/'),
    publicUrl: variables.url('IOT_LOG_PUBLIC_URL')?.replace(/\/+$/, ''),
    responseOrigins: variables.list('IOT_LOG_RESPONSE_ORIGINS')
  }))
  const log = createLog(level, write, nowMs)
  const slack = createSlackApi(slackApiUrl)
  const onStale = (error: unknown): void => log.warn('The secrets could not be read again', errorFields(error))
  return {
    config,
    secrets: cacheSecrets(secretsReader(environment), nowMs, onStale),
    places: new Places({ config, nowMs, patienceMs }),
    batch: createBatch(config, clock),
    slack,
    slackApiUrl,
    standings: new Standings(slack, nowMs, log),
    nowMs,
    clock,
    log,
    ...reached
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)
