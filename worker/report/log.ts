import { type LogLevel, logLevels } from '../contract/log-level.ts'

/*
 * What the Lambda functions say: one line of JSON for each thing worth knowing. Never a record, a body, a token, a
 * signature or a response URL: nothing here is handed one, and what looks like one in the text of an error is blotted
 * out.
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
type Say = (message: string, fields?: LogFields) => void

/**
 * `info`: what was done, and trouble. `detailed`: each request, and each batch of records. `debug`: each call to another
 * service and how long it took, each wait, memory.
 */
export interface Log {
  readonly level: LogLevel
  /** Whatever the level. */
  readonly error: Say
  /** Whatever the level. */
  readonly warn: Say
  readonly info: Say
  readonly detailed: Say
  readonly debug: Say
}

const longestText = 1_000

/** What must never be read in a log, wherever it came from. */
const secrets: readonly RegExp[] = [
  /xox[a-z]-[\w-]+/gi,
  /https?:\/\/[^\s"']*\/(?:commands|actions|app|services)\/[^\s"']*/gi,
  /v0=[0-9a-f]{64}/gi,
  /([?&](?:X-Amz-(?:Signature|Security-Token|Credential)|s)=)[^&\s"']+/gi
]

/** Logs to a function that takes one line, without its end. */
export function createLog(level: LogLevel, write: (line: string) => void, nowMs: () => number): Log {
  const say =
    (of: LogLevel | 'warn' | 'error'): Say =>
    (message, fields = {}) => {
      const time = new Date(nowMs()).toISOString()
      const line = { time, level: of, message, ...fields }
      write(JSON.stringify(line, (_, value) => (typeof value === 'string' ? cleanText(value) : value)))
    }
  const upTo = (of: LogLevel): Say => (logLevels.indexOf(of) > logLevels.indexOf(level) ? () => {} : say(of))
  return {
    level,
    error: say('error'),
    warn: say('warn'),
    info: upTo('info'),
    detailed: upTo('detailed'),
    debug: upTo('debug')
  }
}

/** Nothing said. */
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

/** What is worth knowing of anything thrown. */
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
