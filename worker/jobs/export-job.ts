import { offerAthena } from '../athena/open-access.ts'
import type { Environment } from '../contract/config.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Job, JobResult } from '../contract/job.ts'
import { archiveKey, archiveName, entryName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { type ExportListener, type ExportOutcome, exportLogs } from '../export/export.ts'
import { zipOutput } from '../outputs/zip/export-archive.ts'
import { openStore } from '../stores/open-store.ts'
import { storeOf } from '../stores/store-of.ts'
import type { JobSettings } from './settings.ts'

export interface ExportJobOptions extends Pick<JobSettings, 'config' | 'output' | 'threads' | 'inflater'> {
  /** `name version`, for the manifest. */
  readonly tool: string
  readonly signal: AbortSignal
  readonly listener: ExportListener
}

/**
 * Exports what a job asks for, to the key of its archive; gives the result as the job document holds it.
 * @throws IotLogError, or the signal's reason when stopped
 */
export async function exportJob(job: Job, options: ExportJobOptions): Promise<JobResult> {
  const { config, output, threads, inflater, tool, signal, listener } = options
  const environment = environmentOf(job.request, config.environments)
  const sourceSettings = storeOf(environment)
  await using source = openStore(sourceSettings)
  await using store = openStore(output)
  const name = archiveName(job.request.identifiers, windowOf(job.request))
  const key = archiveKey(config.output.prefix, Date.parse(job.requestedAt), name, job.id)
  using outcome = await exportLogs(job.request, {
    environment,
    limits: config.limits,
    source,
    sourceSettings,
    athena: offerAthena({
      environment,
      source: sourceSettings.url,
      output,
      outputPrefix: config.output.prefix,
      seed: job.id
    }),
    // An archive that is there already is of an earlier attempt of this job.
    openOutput: zipOutput({ store, key, overwrite: true }, config.limits.maxArchiveBytes),
    threads,
    inflater,
    tool,
    signal,
    listener
  })
  return resultOf(job, outcome, key)
}

/** Records are written where people are; this machine may know another configuration. */
function environmentOf(request: ExportRequest, environments: ReadonlyMap<string, Environment>): Environment {
  const environment = environments.get(request.environment)
  const missing = request.categories.find((name) => !environment?.categories.has(name))
  if (environment && missing === undefined) return environment
  const what = environment ? `category "${missing}"` : `environment "${request.environment}"`
  throw new IotLogError('wrong-config', `The job asks for the ${what}, which the worker's configuration does not have`)
}

/** A document is read often. The manifest has all warnings, and the terminal all categories. */
const storedWarnings = 50
const storedCategories = 20

function resultOf({ request }: Job, outcome: ExportOutcome, key: string): JobResult {
  const { status, engine, reason, archive, entries, objects, unreadable, scanned, linesByHour, seconds } = outcome
  const { warnings, looked } = outcome
  const names = request.categories.map((category) => entryName(category, windowOf(request)))
  return {
    status,
    engine,
    reason,
    archive: archive && { key, bytes: archive.bytes, sha256: archive.sha256 },
    entries: entries.map((entry) => ({ ...entry, missing: outcome.missingByCategory[names.indexOf(entry.name)] ?? 0 })),
    objects: { ...objects },
    unreadable: { ...unreadable },
    warnings: warnings.slice(0, storedWarnings).map((one) => ({ ...one, keys: [...one.keys] })),
    looked: looked.slice(0, storedCategories).map((one) => ({
      ...one,
      existing: [...one.existing],
      missing: [...one.missing],
      nearest: [...one.nearest],
      naming: one.naming && [...one.naming]
    })),
    scanned: { ...scanned },
    linesByHour: [...linesByHour],
    seconds
  }
}
