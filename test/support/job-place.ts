import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, parseConfig } from '../../worker/contract/config.ts'
import type { Job } from '../../worker/contract/job.ts'
import type { StoreSettings } from '../../worker/contract/store.ts'
import { Jobs, type WantedJob } from '../../worker/jobs/jobs.ts'
import { openDocuments } from '../../worker/stores/open-store.ts'
import type { Fault } from '../stand-ins/s3/faults.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'
import type { Storage } from '../stand-ins/s3/storage.ts'
import { referenceDocument } from './configurations.ts'
import { askedMs } from './jobs.ts'
import { type RunningCommand, repository, startCommand } from './run-cli.ts'
import type { TemporaryDirectory } from './temporary-directory.ts'

/*
 * Where jobs run in tests: a bucket of logs and one of results on the embedded S3, and the configuration that names
 * them.
 */

export interface JobPlace {
  /** The logs. */
  readonly source: string
  /** Documents and archives. */
  readonly results: string
  readonly output: StoreSettings
  readonly config: Config
  readonly jobs: Jobs
  submit(wanted: WantedJob): Promise<Job>
  /** A job that was submitted and whose record was changed since. */
  submitAs(wanted: WantedJob, change: Partial<Job>): Promise<Job>
  job(id: string): Promise<Job>
  /** Keys of results below the output prefix but for documents, and uploads that are not finished. */
  archives(): readonly string[]
  archive(job: Job): Buffer
  trouble(...faults: readonly Fault[]): Disposable
  /** Starts the container's entry as a process. */
  start(id: string, here: TemporaryDirectory, variables?: Readonly<Record<string, string>>): RunningCommand
}

let places = 0

/** Makes one. `logs` are the objects, or a storage that other places share. */
export function createJobPlace(
  server: S3Server,
  logs: ReadonlyMap<string, Buffer> | { readonly storage: Storage },
  patienceMs = 10_000
): JobPlace {
  const [source, results] = [`job-logs-${places}`, `job-results-${places++}`] as const
  server.createBucket(source, 'storage' in logs ? logs : {})
  server.createBucket(results)
  if (!('storage' in logs)) for (const [key, bytes] of logs) server.put(source, key, bytes)
  const document = referenceDocument()
  document.environments.dev.source = `s3://${source}`
  document.output.store = `s3://${results}`
  const config = parseConfig(document)
  const { prefix } = config.output
  const output = { url: `s3://${results}`, region: server.region, account: server.account, patienceMs }
  const jobs = new Jobs({ documents: openDocuments(output), prefix, nowMs: () => askedMs })
  const submit = async (wanted: WantedJob): Promise<Job> => (await jobs.claim(wanted)).job
  return {
    source,
    results,
    output,
    config,
    jobs,
    submit,
    submitAs: async (wanted, change) => {
      const { id } = await submit(wanted)
      return (await jobs.update(id, (job) => ({ ...job, ...change })))!
    },
    job: async (id) => (await jobs.find(id))!,
    archives: () => [
      ...server.keys(results).filter((key) => !key.startsWith(`${prefix}jobs/`)),
      ...server.openUploads(results).map(({ key }) => `unfinished ${key}`)
    ],
    archive: (job) => server.get(results, job.result!.archive!.key)!,
    trouble: (...faults) => {
      server.faults.add(...faults)
      return { [Symbol.dispose]: () => server.faults.remove(...faults) }
    },
    start: (id, here, variables = {}) => {
      const path = join(here.path, 'iot-log.config.json')
      writeFileSync(path, JSON.stringify(document))
      const env = { ...process.env, ...server.environment(), AWS_BATCH_JOB_ID: 'batch-1', ...variables }
      return startCommand(process.execPath, [`${repository}worker/main.ts`, id], { cwd: here.path, env })
    }
  }
}
