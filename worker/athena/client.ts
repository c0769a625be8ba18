import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand
} from '@aws-sdk/client-athena'
import { isAccessDenied, isCredentialError, isThrottled } from '../contract/aws-errors.ts'
import { type ErrorCode, IotLogError, messageOf } from '../contract/errors.ts'
import type { AthenaApi, QueryStatus, ResultPage, WantedQuery } from './api.ts'

/** Time limit of one attempt: to connect, and to get a response. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true }
/** Throttling, server errors and lost connections; the SDK waits longer each time. */
const maxAttempts = 8
/** Athena's limit: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
const rowsPerPage = 1_000

/** Connects to Athena, with the credentials and endpoint of the standard variables. The first call sends a request. */
export function openAthena({ region }: { readonly region: string | undefined }): AthenaApi {
  const client = new AthenaClient({ ...(region !== undefined && { region }), maxAttempts, requestHandler })
  const attempt = async <T>(action: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      signal?.throwIfAborted()
      throw callError(action, error)
    }
  }
  const optionsOf = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})
  return {
    start: (query, signal) =>
      attempt('StartQueryExecution', signal, async () => {
        const command = new StartQueryExecutionCommand(startInput(query))
        return (await client.send(command, optionsOf(signal))).QueryExecutionId!
      }),
    status: (id, signal) =>
      attempt('GetQueryExecution', signal, async () => {
        const command = new GetQueryExecutionCommand({ QueryExecutionId: id })
        return statusOf((await client.send(command, optionsOf(signal))).QueryExecution ?? {})
      }),
    stop: (id, signal) =>
      attempt('StopQueryExecution', signal, async () => {
        await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }), optionsOf(signal))
      }),
    results: async function* (id, signal) {
      let isFirst = true
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const input = { QueryExecutionId: id, MaxResults: rowsPerPage, NextToken: token }
        const command = new GetQueryResultsCommand(input)
        const page = await attempt('GetQueryResults', signal, () => client.send(command, optionsOf(signal)))
        const rows = (page.ResultSet?.Rows ?? []).map(({ Data = [] }) =>
          Data.map(({ VarCharValue }) => VarCharValue ?? null)
        )
        const info = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
        const columns = info.map(({ Name }) => Name ?? '')
        const types = info.map(({ Type }) => Type ?? '')
        // The first row of a SELECT's first page holds the names again.
        const hasNames = isFirst && rows[0]?.every((name, at) => name === columns[at]) === true
        isFirst = false
        token = page.NextToken
        yield { columns, types, rows: hasNames ? rows.slice(1) : rows } satisfies ResultPage
      }
    },
    [Symbol.dispose]: () => client.destroy()
  }
}

function startInput({ sql, parameters, workgroup, database, token, output }: WantedQuery) {
  return {
    QueryString: sql,
    // An empty list is refused.
    ...(parameters.length > 0 && { ExecutionParameters: [...parameters] }),
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database },
    ClientRequestToken: token,
    ...(output !== undefined && { ResultConfiguration: { OutputLocation: output } })
  }
}

function statusOf({ Status, Statistics, ResultConfiguration }: QueryExecution): QueryStatus {
  return {
    state: Status?.State ?? 'QUEUED',
    reason: Status?.AthenaError?.ErrorMessage ?? Status?.StateChangeReason ?? '',
    isRetryable: Status?.AthenaError?.Retryable === true,
    scannedBytes: Statistics?.DataScannedInBytes ?? 0,
    engineMs: Statistics?.EngineExecutionTimeInMillis ?? 0,
    outputLocation: ResultConfiguration?.OutputLocation,
    manifestLocation: Statistics?.DataManifestLocation
  }
}

/** The error of a call that Athena refused, or did not respond to. */
function callError(action: string, error: unknown): IotLogError {
  if (error instanceof IotLogError) return error
  const name = (error as Error).name ?? ''
  const said = messageOf(error) || name
  const make = (code: ErrorCode, text: string, userText: string): IotLogError =>
    new IotLogError(code, `${text}: ${said}`, { userText, cause: error })
  if (isCredentialError(error)) {
    const text = 'Athena does not accept the credentials'
    return make('unavailable', `${text} (${action})`, `${text} any more.`)
  }
  if (isAccessDenied(error)) {
    const userText = `Athena can't be asked: the permission athena:${action} is missing.`
    return make('denied', `athena:${action} is not allowed`, userText)
  }
  if (isThrottled(error)) {
    const text = 'Athena takes no more queries at the moment'
    return make('query-failed', `${text} (${action})`, `${text}: its quota is used up. Ask again later.`)
  }
  const failed = `Athena's ${action} failed`
  if (/InvalidRequest/.test(name)) return make('query-failed', failed, `Athena refused the query: ${said}`)
  return make('unavailable', failed, 'Athena does not answer.')
}
