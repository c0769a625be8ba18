import type { Environment } from '../contract/config.ts'
import { IotLogError, ProblemsError } from '../contract/errors.ts'
import { findSink, type NamedSink } from '../forward/open-forward-sink.ts'
import { createLog, type Log } from '../report/log.ts'
import type { CommandContext } from './command.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/*
 * What the commands that send records have in common.
 */

export const sinkFlags: Readonly<Record<string, FlagSpec>> = {
  to: { value: 'SINK', help: 'the sink: a name from the environment’s sinks' }
}

/** The lines of help about a sink's credentials. */
export const sinkSecretHelp: readonly string[] = [
  'A sink with auth "basic" reads its login from IOT_LOG_SINK_SECRET_ID (AWS Secrets Manager) or IOT_LOG_SINK_SECRET:',
  '{"username": "…", "password": "…"}. With auth "es" or "aoss", requests are signed with your AWS credentials.'
]

/** @throws ProblemsError for an unknown sink */
export function typedSink(typed: TypedArguments, environment: Environment): NamedSink {
  try {
    return findSink(environment, typed.values.get('to'))
  } catch (error) {
    if (!(error instanceof IotLogError)) throw error
    throw new ProblemsError('wrong-words', [{ subject: typed.values.get('to') ?? '--to', text: error.message }])
  }
}

/** With --debug, the log goes to standard error. Without it, nothing is logged: the command prints its own result. */
export function terminalLog({ terminal, surroundings, typed }: CommandContext): Log {
  const level = typed.switches.has('debug') ? 'debug' : 'info'
  const write = (line: string): void => {
    if (level === 'debug') terminal.error.write(`${line}\n`)
  }
  return createLog(level, write, surroundings.nowMs)
}
