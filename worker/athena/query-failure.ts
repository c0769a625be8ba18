import { type ErrorCode, IotLogError } from '../contract/errors.ts'
import type { QueryStatus } from './api.ts'

/*
 * What went wrong in Athena, in words that say what to do. Pure. Athena's own words are kept for operators: they hold
 * names of tables, workgroups and objects, never a line of a log.
 */

/** A query that ended without a result. */
export class QueryFailure extends IotLogError {
  readonly status: QueryStatus
  /** It had ended when we came to it, so another attempt had started it. */
  readonly wasOverBefore: boolean

  constructor(code: ErrorCode, message: string, userText: string, status: QueryStatus, wasOverBefore: boolean) {
    super(code, message, { userText })
    this.name = 'QueryFailure'
    this.status = status
    this.wasOverBefore = wasOverBefore
  }
}

interface Meaning {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly text: string
}

/** Words of Athena and Trino and what they come down to; the first that fits counts. */
const meanings: readonly Meaning[] = [
  {
    pattern: /bytes scanned limit was exceeded/i,
    code: 'query-failed',
    text: 'the workgroup allows less data than this day holds (its cutoff of bytes scanned): raise it, or ask for fewer hours'
  },
  {
    pattern: /TABLE_NOT_FOUND|table.* does not exist|SCHEMA_NOT_FOUND|schema.* does not exist|EntityNotFoundException/i,
    code: 'query-failed',
    text: 'a table or a view is missing: make it from queries/tables or queries/views'
  },
  {
    pattern: /access denied|not authorized|AccessDenied|Insufficient permissions/i,
    code: 'denied',
    text: 'a permission is missing: Athena needs those of queries/README.md on the table, the logs and the place of its results'
  },
  {
    pattern: /HIVE_PATH_ALREADY_EXISTS|target.*(?:is|must be) (?:not )?empty|directory is not empty/i,
    code: 'query-failed',
    text: 'something lies where the result should go already'
  },
  {
    pattern: /exhausted resources|EXCEEDED_.*LIMIT|Query timeout|exceeded the maximum|concurrent/i,
    code: 'query-failed',
    text: 'a quota of Athena is used up: ask again later, or for fewer hours'
  }
]

/** An ended query that has not succeeded, as an error. */
export function queryFailure(id: string, status: QueryStatus, wasOverBefore: boolean): QueryFailure {
  const { state, reason } = status
  const meaning = meanings.find(({ pattern }) => pattern.test(reason))
  const why = meaning?.text ?? (state === 'CANCELLED' ? 'somebody cancelled it' : 'Athena could not run it')
  const said = reason === '' ? '' : ` (Athena: ${reason})`
  const userText = `The query in Athena has failed: ${why}.`
  const text = `Query ${id} has ${ended[state]}: ${why}${said}`
  return new QueryFailure(meaning?.code ?? 'query-failed', text, userText, status, wasOverBefore)
}

const ended: Readonly<Record<QueryStatus['state'], string>> = {
  QUEUED: 'not ended',
  RUNNING: 'not ended',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'been cancelled'
}
