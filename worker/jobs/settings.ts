import { availableParallelism } from 'node:os'
import { readConfig, type Surroundings } from '../config/config-file.ts'
import { readVariables } from '../config/variables.ts'
import type { Config } from '../contract/config.ts'
import type { LogLevel } from '../contract/log-level.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { InflaterName } from '../decode/inflater.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { formatNames } from '../formats/registry.ts'
import type { FrontEnds, Reporters } from '../report/job-reporter.ts'
import { storeOf } from '../stores/store-of.ts'
import { isJobId } from './id.ts'

/*
 * What the container of a job reads from its command line and its environment variables. Nothing deeper reads either.
 */

/** Batch's own limit: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html. Also the default, since only the tenth attempt is surely the last. */
const mostAttempts = 10

/** One run of a job by Batch. */
export interface AttemptSettings {
  readonly batchJobId: string
  readonly queue: string
  /** 1 for the first. */
  readonly number: number
  /** The most attempts that there can be. */
  readonly most: number
  readonly startedMs: number
  /** Batch ends an attempt that has run for so long; undefined when the job definition does not say. */
  readonly timeoutMs: number | undefined
}

export interface JobSettings {
  readonly id: string
  readonly config: Config
  /** Where job documents and archives are. */
  readonly output: StoreSettings
  readonly attempt: AttemptSettings
  readonly reporters: Reporters
  readonly logLevel: LogLevel
  readonly threads: number
  readonly inflater: InflaterName | undefined
}

/** @throws ProblemsError, IotLogError (`wrong-config`); values of secrets are never printed */
export function readJobSettings(
  words: readonly string[],
  surroundings: Surroundings,
  startedMs: number,
  frontEnds: FrontEnds
): JobSettings {
  const config = readConfig(surroundings, { formatNames })
  return readVariables(surroundings.environment, (variables) => {
    const id = words[0] ?? ''
    if (words.length !== 1 || !isJobId(id)) {
      variables.problems.push({ subject: id, text: 'The command takes one word, the id of a job' })
    }
    const timeoutSeconds = variables.count('IOT_LOG_JOB_TIMEOUT_SECONDS', Number.MAX_SAFE_INTEGER)
    return {
      id,
      config,
      attempt: {
        batchJobId: variables.text('AWS_BATCH_JOB_ID') ?? 'local',
        queue: variables.text('AWS_BATCH_JQ_NAME') ?? 'local',
        number: variables.count('AWS_BATCH_JOB_ATTEMPT', mostAttempts) ?? 1,
        most: variables.count('IOT_LOG_JOB_ATTEMPTS', mostAttempts) ?? mostAttempts,
        startedMs,
        timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000
      },
      reporters: Object.fromEntries(Object.entries(frontEnds).map(([name, open]) => [name, open(variables)])),
      output: storeOf(variables.environment(config), config.output.store),
      logLevel: variables.logLevel(config),
      threads: availableParallelism(),
      inflater: wantedInflater(variables)
    }
  })
}
