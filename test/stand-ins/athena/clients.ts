import {
  AthenaClient,
  type AthenaClientConfig,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput
} from '@aws-sdk/client-athena'
import { type S3Server, startS3Server } from '../s3/server.ts'
import { type AthenaServer, type AthenaServerOptions, startAthenaServer } from './server.ts'

/** The real client, which asks once and goes away with its scope. */
export function clientOf(athena: AthenaServer, config: AthenaClientConfig = {}): AthenaClient & Disposable {
  const { url: endpoint, region, credentials } = athena
  const client = new AthenaClient({ endpoint, region, credentials, maxAttempts: 1, ...config })
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() })
}

/** An S3, an Athena over it and a client, which go away together. */
export interface AthenaPlace extends AsyncDisposable {
  readonly s3: S3Server
  readonly athena: AthenaServer
  readonly client: AthenaClient
  /** Starts a statement and gives its id. */
  start(sql: string, input?: Partial<StartQueryExecutionCommandInput>): Promise<string>
  /** Starts one, waits for its end and gives what GetQueryExecution says. */
  run(sql: string, input?: Partial<StartQueryExecutionCommandInput>): Promise<QueryExecution>
  describe(id: string): Promise<QueryExecution>
  /** The first page of rows. */
  rows(id: string): Promise<(string | null)[][]>
}

/** Buckets `logs` and `results`, and the workgroups `export` and `analysts`. */
export async function startPlace(options: Partial<AthenaServerOptions> = {}): Promise<AthenaPlace> {
  const s3 = await startS3Server({ buckets: { logs: {}, results: {} } })
  const athena = await startAthenaServer({
    s3,
    workgroups: {
      export: { outputLocation: 's3://results/export/', enforced: true, bytesScannedCutoff: 10_000_000 },
      analysts: { outputLocation: 's3://results/analysts/' },
      closed: { isEnabled: false },
      bare: {}
    },
    ...options
  })
  const client = clientOf(athena)
  const describe = async (id: string): Promise<QueryExecution> =>
    (await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))).QueryExecution!
  const start: AthenaPlace['start'] = async (sql, input = {}) => {
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: 'export',
      QueryExecutionContext: { Database: 'iot_logs' },
      ...input
    })
    return (await client.send(command)).QueryExecutionId!
  }
  return {
    s3,
    athena,
    client,
    start,
    describe,
    run: async (...asked) => {
      const id = await start(...asked)
      await athena.until(() => athena.query(id)!.endedMs !== undefined)
      return describe(id)
    },
    rows: async (id) => {
      const { ResultSet } = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id }))
      return ResultSet!.Rows!.map(({ Data }) => Data!.map(({ VarCharValue = null }) => VarCharValue))
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await athena.close()
      await s3.close()
    }
  }
}

/** A table of raw lines by day and hour, over `s3://logs/telemetry/`. */
export const telemetryTable = String.raw`-- It's a table
CREATE EXTERNAL TABLE IF NOT EXISTS iot_logs.telemetry (
  line string COMMENT 'It\'s a line',
  rest string
)
-- by the layout
PARTITIONED BY (day string, hour string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES (
  'field.delim' = '-1', 'serialization.last.column.takes.rest' = 'true', 'serialization.null.format' = '\n'
)
STORED AS TEXTFILE
LOCATION 's3://logs/telemetry/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '2020/01/01,NOW+1DAYS',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://logs/telemetry/${'$'}{day}/${'$'}{hour}'
)`

/** A place with the table `iot_logs.telemetry` over these objects, by their keys below `telemetry/`. */
export async function placeWith(
  objects: Readonly<Record<string, Buffer | string>>,
  options: Partial<AthenaServerOptions> = {}
): Promise<AthenaPlace> {
  await using stack = new AsyncDisposableStack()
  const place = stack.use(await startPlace(options))
  for (const [key, bytes] of Object.entries(objects)) place.s3.put('logs', `telemetry/${key}`, bytes)
  await place.athena.execute('CREATE DATABASE IF NOT EXISTS iot_logs')
  await place.athena.execute(telemetryTable)
  stack.move()
  return place
}

/** What a call fails with: `400 InvalidRequestException: …`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return `${$metadata?.httpStatusCode ?? '-'} ${name}: ${message}`
  }
  return 'no failure'
}
