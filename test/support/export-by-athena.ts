import { join } from 'node:path'
import { type AthenaOffer, offerAthena } from '../../worker/athena/open-access.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import { type ExportOptions, exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { manifestOf, readArchive } from './archives.ts'
import type { AthenaPlace } from './athena-place.ts'
import type { ExportedDay } from './export-day.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** An export with what its archive holds; `files` is empty when there is none. */
export interface AthenaExport extends ExportedDay {
  readonly files: ReadonlyMap<string, Buffer>
  readonly linesByHour: readonly number[]
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is looked into by tests alone
  readonly manifest: any
}

export interface AthenaExportOptions {
  readonly seed?: string
  readonly signal?: AbortSignal
  readonly listener?: ExportOptions['listener']
  readonly threads?: number
}

const nowMs = Date.UTC(2023, 9, 2)
let seeds = 0

/** Exports in this process, from the place's bucket to a file. */
export async function exportByAthena(
  place: AthenaPlace,
  words: readonly string[],
  { seed = `seed ${seeds++}`, signal, listener, threads = 2 }: AthenaExportOptions = {}
): Promise<AthenaExport> {
  const { environment, config } = place
  const { source: url, region, pathStyle, account } = environment
  const settings = { url, region, pathStyle, account, patienceMs: 2_000 }
  using directory = temporaryDirectory()
  await using source = openStore(settings)
  await using store = openStore({ url: directory.url })
  const athena: AthenaOffer = offerAthena({
    environment,
    source: url,
    output: settings,
    outputPrefix: config.output.prefix,
    seed
  })
  using result = await exportLogs(parseRequest(words, config, nowMs), {
    environment,
    limits: config.limits,
    source,
    sourceSettings: settings,
    athena,
    openOutput: zipOutput({ store, key: 'archive.zip', overwrite: false }, config.limits.maxArchiveBytes),
    threads,
    tool: 'iot-log test',
    signal: signal ?? new AbortController().signal,
    ...(listener && { listener })
  })
  const files = result.archive ? await readArchive(join(directory.path, 'archive.zip')) : new Map<string, Buffer>()
  return { ...result, notRead: [...result.notRead], files, manifest: result.archive && manifestOf(files) }
}
