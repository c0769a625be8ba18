import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import { exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openDocuments, openStore } from '../../worker/stores/open-store.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { referenceConfig } from '../support/configurations.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { type TrinoAthena, trinoAthena } from './athena.ts'
import { database, logsBucket, resultsBucket } from './system.ts'

/** What an export has given. */
export interface Exported {
  /** Of telemetry; undefined where nothing was found. */
  readonly lines: Buffer | undefined
  readonly manifest: ReturnType<typeof JSON.parse>
  readonly statements: TrinoAthena['started']
}

const config = referenceConfig()
const environment = config.environments.get('dev')!
const nowMs = Date.UTC(2023, 9, 12)

/** Exports in this process, with Trino where Athena would be. @throws as exportLogs and parseRequest do */
export async function exportTelemetry(words: readonly string[]): Promise<Exported> {
  const request = parseRequest(words, config, nowMs)
  using directory = temporaryDirectory()
  const sourceSettings = { url: `s3://${logsBucket}` }
  await using source = openStore(sourceSettings)
  await using target = openStore({ url: directory.url })
  await using results = openStore({ url: `s3://${resultsBucket}` })
  await using documents = openDocuments({ url: `s3://${resultsBucket}` })
  const api = trinoAthena()
  const seed = randomUUID()
  const access = {
    api,
    database,
    workgroup: 'iot-log-export',
    seed,
    results: { name: resultsBucket, store: results, documents },
    prefix: `exports/${seed}/`,
    [Symbol.asyncDispose]: async () => {}
  }
  using result = await exportLogs(request, {
    environment,
    limits: config.limits,
    source,
    sourceSettings,
    athena: { open: async () => access },
    openOutput: zipOutput({ store: target, key: 'archive.zip', overwrite: false }, config.limits.maxArchiveBytes),
    threads: 2,
    tool: 'iot-log test',
    signal: new AbortController().signal
  })
  const files = result.archive ? await readArchive(join(directory.path, 'archive.zip')) : new Map<string, Buffer>()
  const [lines] = [...files].filter(([name]) => name.startsWith('telemetry')).map(([, bytes]) => bytes)
  return { lines, manifest: result.archive ? manifestOf(files) : undefined, statements: api.started }
}
