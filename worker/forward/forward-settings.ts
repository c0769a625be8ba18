import type { Config, Environment } from '../contract/config.ts'
import type { LogLevel } from '../contract/config-schema.ts'
import { type Problem, ProblemsError } from '../contract/errors.ts'
import { logLevels, readLogLevel } from '../report/log.ts'
import { findSink, type NamedSink } from './open-forward-sink.ts'

/*
 * What the function is told by its environment, beside the configuration:
 *   IOT_LOG_ENVIRONMENT      whose bucket it reads; the default environment unless told
 *   IOT_LOG_SINK             where it forwards to; the only sink unless told. One function and one queue for each sink:
 *                            one that is down holds up no other
 *   IOT_LOG_QUEUE_URL        its own queue, for what goes on
 *   IOT_LOG_DEAD_LETTER_URL  for what nobody can forward
 *   IOT_LOG_MAX_RECEIVES     deliveries after which a message is laid aside; less than the queue's own maxReceiveCount
 *   IOT_LOG_LEVEL            instead of the configuration's logLevel
 */

export interface ForwardSettings {
  readonly environment: Environment
  readonly sink: NamedSink
  readonly queueUrl: string | undefined
  readonly deadLetterUrl: string | undefined
  readonly maxReceives: number
  readonly logLevel: LogLevel
}

const usualReceives = 5

/** @throws ProblemsError (`wrong-config`) with every mistake at once */
export function readForwardSettings(
  config: Config,
  variables: Readonly<Record<string, string | undefined>>
): ForwardSettings {
  const problems: Problem[] = []
  const refuse = (name: string, wanted: string): void => {
    problems.push({ subject: name, text: `${name}=${variables[name]}: ${wanted}` })
  }
  const urlOf = (name: string): string | undefined => {
    const text = variables[name] || undefined
    if (text !== undefined && !URL.canParse(text)) refuse(name, 'the URL of a queue')
    return text
  }
  const receives = variables.IOT_LOG_MAX_RECEIVES || String(usualReceives)
  if (!/^[1-9]\d{0,2}$/.test(receives)) refuse('IOT_LOG_MAX_RECEIVES', 'a whole number from 1 to 999')
  const logLevel = readLogLevel(variables, config.logLevel)
  if (!logLevel) refuse('IOT_LOG_LEVEL', logLevels.join(', '))
  const environment = config.environments.get(variables.IOT_LOG_ENVIRONMENT || config.defaultEnvironment)
  if (!environment) refuse('IOT_LOG_ENVIRONMENT', `one of ${[...config.environments.keys()].join(', ')}`)
  const settings = {
    queueUrl: urlOf('IOT_LOG_QUEUE_URL'),
    deadLetterUrl: urlOf('IOT_LOG_DEAD_LETTER_URL'),
    maxReceives: Number(receives)
  }
  if (problems.length > 0) throw new ProblemsError('wrong-config', problems)
  return {
    ...settings,
    logLevel: logLevel!,
    environment: environment!,
    sink: findSink(environment!, variables.IOT_LOG_SINK || undefined)
  }
}
