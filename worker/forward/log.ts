import type { LogLevel } from '../contract/config-schema.ts'

/*
 * What the forwarder says: one line of JSON for each thing worth knowing. It is handed counts, names and keys, never a
 * record; the reasons of a sink are left out where they quote one.
 */

const ranks: Readonly<Record<LogLevel, number>> = { info: 0, detailed: 1, debug: 2 }
const longestText = 1_000

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

/** `info`: what became of objects, and trouble. `detailed`: each batch. `debug`: each request, wait and memory. */
export interface ForwardLog {
  readonly level: LogLevel
  info(message: string, fields?: LogFields): void
  detailed(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** Whatever the level. */
  warn(message: string, fields?: LogFields): void
}

/** Logs to a function that takes one line, without its end. */
export function createForwardLog(level: LogLevel, write: (line: string) => void, nowMs: () => number): ForwardLog {
  const say =
    (of: LogLevel | 'warn') =>
    (message: string, fields: LogFields = {}): void => {
      if (of !== 'warn' && ranks[of] > ranks[level]) return
      const time = new Date(nowMs()).toISOString()
      write(JSON.stringify({ time, level: of, message, ...fields }, (_, value) => printed(value)))
    }
  return { level, info: say('info'), detailed: say('detailed'), debug: say('debug'), warn: say('warn') }
}

/** Nothing said. */
export const silentLog: ForwardLog = createForwardLog(
  'info',
  () => {},
  () => 0
)

/** Control characters could colour or forge lines where somebody prints them. */
function printed(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, longestText).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ') : value
}
