import { type ErrorCode, IotLogError } from '../contract/errors.ts'
import type { QueryStatus } from './api.ts'

/*
 * Turns failures of Athena into texts that say what to do. Athena's own text is kept for operators: it has names of
 * tables, workgroups and objects, but never a line of a log.
 */

/** A query that ended without a result. */
export class QueryFailure extends IotLogError {
  readonly status: QueryStatus
  /** It had ended before our first poll, so an earlier attempt had started it. */
  readonly wasOverBefore: boolean

  constructor(code: ErrorCode, message: string, userText: string, status: QueryStatus, wasOverBefore: boolean) {
    super(code, message, { userText })
    this.name = 'QueryFailure'
    this.status = status
    this.wasOverBefore = wasOverBefore
  }
}

/** The meanings of texts of Athena and Trino. The first that matches counts. The default code is `query-failed`. */
const meanings: readonly { readonly pattern: RegExp; readonly code?: ErrorCode; readonly text: string }[] = [
  {
    pattern: /bytes scanned limit was exceeded/i,
    text: 'the workgroup allows less data than this day holds (its cutoff of bytes scanned): raise it, or ask for fewer hours'
  },
  {
    pattern: /TABLE_NOT_FOUND|table.* does not exist|SCHEMA_NOT_FOUND|schema.* does not exist|EntityNotFoundException/i,
    text: 'a table or a view is missing: make it from queries/tables or queries/views'
  },
  {
    pattern: /access denied|not authorized|AccessDenied|Insufficient permissions/i,
    code: 'denied',
    text: 'a permission is missing: Athena needs those of queries/README.md on the table, the logs and the place of its results'
  },
  {
    pattern: /HIVE_PATH_ALREADY_EXISTS|target.*(?:is|must be) (?:not )?empty|directory is not empty/i,
    text: 'something lies where the result should go already'
  },
  {
    pattern: /exhausted resources|EXCEEDED_.*LIMIT|Query timeout|exceeded the maximum|concurrent/i,
    text: 'a quota of Athena is used up: ask again later, or for fewer hours'
  }
]

/** The error of a query that has failed or was cancelled. */
export function queryFailure(id: string, status: QueryStatus, wasOverBefore: boolean): QueryFailure {
  const { state, reason } = status
  const meaning = meanings.find(({ pattern }) => pattern.test(reason))
  const isCancelled = state === 'CANCELLED'
  const why = meaning?.text ?? (isCancelled ? 'it was cancelled outside of this export' : 'Athena could not run it')
  const said = reason === '' ? '' : ` (Athena: ${reason})`
  const userText = `The query in Athena has failed: ${why}.`
  const text = `Query ${id} has ${isCancelled ? 'been cancelled' : 'failed'}: ${why}${said}`
  return new QueryFailure(meaning?.code ?? 'query-failed', text, userText, status, wasOverBefore)
}
