import type { S3Server } from '../s3/server.ts'
import type { Catalog } from './catalog.ts'
import { runSelect } from './engine.ts'
import { QueryCancelled, QueryFailure } from './failure.ts'
import type { QueryFault, QueryFaultPlan } from './fault-plan.ts'
import { type AthenaQuery, isOver, type QueryState } from './query.ts'
import { type ResultRows, rowsOf } from './results/rows.ts'
import type { Spread } from './results/unload.ts'
import { bindParameters } from './sql/parameters.ts'
import { parseStatement, type Statement } from './sql/statement.ts'
import type { WorkgroupOptions } from './workgroups.ts'
import { checkTarget, lose, writeSelect, writeUnload } from './write-results.ts'

export interface RunnerSettings {
  readonly s3: S3Server
  readonly catalog: Catalog
  readonly queryFaults: QueryFaultPlan
  readonly workgroups: ReadonlyMap<string, WorkgroupOptions>
  readonly spread: Spread
  readonly readsFolders: boolean
  nowMs(): number
  /** Called after every change of a state. */
  onChange(query: AthenaQuery): void
}

/** Takes queries from QUEUED to an end. */
export class Runner {
  readonly #settings: RunnerSettings
  readonly #running = new Set<Promise<void>>()
  /** What a query that is held waits for. */
  readonly #holds = new Map<AthenaQuery, () => void>()

  constructor(settings: RunnerSettings) {
    this.#settings = settings
  }

  submit(query: AthenaQuery): void {
    const running = this.#run(query).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resumes a held query. Default: all of them. */
  release(query?: AthenaQuery): void {
    for (const [held, go] of [...this.#holds]) if (query === undefined || held === query) go()
  }

  /** Back to QUEUED, as Athena does for want of capacity; it stays there until it is released, and runs then. */
  requeue(query: AthenaQuery): void {
    if (query.state !== 'RUNNING' || !this.#holds.has(query)) throw new Error(`${query.id} is not held in RUNNING`)
    this.#become(query, 'QUEUED')
  }

  cancel(query: AthenaQuery, reason: string): void {
    if (isOver(query)) return
    query.stop.abort(new QueryCancelled(reason))
    this.#end(query, 'CANCELLED', reason)
  }

  /** Carries a statement out at once, without writing its result. @throws what ends it */
  async execute(query: AthenaQuery): Promise<ResultRows> {
    const statement = statementOf(query)
    if (statement.kind === 'select' || statement.kind === 'unload') return this.#select(query, statement, [])
    this.#settings.catalog.change(statement, query.database)
    return { columns: [], rows: [] }
  }

  async close(queries: Iterable<AthenaQuery>): Promise<void> {
    for (const query of queries) this.cancel(query, 'The stand-in is closed')
    await Promise.all(this.#running)
  }

  async #run(query: AthenaQuery): Promise<void> {
    const queryFaults = this.#settings.queryFaults.of(query)
    try {
      await this.#hold(query, queryFaults, 'QUEUED')
      this.#become(query, 'RUNNING')
      await this.#hold(query, queryFaults, 'RUNNING')
      // It went back to the queue while it was held.
      if (query.state === 'QUEUED') this.#become(query, 'RUNNING')
      await this.#carryOut(query, queryFaults)
      this.#end(query, 'SUCCEEDED', undefined)
    } catch (error) {
      if (error instanceof QueryCancelled) return this.#end(query, 'CANCELLED', error.message)
      const failure = error instanceof QueryFailure ? error : new QueryFailure(`Internal error: ${error}`, 100, 1)
      query.failure = failure
      this.#end(query, 'FAILED', failure.message)
    }
  }

  async #hold(query: AthenaQuery, queryFaults: readonly QueryFault[], state: QueryState): Promise<void> {
    const { signal } = query.stop
    if (queryFaults.some((fault) => fault.kind === 'hold' && fault.state === state)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#holds.set(query, resolve)
      signal.addEventListener('abort', () => resolve())
      await promise
      this.#holds.delete(query)
    } else await new Promise(setImmediate)
    signal.throwIfAborted()
  }

  async #carryOut(query: AthenaQuery, queryFaults: readonly QueryFault[]): Promise<void> {
    const { s3, catalog, spread } = this.#settings
    const end = queryFaults.find((fault) => fault.kind === 'fail' || fault.kind === 'cancel')
    if (end && end.afterHalf !== true) throw endOf(end)
    const statement = statementOf(query)
    if (statement.kind === 'unload') {
      checkTarget(s3, statement.target)
      const rows = await this.#select(query, statement, queryFaults)
      writeUnload(s3, query, rows, { ...statement, spread, part: end ? 0.5 : 1 })
    } else if (statement.kind === 'select') writeSelect(s3, query, await this.#select(query, statement, queryFaults))
    else {
      catalog.change(statement, query.database)
      query.result = { columns: [], rows: [] }
    }
    if (end) throw endOf(end)
    for (const { kind } of queryFaults) {
      if (kind === 'lose-results') lose(s3, query, 'results')
      if (kind === 'lose-manifest') lose(s3, query, 'manifest')
    }
  }

  #select(
    query: AthenaQuery,
    { sql }: Extract<Statement, { kind: 'select' | 'unload' }>,
    queryFaults: readonly QueryFault[]
  ): Promise<ResultRows> {
    const { s3, catalog, workgroups, readsFolders, nowMs } = this.#settings
    const cutoff = workgroups.get(query.workgroup)?.bytesScannedCutoff ?? Number.POSITIVE_INFINITY
    const request = {
      s3,
      catalog,
      sql,
      readsFolders,
      database: query.database,
      nowMs: nowMs(),
      signal: query.stop.signal,
      onObject: ({ uri, size }: { readonly uri: string; readonly size: number }): void => {
        const bad = queryFaults.find((fault) => fault.kind === 'bad-object' && fault.uri === uri)
        if (bad?.kind === 'bad-object') {
          throw new QueryFailure(bad.message ?? `HIVE_CURSOR_ERROR: Failed to read file at ${uri}`, 1002)
        }
        query.objects.push(uri)
        query.scannedBytes += size
        if (query.scannedBytes > cutoff) throw new QueryCancelled('Bytes scanned limit was exceeded')
      }
    }
    return runSelect(request, rowsOf)
  }

  #become(query: AthenaQuery, state: QueryState): void {
    query.state = state
    if (state === 'RUNNING') query.startedMs ??= this.#settings.nowMs()
    this.#settings.onChange(query)
  }

  #end(query: AthenaQuery, state: QueryState, reason: string | undefined): void {
    if (isOver(query)) return
    query.endedMs = this.#settings.nowMs()
    query.reason = reason
    this.#become(query, state)
  }
}

/** Only a SELECT and an UNLOAD have parameters. */
function statementOf({ kind, sql, parameters }: AthenaQuery): Statement {
  return parseStatement(kind === 'select' || kind === 'unload' ? bindParameters(sql, parameters) : sql)
}

function endOf(fault: Extract<QueryFault, { kind: 'fail' | 'cancel' }>): Error {
  if (fault.kind === 'cancel') return new QueryCancelled(fault.reason ?? 'Query cancelled by user')
  return new QueryFailure(fault.message, fault.type ?? 1002, fault.category ?? 2, fault.retryable ?? false)
}
