import { type EnvironmentVariables, readVariables } from '../config/variables.ts'
import type { Config, Environment } from '../contract/config.ts'
import type { LogLevel } from '../contract/log-level.ts'
import { findSink, type NamedSink } from './open-forward-sink.ts'

/*
 * The environment variables of the function, beside IOT_LOG_CONFIG:
 *   IOT_LOG_ENVIRONMENT      the environment whose bucket it reads; the default is the default environment
 *   IOT_LOG_SINK             where it forwards to; the default is the only sink. Each sink has a function and a queue of
 *                            its own, so that a sink that is down delays no other
 *   IOT_LOG_QUEUE_URL        its own queue, for the rest of an unfinished message
 *   IOT_LOG_DEAD_LETTER_URL  the dead-letter queue
 *   IOT_LOG_MAX_RECEIVES     deliveries after which a message goes to the dead-letter queue; fewer than the queue's
 *                            own maxReceiveCount
 *   IOT_LOG_LEVEL            instead of the configuration's logLevel
 */

interface ForwardSettings {
  readonly environment: Environment
  readonly sink: NamedSink
  readonly queueUrl: string | undefined
  readonly deadLetterUrl: string | undefined
  readonly maxReceives: number
  readonly logLevel: LogLevel
}

const usualReceives = 5

/** @throws ProblemsError (`wrong-config`) with every mistake at once */
export function readForwardSettings(config: Config, environment: EnvironmentVariables): ForwardSettings {
  const { sink, ...settings } = readVariables(environment, (variables) => ({
    environment: variables.environment(config),
    sink: variables.text('IOT_LOG_SINK'),
    queueUrl: variables.url('IOT_LOG_QUEUE_URL'),
    deadLetterUrl: variables.url('IOT_LOG_DEAD_LETTER_URL'),
    maxReceives: variables.count('IOT_LOG_MAX_RECEIVES', 999) ?? usualReceives,
    logLevel: variables.logLevel(config)
  }))
  return { ...settings, sink: findSink(settings.environment, sink) }
}
