import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../worker/contract/config.ts'
import type { NotRead } from '../../worker/contract/outcome.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import type { ExportResult } from '../../worker/contract/result.ts'
import type { StoreSettings } from '../../worker/contract/store.ts'
import { type ExportOptions, exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { referenceConfig } from './configurations.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** What to export from where; what is left out is as a person would have it. */
export interface DayOptions {
  readonly source: StoreSettings
  readonly words: readonly string[]
  readonly config?: Config
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly listener?: ExportOptions['listener']
}

/** Where the archive goes. */
export interface DayTarget {
  readonly settings: StoreSettings
  readonly key: string
  readonly overwrite?: boolean
}

/** The result with its list. */
export type ExportedDay = Omit<ExportResult, 'notRead'> & { readonly notRead: readonly NotRead[] }

const reference = referenceConfig()
const nowMs = Date.UTC(2023, 9, 2)

/** Exports in this process, with stores of its own. */
export async function exportDay(target: DayTarget, options: DayOptions): Promise<ExportedDay> {
  const { source: sourceSettings, words, config = reference, threads = 2, signal, listener } = options
  await using source = openStore(sourceSettings)
  await using store = openStore(target.settings)
  using result = await exportLogs(parseRequest(words, config, nowMs), {
    environment: config.environments.get('dev')!,
    limits: config.limits,
    source,
    sourceSettings,
    athena: { obstacle: 'this test has no Athena' },
    openOutput: zipOutput(
      { store, key: target.key, overwrite: target.overwrite ?? false },
      config.limits.maxArchiveBytes
    ),
    threads,
    tool: 'iot-log test',
    signal: signal ?? new AbortController().signal,
    ...(listener && { listener })
  })
  return { ...result, notRead: [...result.notRead] }
}

/** The same to a file, and the bytes of the archive. */
export async function exportToFile(options: DayOptions): Promise<ExportedDay & { readonly bytes: Buffer }> {
  using directory = temporaryDirectory()
  const result = await exportDay({ settings: { url: directory.url }, key: 'archive.zip' }, options)
  return { ...result, bytes: readFileSync(join(directory.path, 'archive.zip')) }
}
