/**
 * Why a query fails, as Athena reports it. Types are those of
 * https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 */
export class QueryFailure extends Error {
  readonly type: number
  /** 1 system, 2 user, 3 other. */
  readonly category: number
  readonly isRetryable: boolean

  constructor(message: string, type: number, category = 2, isRetryable = false) {
    super(message)
    this.type = type
    this.category = category
    this.isRetryable = isRetryable
  }

  static syntax(message: string): QueryFailure {
    return new QueryFailure(`SYNTAX_ERROR: line 1:1: ${message}`, 1006)
  }
}

/** A query that is stopped rather than fails. */
export class QueryCancelled extends Error {}

/** Where a query runs. */
interface QueryPlace {
  readonly database: string
  readonly catalog: { readonly databases: ReadonlySet<string> }
}

/** What DuckDB says, in Athena's words. Its own words stay, since they help who writes a query. */
export function failureOf(error: unknown, { database, catalog }: QueryPlace): Error {
  if (error instanceof QueryFailure || error instanceof QueryCancelled) return error
  const message = error instanceof Error ? error.message : String(error)
  const [first = ''] = message.split('\n')
  const table = /^Catalog Error: Table with name (\S+) does not exist/.exec(first)?.[1]
  const isPlaced = catalog.databases.has(database)
  const schema = /^(?:Catalog|Binder) Error: .*[Ss]chema (?:with name )?"?(\w+)"? does not exist/.exec(first)?.[1]
  if (schema !== undefined || (table !== undefined && !isPlaced)) {
    return new QueryFailure(`SCHEMA_NOT_FOUND: line 1:1: Schema '${schema ?? database}' does not exist`, 1301)
  }
  if (table !== undefined) {
    const text = `TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.${database}.${table}' does not exist`
    return new QueryFailure(text, 1110)
  }
  const column = /^Binder Error: Referenced column "([^"]+)" not found/.exec(first)?.[1]
  if (column !== undefined) {
    const text = `COLUMN_NOT_FOUND: line 1:1: Column '${column}' cannot be resolved or requester is not authorized to access requested resources`
    return new QueryFailure(text, 1006)
  }
  const called = /^Catalog Error: .*Function with name (\S+) does not exist/.exec(first)?.[1]
  if (called !== undefined) {
    return new QueryFailure(`FUNCTION_NOT_FOUND: line 1:1: Function '${called}' not registered`, 1303)
  }
  if (first.startsWith('Conversion Error')) return new QueryFailure(`INVALID_CAST_ARGUMENT: ${first}`, 1007)
  if (first.startsWith('Invalid Input Error')) return new QueryFailure(`INVALID_FUNCTION_ARGUMENT: ${first}`, 1106)
  return QueryFailure.syntax(message)
}
