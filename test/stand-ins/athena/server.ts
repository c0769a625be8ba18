import { createServer } from 'node:http'
import { until } from '../../support/until.ts'
import { type CallFault, type CallFaultPlan, createCallFaults } from '../aws/faults.ts'
import { listen } from '../s3/connections.ts'
import type { S3Server } from '../s3/server.ts'
import type { Credentials } from '../s3/signature.ts'
import { Catalog } from './catalog.ts'
import { createQueryFaults, type QueryFaultPlan, type QueryFaultRule } from './fault-plan.ts'
import { type AthenaRequest, handle } from './handle.ts'
import type { AthenaQuery } from './query.ts'
import type { Row } from './results/rows.ts'
import { Runner } from './runner.ts'
import { queryOf } from './start-query.ts'
import { checkWorkgroup, type WorkgroupOptions } from './workgroups.ts'

export interface AthenaServerOptions {
  /** Whose objects are the tables' and take the results; read and written without requests. */
  readonly s3: S3Server
  /** Default: none. Then only `execute` works. */
  readonly workgroups?: Readonly<Record<string, WorkgroupOptions>>
  /** Default: any free one. */
  readonly port?: number
  readonly credentials?: Credentials
  /** Default: the S3 server's. */
  readonly region?: string
  readonly faults?: readonly CallFault[]
  readonly queryFaults?: readonly QueryFaultRule[]
  /** How many objects an UNLOAD writes (default: 3), and the order of their contents. */
  readonly resultObjects?: number
  readonly seed?: number
  /** Whether rows of one source object may lie in several result objects. Default: false. */
  readonly scattersRows?: boolean
  /** Whether objects below a folder of a partition are read. Default: true. */
  readonly readsFolders?: boolean
  readonly nowMs?: () => number
}

/** What a statement gave that was carried out without a request. Bytes that are no UTF-8 are private code points: `bytesOf`. */
export interface Execution {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  readonly scannedBytes: number
  /** URIs of the objects that were read. */
  readonly objects: readonly string[]
}

/** A running Athena, and the hand that reaches behind it. Disposing cancels what runs and closes it. */
export interface AthenaServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly region: string
  readonly credentials: Credentials
  /** What an AWS client in a child process needs to find the server. */
  environment(): Record<string, string>
  /** Carries a statement out without a request, faults or queryFaults. @throws QueryFailure, QueryCancelled or Refusal */
  execute(
    sql: string,
    options?: { readonly database?: string; readonly parameters?: readonly string[] }
  ): Promise<Execution>
  /** In the order they came. */
  queries(): AthenaQuery[]
  query(id: string): AthenaQuery | undefined
  /** The last 10,000. */
  readonly requests: AthenaRequest[]
  readonly faults: CallFaultPlan
  readonly queryFaults: QueryFaultPlan
  /** Resumes a query that a fault holds. Default: all of them. */
  release(id?: string): void
  /** A query that is held in RUNNING goes back to QUEUED, until it is released. */
  requeue(id: string): void
  /** Stops a query as another person would. */
  cancel(id: string, reason?: string): void
  /** Whether the credentials' time is over. */
  setExpired(isExpired: boolean): void
  /** Waits until the look is right, looking at every call and every change of a state. @throws after a time-out (default: 10 s) */
  until<T>(look: (server: AthenaServer) => T | undefined | false, timeoutMs?: number): Promise<T>
  setOffline(isOffline: boolean): Promise<void>
  close(): Promise<void>
}

const kept = 10_000
/** For statements without a request. */
const ownWorkgroup = ' '

/** Starts an Athena on loopback, which refuses what AWS refuses. */
export async function startAthenaServer(options: AthenaServerOptions): Promise<AthenaServer> {
  const { s3, nowMs = Date.now } = options
  const region = options.region ?? s3.region
  const credentials = options.credentials ?? s3.credentials
  for (const [name, workgroup] of Object.entries(options.workgroups ?? {})) checkWorkgroup(name, workgroup)
  const workgroups = new Map(Object.entries(options.workgroups ?? {}))
  const catalog = new Catalog()
  const faults = createCallFaults(options.faults ?? [])
  const queryFaults = createQueryFaults(options.queryFaults ?? [])
  const queries = new Map<string, AthenaQuery>()
  const requests: AthenaRequest[] = []
  const watchers = new Set<() => void>()
  const look = (): void => {
    for (const watcher of watchers) watcher()
  }
  const runner = new Runner({
    s3,
    catalog,
    queryFaults,
    workgroups,
    spread: {
      objects: options.resultObjects ?? 3,
      seed: options.seed ?? 1,
      scatters: options.scattersRows ?? false
    },
    readsFolders: options.readsFolders ?? true,
    nowMs,
    onChange: () => queueMicrotask(look)
  })
  let isExpired = false
  const host = {
    workgroups,
    catalog,
    runner,
    queries,
    tokens: new Map(),
    nowMs,
    region,
    credentials,
    faults,
    isExpired: () => isExpired,
    begin: (record: AthenaRequest) => {
      if (requests.push(record) > kept) requests.splice(0, kept / 10)
    }
  }
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 0 }, (...pair) =>
    handle(host, ...pair).finally(look)
  )
  const connections = await listen(server, options.port ?? 0)
  const url = `http://127.0.0.1:${connections.port}`
  const existing = (id: string): AthenaQuery => {
    const query = queries.get(id)
    if (!query) throw new Error(`There is no query ${id}`)
    return query
  }
  const close = async (): Promise<void> => {
    await Promise.all([connections.shut(), runner.close(queries.values())])
  }
  const athena: AthenaServer = {
    url,
    port: connections.port,
    region,
    credentials,
    environment: () => ({
      AWS_ENDPOINT_URL_ATHENA: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true'
    }),
    execute: async (sql, { database = 'default', parameters = [] } = {}) => {
      const input = {
        QueryString: sql,
        WorkGroup: ownWorkgroup,
        QueryExecutionContext: { Database: database },
        ExecutionParameters: parameters
      }
      const query = queryOf(input, { workgroups: new Map([[ownWorkgroup, { outputLocation: 's3://none/' }]]), nowMs })
      const { columns, rows } = await runner.execute(query)
      return {
        columns: columns.map(({ name }) => name),
        rows,
        scannedBytes: query.scannedBytes,
        objects: query.objects
      }
    },
    queries: () => [...queries.values()],
    query: (id) => queries.get(id),
    requests,
    faults: faults.plan,
    queryFaults,
    release: (id) => runner.release(id === undefined ? undefined : existing(id)),
    requeue: (id) => runner.requeue(existing(id)),
    cancel: (id, reason = 'Query cancelled by user') => runner.cancel(existing(id), reason),
    setExpired: (expired) => {
      isExpired = expired
    },
    until: (wanted, timeoutMs = 10_000) =>
      until({
        look: () => wanted(athena),
        watch: (check) => {
          watchers.add(check)
          return () => void watchers.delete(check)
        },
        timeoutMs,
        describe: () =>
          `Queries: ${JSON.stringify([...queries.values()].map(({ id, state, reason }) => [id, state, reason]))}`
      }),
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    close,
    [Symbol.asyncDispose]: close
  }
  return athena
}
