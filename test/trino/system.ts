import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, startServer } from '../peers/server.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { TrinoClient } from './client.ts'
import { findTrino, trinoVersion } from './install.ts'
import { createDatabase, createTable, metastoreBucket, metastoreUrl } from './metastore.ts'

/** The bucket of logs: the source of the reference configuration's environment. */
export const logsBucket = 'dev-iot-logs'
export const resultsBucket = 'results'
export const database = 'iot_logs'
/** Where UNLOAD's stand-in makes its tables. */
export const unloadDatabase = 'unloaded'

const catalog = 'awsdatacatalog'
const heap = '1500m'
/** From the server's word that it is there until it runs queries. */
const queryableMs = 60_000
const pollMs = 250

/** Trino over our S3. Disposing ends both. */
export interface TrinoSystem extends AsyncDisposable {
  readonly s3: S3Server
  readonly trino: TrinoClient
}

/** Starts both, with an empty database, and waits until queries run. `directory` is for settings and the server's log. */
export async function startTrino(directory: string, signal: AbortSignal): Promise<TrinoSystem> {
  const home = await findTrino(signal)
  await using stack = new AsyncDisposableStack()
  const buckets = { [logsBucket]: {}, [resultsBucket]: {}, [metastoreBucket]: {} }
  const s3 = stack.use(await startS3Server({ buckets }))
  Object.assign(process.env, s3.environment())
  createDatabase(s3, database)
  createDatabase(s3, unloadDatabase)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeSettings(directory, home, port, s3)
  stack.use(await startServer({ ...javaCommand(directory, home), readyUrl: `${url}/v1/info` }, directory, signal))
  const trino = new TrinoClient(url, catalog)
  await untilQueryable({ s3, trino }, signal)
  const running = stack.move()
  return { s3, trino, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function writeSettings(directory: string, home: string, port: number, s3: S3Server): void {
  mkdirSync(join(directory, 'catalog'))
  writeProperties(join(directory, 'config.properties'), {
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'http-server.http.port': String(port),
    'discovery.uri': `http://127.0.0.1:${port}`,
    'catalog.config-dir': join(directory, 'catalog'),
    'plugin.dir': join(home, 'plugin'),
    'query.max-memory': '512MB',
    'query.max-memory-per-node': '512MB',
    'memory.heap-headroom-per-node': '256MB'
  })
  writeProperties(join(directory, 'catalog', `${catalog}.properties`), {
    'connector.name': 'hive',
    'hive.metastore': 'file',
    'hive.metastore.catalog.dir': metastoreUrl,
    'hive.partition-projection-enabled': 'true',
    // Athena reads the folders below a partition too.
    'hive.recursive-directories': 'true',
    'hive.non-managed-table-writes-enabled': 'true',
    'fs.hadoop.enabled': 'false',
    'fs.native-s3.enabled': 'true',
    's3.endpoint': s3.url,
    's3.region': s3.region,
    's3.path-style-access': 'true',
    's3.aws-access-key': s3.credentials.accessKeyId,
    's3.aws-secret-key': s3.credentials.secretAccessKey
  })
}

const writeProperties = (path: string, properties: Readonly<Record<string, string>>): void =>
  writeFileSync(
    path,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  )

/** The options of Trino's own launcher: https://trino.io/docs/current/installation/deployment.html */
function javaCommand(directory: string, home: string) {
  const properties = {
    config: join(directory, 'config.properties'),
    'node.environment': 'test',
    'node.data-dir': directory,
    'jdk.attach.allowAttachSelf': 'true',
    'file.encoding': 'UTF-8'
  }
  const options = [`-Xmx${heap}`, ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`)]
  const starter = fileURLToPath(new URL('StartTrino.java', import.meta.url))
  return { program: 'java', args: [...options, '-cp', join(home, 'lib', '*'), starter, trinoVersion], environment: {} }
}

/** A server that answers has not found itself as a worker yet: it runs queries, but reads no objects. */
async function untilQueryable({ s3, trino }: Omit<TrinoSystem, keyof AsyncDisposable>, signal: AbortSignal) {
  s3.put(metastoreBucket, 'probe/object', 'line\n')
  createTable(s3, `CREATE EXTERNAL TABLE ${database}.probe (line string) LOCATION 's3://${metastoreBucket}/probe/'`)
  const within = AbortSignal.any([signal, AbortSignal.timeout(queryableMs)])
  for (;;) {
    try {
      await trino.run(`SELECT line FROM ${database}.probe`, [], within)
      return
    } catch (error) {
      within.throwIfAborted()
      if (!/NO_NODES_AVAILABLE|SERVER_STARTING_UP|fetch failed|answered 503/.test(String(error))) throw error
      await delay(pollMs, undefined, { signal: within })
    }
  }
}
