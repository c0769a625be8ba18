import type { z } from 'zod'
import { type Clock, realClock } from '../../worker/async/clock.ts'
import { readConfig } from '../../worker/config/config-file.ts'
import { type EnvironmentVariables, readVariables, type Variables } from '../../worker/config/variables.ts'
import type { Config } from '../../worker/contract/config.ts'
import { createLog, errorFields, type Log } from '../../worker/report/log.ts'
import { type Batch, createBatch } from './batch.ts'
import { Locations } from './locations.ts'
import { cacheSecrets, type JobSecrets, type SecretsSource, secretsReader } from './secrets.ts'

/*
 * What handlers of any front end work with. Nothing here connects: the first call that needs a client makes it.
 */

export interface Services<Secrets extends JobSecrets = JobSecrets> {
  readonly config: Config
  readonly secrets: SecretsSource<Secrets>
  readonly locations: Locations
  readonly batch: Batch
  readonly nowMs: () => number
  /** For time limits and back-off. */
  readonly clock: Clock
  readonly log: Log
  /** Base of download links, without a slash at its end. By default it is taken from each request. */
  readonly publicUrl: string | undefined
}

export interface ServiceOptions {
  readonly environment: EnvironmentVariables
  readonly nowMs: () => number
  readonly write: (line: string) => void
  /** How long requests to a bucket are retried: short where a person waits. */
  readonly patienceMs: number
  /** The default is the real one. */
  readonly clock?: Clock
}

/**
 * Builds the services from environment variables. `readOwn` reads those of the front end.
 * - `IOT_LOG_CONFIG`: the configuration file; by default `iot-log.config.json` in the working directory.
 * - `IOT_LOG_SECRET_ID`, or `IOT_LOG_SECRETS`: see secrets.ts.
 * - `IOT_LOG_LEVEL`: `info`, `detailed` or `debug`; by default the configuration's `logLevel`.
 * - `IOT_LOG_PUBLIC_URL`: the URL of the ingress; by default the URL of each request.
 * @throws ProblemsError, IotLogError (`wrong-config`)
 */
export function createServices<Secrets extends JobSecrets, Own>(
  { environment, nowMs, write, patienceMs, clock = realClock }: ServiceOptions,
  secretsSchema: z.ZodType<Secrets>,
  readOwn: (variables: Variables) => Own
): Services<Secrets> & Own {
  // The ingress reads no records, and the deployment has checked the names: formats stay out of its bundle.
  const config = readConfig({ directory: '.', environment }, { formatNames: undefined })
  const { level, publicUrl, own } = readVariables(environment, (variables) => ({
    level: variables.logLevel(config),
    publicUrl: variables.url('IOT_LOG_PUBLIC_URL')?.replace(/\/+$/, ''),
    own: readOwn(variables)
  }))
  const log = createLog(level, write, nowMs)
  const onStale = (error: unknown): void => log.warn('The secrets could not be read again', errorFields(error))
  return {
    config,
    secrets: cacheSecrets(secretsReader(environment), secretsSchema, nowMs, onStale),
    locations: new Locations({ config, nowMs, patienceMs }),
    batch: createBatch(config, clock),
    nowMs,
    clock,
    log,
    publicUrl,
    ...own
  }
}
