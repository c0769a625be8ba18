import { randomUUID } from 'node:crypto'
import { offerAthena } from '../athena/open-access.ts'
import { readVariables } from '../config/variables.ts'
import { IotLogError, messageOf, ProblemCollector } from '../contract/errors.ts'
import { parseRequest } from '../contract/parse-request.ts'
import { exitCodeOfExport } from '../contract/result.ts'
import type { DownloadLink } from '../contract/store.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { type ExportOptions, exportLogs } from '../export/export.ts'
import { type ArchiveTarget, zipOutput } from '../outputs/zip/export-archive.ts'
import { resultJsonPieces } from '../report/json.ts'
import { linkText, resultText, shownUrl } from '../report/result-text.ts'
import { createTerminalProgress } from '../report/terminal.ts'
import { openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { requestHelp, requestUsage } from './help.ts'
import { archiveTarget, endingWarning, outputFlags } from './output.ts'
import { loadConfig, sourceFlags, sourceSettings, threadCount } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...outputFlags,
  ...sourceFlags,
  json: { help: 'print the result as JSON' },
  quiet: { short: 'q', help: 'print only errors and, with --json, the result' }
}

/** `iot-log export`: reads, filters, writes the zip. */
export const exportCommand: Command = {
  summary: { export: 'read a day of logs, keep the lines of one device, write a zip' },
  flags,
  help: (config) => ({
    about: [
      'Read the logs of a day (or minutes, hours, days), keep the lines that contain the identifier, and write them to a zip.'
    ],
    usage: [`iot-log export ${requestUsage} [flags]`],
    words: requestHelp(config),
    exitCodes: {
      3: 'partial: some objects could not be read',
      4: 'no match: no archive was written',
      5: 'nothing to read: no object exists in this window'
    },
    examples: [
      'iot-log export THING00001 telemetry,command 2023/10/01',
      'iot-log export client_id lifecycle yesterday --output ./logs/',
      'iot-log export THING00001 telemetry since=2h',
      'iot-log export THING0000 all 2023/10/01T09..2023/10/01T12 match=word --source file:///var/logs',
      'iot-log export THING00001 telemetry today --output s3://my-bucket/exports/ --link'
    ]
  }),
  run: async (context) => {
    const options = await readOptions(context)
    const { terminal, typed, surroundings } = context
    const isQuiet = typed.switches.has('quiet')
    const warning = endingWarning(options.target.key)
    if (warning !== undefined && !isQuiet) terminal.error.write(`iot-log: ${warning}\n`)
    const progress = isQuiet ? undefined : createTerminalProgress(terminal.error, () => performance.now())
    const onLeftBehind = (text: string): void => void terminal.error.write(`iot-log: ${text}\n`)
    await using source = openStore(options.sourceSettings)
    await using _target = options.target.store
    try {
      const openOutput = zipOutput(options.target, options.limits.maxArchiveBytes)
      const listener = { ...progress, onLeftBehind }
      using result = await exportLogs(options.request, { ...options, source, openOutput, listener })
      const link = result.archive && (await makeLink(options, surroundings.nowMs(), terminal))
      progress?.close()
      if (typed.switches.has('json')) for (const piece of resultJsonPieces(result, link)) await terminal.print(piece)
      else if (!isQuiet) await terminal.print(`${resultText(result)}\n${link ? `${linkText(link)}\n` : ''}`)
      return exitCodeOfExport(result)
    } finally {
      progress?.close()
    }
  }
}

interface ReadOptions extends Omit<ExportOptions, 'source' | 'openOutput' | 'listener'> {
  readonly target: ArchiveTarget
  readonly request: ReturnType<typeof parseRequest>
  readonly linkMinutes: number | undefined
}

/** The archive stays even if no link to it can be made. */
async function makeLink(
  { target, linkMinutes }: ReadOptions,
  nowMs: number,
  { error: stream }: CommandContext['terminal']
): Promise<DownloadLink | null> {
  if (linkMinutes === undefined || !target.store.link) return null
  try {
    return await target.store.link(target.key, linkMinutes, nowMs)
  } catch (error) {
    stream.write(`iot-log: could not create a link: ${messageOf(error)}\n`)
    return null
  }
}

/** Checks everything that was typed and reports every mistake at once, before anything is read. */
async function readOptions({ typed, surroundings, signal, tool }: CommandContext): Promise<ReadOptions> {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const request = problems.take(() => parseRequest(typed.words, config, surroundings.nowMs()))
  const threads = problems.take(() => threadCount(typed))
  const inflater = problems.take(() => readVariables(surroundings.environment, wantedInflater))
  problems.throwIfAny()
  const environment = config.environments.get(request!.environment)!
  const target = archiveTarget(typed, request!, config, surroundings)
  if (!target.overwrite && (await target.store.has(target.key, signal))) {
    const path = shownUrl(target.store.urlOf(target.key))
    throw new IotLogError(
      'output-exists',
      `The archive exists already: ${path} (replace it with --force, or choose another --output)`
    )
  }
  const source = sourceSettings(typed, environment, surroundings)
  return {
    request: request!,
    environment,
    limits: config.limits,
    sourceSettings: source,
    athena: offerAthena({
      environment,
      source: source.url,
      output: storeSettings(config.output.store ?? environment.source, environment, surroundings),
      outputPrefix: config.output.prefix,
      seed: randomUUID()
    }),
    target,
    threads: threads!,
    inflater,
    linkMinutes: typed.switches.has('link') ? config.output.linkMinutes : undefined,
    tool,
    signal
  }
}
