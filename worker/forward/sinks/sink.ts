import type { Clock } from '../../async/clock.ts'
import type { SinkSettings } from '../../contract/config-schema.ts'
import type { Column } from '../../formats/sql/record-columns.ts'
import type { Log } from '../../report/log.ts'

/*
 * Where records go. Every sink passes test/worker/forward/sinks/sink-contract.ts; adding one is a file here and a line
 * in registry.ts.
 */

/** One record, ready to be sent. */
export interface SinkRecord {
  /** The same whenever the same record is sent. ASCII, at most 64 characters. */
  readonly id: string
  readonly category: string
  /** A time of the day that it is filed under, in ms since 1970 UTC. */
  readonly dayTimeMs: number
  /** Holds the record, a JSON object in UTF-8, in `[start, end)`. */
  readonly source: Buffer
  readonly start: number
  readonly end: number
}

/** A record that the sink will never take as it is. */
export interface Refusal {
  readonly record: SinkRecord
  /** HTTP's, of the record itself. */
  readonly status: number
  /** The sink's name for it, without anything of the record: `mapper_parsing_exception`. For logs. */
  readonly type: string
  /** All that the sink said, which may quote the record: kept beside it, never logged. */
  readonly reason: string
}

/** What `iot-log forward --setup` has done, in lines for a person. */
export type SetupReport = readonly string[]

/** A category that goes to the sink, for its setup. */
export interface SinkCategory {
  readonly name: string
  readonly columns: readonly Column[]
}

export interface Sink extends AsyncDisposable {
  /**
   * Sends a batch: each record was taken when it returns, but for those refused for good. What may pass (no answer, 429,
   * 5xx) is tried again for the sink's patience.
   * @throws SinkError when it takes nothing any more; the batch may have been taken in part. The signal's reason when
   * that aborts
   */
  send(batch: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Refusal[]>
  /** Makes the sink ready for these categories. */
  setup(categories: readonly SinkCategory[]): Promise<SetupReport>
}

/** What every sink is made of. */
export interface SinkOptions {
  readonly name: string
  readonly settings: SinkSettings
  /** Read when it is needed. */
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

/** Of whom a signed request comes. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly expiration?: Date | undefined
}
