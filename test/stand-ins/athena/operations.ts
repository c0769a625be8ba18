import type { Catalog } from './catalog.ts'
import { type Fields, invalidRequest } from './input.ts'
import { type AthenaQuery, isOver, queryDetail } from './query.ts'
import { resultPage } from './results/page.ts'
import type { Runner } from './runner.ts'
import { queryOf } from './start-query.ts'
import { type WorkgroupOptions, workgroupDetail } from './workgroups.ts'

/** What calls are answered from. */
export interface AthenaHost {
  readonly workgroups: ReadonlyMap<string, WorkgroupOptions>
  readonly catalog: Catalog
  readonly runner: Runner
  /** In the order they came. */
  readonly queries: Map<string, AthenaQuery>
  /** Queries by the token they were started with, and what was asked with it. */
  readonly tokens: Map<string, { readonly id: string; readonly input: string }>
  nowMs(): number
}

export const operations: Readonly<Record<string, (host: AthenaHost, input: Fields) => object>> = {
  StartQueryExecution: startQuery,
  GetQueryExecution: ({ queries, nowMs }, input) => ({
    QueryExecution: queryDetail(existing(queries, input.QueryExecutionId), nowMs())
  }),
  BatchGetQueryExecution: batchGet,
  StopQueryExecution: ({ queries, runner }, input) => {
    runner.cancel(existing(queries, input.QueryExecutionId), 'Query cancelled by user')
    return {}
  },
  GetQueryResults: getResults,
  GetWorkGroup: ({ workgroups }, input) => {
    const name = String(input.WorkGroup)
    const workgroup = workgroups.get(name)
    if (!workgroup) throw invalidRequest(`WorkGroup ${name} is not found.`)
    return { WorkGroup: workgroupDetail(name, workgroup) }
  }
}

function existing(queries: ReadonlyMap<string, AthenaQuery>, id: unknown): AthenaQuery {
  const query = queries.get(String(id))
  if (!query) throw invalidRequest(`QueryExecution ${id} was not found`, 'QUERY_EXECUTION_NOT_FOUND')
  return query
}

/** The same token with the same request is the same query; with another it is refused. */
function startQuery(host: AthenaHost, input: Fields): object {
  const { ClientRequestToken: token, ...rest } = input
  if (typeof token !== 'string') throw invalidRequest('ClientRequestToken is missing')
  const asked = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
  const known = host.tokens.get(token)
  if (known && known.input !== asked) throw invalidRequest('Idempotent parameters do not match')
  if (known) return { QueryExecutionId: known.id }
  const query = queryOf(input, host)
  host.queries.set(query.id, query)
  host.tokens.set(token, { id: query.id, input: asked })
  host.runner.submit(query)
  return { QueryExecutionId: query.id }
}

function batchGet({ queries, nowMs }: AthenaHost, input: Fields): object {
  const ids = input.QueryExecutionIds as readonly string[]
  const found = ids.map((id) => queries.get(id)).filter((query) => query !== undefined)
  return {
    QueryExecutions: found.map((query) => queryDetail(query, nowMs())),
    UnprocessedQueryExecutionIds: ids
      .filter((id) => !queries.has(id))
      .map((id) => ({
        QueryExecutionId: id,
        ErrorCode: 'QUERY_EXECUTION_NOT_FOUND',
        ErrorMessage: `${id} was not found`
      }))
  }
}

function getResults({ queries }: AthenaHost, input: Fields): object {
  const query = existing(queries, input.QueryExecutionId)
  if (!isOver(query)) throw invalidRequest(`Query has not yet finished. Current state: ${query.state}`)
  if (query.state !== 'SUCCEEDED') {
    throw invalidRequest(`Query did not finish successfully. Final query state: ${query.state}`)
  }
  return resultPage(query, input)
}
