import { type LogLevel, logLevels } from '../contract/log-level.ts'

/*
 * The one log of the container, the Lambdas and the forwarder: a line of JSON for each thing worth knowing. Never a
 * record, a body, a token, a signature or a response URL. No caller passes one. What looks like one in the text of an
 * error is replaced.
 */

export type LogValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly LogValue[]
  | { readonly [name: string]: LogValue }
export interface LogFields {
  readonly [name: string]: LogValue
}
type Write = (message: string, fields?: LogFields) => void

/**
 * `info`: what was done, and problems. `detailed`: each request, and each bulk of records. `debug`: each call to another
 * service and how long it took, each wait, memory.
 */
export interface Log {
  readonly level: LogLevel
  /** Whatever the level. */
  readonly error: Write
  /** Whatever the level. */
  readonly warn: Write
  readonly info: Write
  readonly detailed: Write
  readonly debug: Write
}

const longestText = 1_000

/** What must never stand in a log, wherever it came from. */
const secrets: readonly RegExp[] = [
  /xox[a-z]-[\w-]+/gi,
  /https?:\/\/[^\s"']*\/(?:commands|actions|app|services)\/[^\s"']*/gi,
  /v0=[0-9a-f]{64}/gi,
  /([?&](?:X-Amz-(?:Signature|Security-Token|Credential)|s)=)[^&\s"']+/gi
]

/** What the lines of one program have in common. */
export interface LogShape {
  /** The key of the message. The container's is `event`: its messages are names of events, which the runbook looks for. */
  readonly messageKey?: string
  /** In each line. */
  readonly fields?: LogFields
}

/** Logs to a function that takes one line, without its end. */
export function createLog(
  level: LogLevel,
  write: (line: string) => void,
  nowMs: () => number,
  { messageKey = 'message', fields: common = {} }: LogShape = {}
): Log {
  const logAt =
    (of: LogLevel | 'warn' | 'error'): Write =>
    (message, fields = {}) => {
      const time = new Date(nowMs()).toISOString()
      const line = { time, level: of, ...common, [messageKey]: message, ...fields }
      write(JSON.stringify(line, (_, value) => (typeof value === 'string' ? cleanText(value) : value)))
    }
  const upTo = (of: LogLevel): Write => (logLevels.indexOf(of) > logLevels.indexOf(level) ? () => {} : logAt(of))
  return {
    level,
    error: logAt('error'),
    warn: logAt('warn'),
    info: upTo('info'),
    detailed: upTo('detailed'),
    debug: upTo('debug')
  }
}

/** Writes nothing. */
export const silentLog: Log = createLog(
  'info',
  () => {},
  () => 0
)

/** Text from elsewhere, on one line, without control characters (which could colour or forge lines) and secrets. */
export function cleanText(text: string): string {
  const visible = text.slice(0, longestText * 4).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return secrets.reduce((kept, secret) => kept.replace(secret, '[secret]'), visible).slice(0, longestText)
}

/** Name, message, code and cause of anything thrown. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) }
  const code = (error as { code?: unknown }).code
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined
  return {
    error: `${error.name}: ${error.message}`,
    ...(typeof code === 'string' && { code }),
    ...(cause && { cause })
  }
}
