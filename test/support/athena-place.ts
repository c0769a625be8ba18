import { after } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { tableOf } from '../../worker/athena/table.ts'
import { tableStatement } from '../../worker/athena/table-statement.ts'
import { type Config, type Environment, parseConfig } from '../../worker/contract/config.ts'
import { type AthenaServer, startAthenaServer } from '../stand-ins/athena/server.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'
import { referenceDocument } from './configurations.ts'
import { serveS3 } from './s3-bucket.ts'

/*
 * Logs in a bucket with tables over them, and an Athena beside it: what a test of queries needs. Endpoints and
 * credentials stand in the environment, as a person would set them.
 */

export const logsBucket = 'dev-iot-logs'
export const queryResultsPrefix = 'athena-results/'

/** The two servers, and a configuration that finds them. */
export interface AthenaPlace {
  readonly s3: S3Server
  readonly athena: AthenaServer
  readonly config: Config
  readonly environment: Environment
  /** The configuration as a file has it. */
  readonly document: object
  put(key: string, bytes: Buffer, storageClass?: string): void
  /** What lies in the bucket beside logs: nothing, once exports are over. */
  leftovers(): readonly string[]
  /** Removes all objects and all faults of queries. */
  clear(): void
}

/** Starts them for one test file. */
export async function serveAthena(changes: Readonly<Record<string, unknown>> = {}): Promise<AthenaPlace> {
  const s3 = await serveS3({ buckets: { [logsBucket]: {} } })
  const workgroup = { outputLocation: `s3://${logsBucket}/${queryResultsPrefix}`, enforced: true }
  const athena = await startAthenaServer({ s3, workgroups: { 'iot-log-export': workgroup }, seed: 7 })
  after(() => athena.close())
  Object.assign(process.env, athena.environment())
  const document = { ...referenceDocument(), ...changes }
  document.environments.dev.pathStyle = true
  // It names the reference's categories.
  delete document.environments.dev.deploy
  const config = parseConfig(document)
  const environment = config.environments.get('dev')!
  await makeTables(athena, environment)
  const isLog = (key: string): boolean => /^(?:telemetry|commands|lifecycle)\//.test(key)
  return {
    s3,
    athena,
    config,
    environment,
    document,
    put: (key, bytes, storageClass) =>
      s3.put(logsBucket, key, bytes, storageClass === undefined ? {} : { storageClass }),
    leftovers: () => [
      ...s3.keys(logsBucket).filter((key) => !isLog(key)),
      ...s3.openUploads(logsBucket).map(({ key }) => `unfinished ${key}`)
    ],
    clear: () => {
      athena.queryFaults.clear()
      athena.faults.clear()
      for (const key of s3.keys(logsBucket)) s3.delete(logsBucket, key)
    }
  }
}

async function makeTables(athena: AthenaServer, { athena: settings, source, categories }: Environment): Promise<void> {
  const places = { database: settings!.database, location: `${source}/` }
  await athena.execute(`CREATE DATABASE ${places.database}`)
  for (const category of categories.values()) {
    if ('problem' in tableOf(category)) continue
    await athena.execute(fillStatement(tableStatement(category), places))
  }
}
