import type { Clock } from '../../async/clock.ts'
import type { SinkSettings } from '../../contract/config-schema.ts'
import type { Column } from '../../formats/sql/record-columns.ts'
import type { Log } from '../../report/log.ts'

/*
 * A sink receives the records. Every sink passes test/worker/forward/sinks/sink-contract.ts. A new sink is a file here
 * and a line in registry.ts.
 */

/** One record, ready to be sent. */
export interface SinkRecord {
  /** Always the same for the same record. ASCII, at most 64 characters. */
  readonly id: string
  readonly category: string
  /** A time of the day that it is indexed under, in ms since 1970 UTC. */
  readonly dayTimeMs: number
  /** Holds the record, a JSON object in UTF-8, in `[start, end)`. */
  readonly source: Buffer
  readonly start: number
  readonly end: number
}

/** A record that the sink has rejected: a retry can't help. */
export interface Refusal {
  readonly record: SinkRecord
  /** The HTTP status of the record itself. */
  readonly status: number
  /** The sink's name of the error, without content of the record: `mapper_parsing_exception`. For logs. */
  readonly type: string
  /** The whole error, which may quote the record: stored with it, never logged. */
  readonly reason: string
}

/** The lines that `iot-log forward --setup` prints. */
export type SetupReport = readonly string[]

/** A category that goes to the sink, for its setup. */
export interface SinkCategory {
  readonly name: string
  readonly columns: readonly Column[]
}

export interface Sink extends AsyncDisposable {
  /**
   * Sends records. When it returns, each one is taken, or rejected and returned. Temporary failures (no response, 429,
   * 5xx) are retried until the sink's retry time-out.
   * @throws SinkError after that time-out; some of the records may have been taken. Or the signal's reason
   */
  send(records: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Refusal[]>
  /** Prepares the sink for these categories. */
  setup(categories: readonly SinkCategory[]): Promise<SetupReport>
}

/** The settings and parts of a sink. */
export interface SinkOptions {
  readonly name: string
  readonly settings: SinkSettings
  /** Called when the sink needs a login. */
  readonly login: () => Promise<Login>
  readonly credentials: () => Promise<AwsCredentials>
  /** Of AWS, for SigV4. */
  readonly region: string | undefined
  /** The text of `caFile`. */
  readonly ca: string | undefined
  readonly log: Log
  /** For back-off; the default is the real one. */
  readonly clock?: Clock
}

export interface Login {
  readonly username: string
  readonly password: string
}

/** The credentials that sign requests. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly expiration?: Date | undefined
}
