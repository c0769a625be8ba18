import { readFileSync } from 'node:fs'
import { type Config, parseConfigText } from '../../worker/contract/config.ts'
import type { LogLevel } from '../../worker/contract/config-schema.ts'
import { ProblemsError } from '../../worker/contract/errors.ts'
import { createLog, errorFields, type Log, logLevels, readLogLevel } from '../../worker/report/log.ts'
import { Standings } from '../jobs/access.ts'
import { type Batch, createBatch } from '../jobs/batch.ts'
import { Places } from '../jobs/locations.ts'
import { cacheSecrets, type SecretsSource, secretsReader } from '../jobs/secrets.ts'
import { createSlackApi, type SlackApi } from './slack-api.ts'

/*
 * What the handlers work with, put together once per process from its environment. Nothing here connects: each client is
 * made by the first call that needs it.
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
  readonly log: Log
  /** Where downloads are asked for, without a slash at its end; undefined where only requests tell. */
  readonly publicUrl: string | undefined
  /** Origins of response URLs that are believed beside Slack's own. */
  readonly responseOrigins: readonly string[]
}

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

export interface ServiceOptions {
  readonly environment: EnvironmentVariables
  readonly nowMs: () => number
  readonly write: (line: string) => void
  /** How long a bucket is asked again: short where a person waits. */
  readonly patienceMs: number
}

/**
 * Builds the services from the environment:
 * - `IOT_LOG_CONFIG`: the configuration file; `iot-log.config.json` of the directory unless told.
 * - `IOT_LOG_SECRET_ID`, or `IOT_LOG_SECRETS`: see secrets.ts.
 * - `IOT_LOG_LEVEL`: `info`, `detailed` or `debug`; the configuration's `logLevel` unless told.
 * - `IOT_LOG_PUBLIC_URL`: where the ingress is reached; a Function URL's requests tell it themselves.
 * - `SLACK_API_URL`, `IOT_LOG_RESPONSE_ORIGINS` (with commas): stand-ins for Slack.
 * @throws ProblemsError, IotLogError (`wrong-config`)
 */
export function createServices({ environment, nowMs, write, patienceMs }: ServiceOptions): Services {
  // The ingress reads no records, and the deployment has checked the names: formats stay out of its bundle.
  const config = parseConfigText(readFileSync(environment.IOT_LOG_CONFIG || 'iot-log.config.json', 'utf8'), undefined)
  const log = createLog(logLevelOf(environment, config), write, nowMs)
  const slackApiUrl = withSlash(environment.SLACK_API_URL || 'https://slack.com/api/')
  const slack = createSlackApi(slackApiUrl)
  const onStale = (error: unknown): void => log.warn('The secrets could not be read again', errorFields(error))
  return {
    config,
    secrets: cacheSecrets(secretsReader(environment), nowMs, onStale),
    places: new Places({ config, nowMs, patienceMs }),
    batch: createBatch(config),
    slack,
    slackApiUrl,
    standings: new Standings(slack, nowMs, log),
    nowMs,
    log,
    publicUrl: environment.IOT_LOG_PUBLIC_URL?.replace(/\/+$/, '') || undefined,
    responseOrigins: (environment.IOT_LOG_RESPONSE_ORIGINS ?? '').split(',').filter((origin) => origin !== '')
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

function logLevelOf(environment: EnvironmentVariables, config: Config): LogLevel {
  const level = readLogLevel(environment, config.logLevel)
  if (level) return level
  const text = `IOT_LOG_LEVEL=${environment.IOT_LOG_LEVEL}: ${logLevels.join(', ')}`
  throw new ProblemsError('wrong-config', [{ subject: 'IOT_LOG_LEVEL', text }])
}
