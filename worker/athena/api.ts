/*
 * The calls of Athena that this project uses. client.ts makes them; no other module uses Athena's SDK.
 */

/** The states of a query execution (https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecutionStatus.html). */
export type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

/** A query to run. */
export interface WantedQuery {
  readonly sql: string
  /** Values of its `?`, each an SQL literal. */
  readonly parameters: readonly string[]
  readonly workgroup: string
  readonly database: string
  /** 32 to 128 characters. A second start with the same token and query returns the first query. */
  readonly token: string
  /** The place of its result, unless the workgroup sets it. */
  readonly output?: string | undefined
}

/** The status of a query. */
export interface QueryStatus {
  readonly state: QueryState
  /** Athena's reason; empty if it gives none. */
  readonly reason: string
  /** Whether Athena says that the same query may succeed when it is run again. */
  readonly isRetryable: boolean
  readonly scannedBytes: number
  /** Time in the engine, in milliseconds. */
  readonly engineMs: number
  /** `s3://…`, the place of its result. */
  readonly outputLocation: string | undefined
  /** `s3://…`, the list of the objects that an UNLOAD wrote. */
  readonly manifestLocation: string | undefined
}

/** A page of rows; the names and types of the columns come with each. */
export interface ResultPage {
  readonly columns: readonly string[]
  /** Athena's names for their types: `varchar`, `bigint`, … */
  readonly types: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Every call fails with an IotLogError, or with the signal's reason. */
export interface AthenaApi extends Disposable {
  /** Gives the id of the query execution. */
  start(query: WantedQuery, signal?: AbortSignal): Promise<string>
  status(id: string, signal?: AbortSignal): Promise<QueryStatus>
  /** Stops a query, if it still runs. */
  stop(id: string, signal?: AbortSignal): Promise<void>
  /** The rows of a query that has succeeded. */
  results(id: string, signal?: AbortSignal): AsyncIterable<ResultPage>
}
