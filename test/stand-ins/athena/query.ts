import type { QueryFailure } from './failure.ts'
import type { ResultRows } from './results/rows.ts'
import type { StatementKind } from './sql/statement.ts'
import { engineVersion } from './workgroups.ts'

export type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

/** A query as the stand-in keeps it; open to tests. */
export interface AthenaQuery {
  readonly id: string
  readonly sql: string
  readonly parameters: readonly string[]
  readonly kind: StatementKind
  readonly database: string
  readonly workgroup: string
  /** `s3://bucket/prefix/`, the workgroup's or the request's. */
  readonly outputLocation: string
  readonly submittedMs: number
  state: QueryState
  startedMs: number | undefined
  endedMs: number | undefined
  reason: string | undefined
  failure: QueryFailure | undefined
  scannedBytes: number
  /** URIs of the objects that were read. */
  readonly objects: string[]
  /** URIs of what was written. */
  readonly written: string[]
  manifest: string | undefined
  result: ResultRows | undefined
  /** Stops it, with the reason why. */
  readonly stop: AbortController
}

/** Whether nothing more will happen to it. */
export const isOver = ({ state }: AthenaQuery): boolean => state !== 'QUEUED' && state !== 'RUNNING'

/** Where its result is: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html */
export function resultUri({ kind, outputLocation, id }: AthenaQuery): string {
  return `${outputLocation}${id}${kind === 'select' ? '.csv' : kind === 'unload' ? '' : '.txt'}`
}

/** A query as GetQueryExecution shows it: https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html */
export function queryDetail(query: AthenaQuery, nowMs: number): Record<string, unknown> {
  const { id, sql, kind, database, workgroup, parameters, submittedMs, startedMs, endedMs, failure } = query
  const isDml = kind === 'select' || kind === 'unload'
  const endMs = endedMs ?? nowMs
  return withoutUndefined({
    QueryExecutionId: id,
    Query: sql,
    StatementType: isDml ? 'DML' : 'DDL',
    SubstatementType: kind.toUpperCase().replace('-', '_'),
    ResultConfiguration: { OutputLocation: resultUri(query) },
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    QueryExecutionContext: { Database: database },
    ExecutionParameters: parameters.length > 0 ? parameters : undefined,
    WorkGroup: workgroup,
    EngineVersion: engineVersion,
    Status: withoutUndefined({
      State: query.state,
      StateChangeReason: query.reason,
      SubmissionDateTime: submittedMs / 1000,
      CompletionDateTime: endedMs === undefined ? undefined : endedMs / 1000,
      AthenaError: failure && {
        ErrorCategory: failure.category,
        ErrorType: failure.type,
        Retryable: failure.isRetryable,
        ErrorMessage: failure.message
      }
    }),
    Statistics: withoutUndefined({
      EngineExecutionTimeInMillis: startedMs === undefined ? undefined : endMs - startedMs,
      DataScannedInBytes: startedMs === undefined ? undefined : query.scannedBytes,
      DataManifestLocation: query.manifest,
      TotalExecutionTimeInMillis: endMs - submittedMs,
      QueryQueueTimeInMillis: (startedMs ?? endMs) - submittedMs,
      ResultReuseInformation: { ReusedPreviousResult: false }
    })
  })
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}
