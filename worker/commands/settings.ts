import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import reference from '../../iot-log.config.json' with { type: 'json' }
import { type Config, type Environment, parseConfig, parseConfigText } from '../contract/config.ts'
import { IotLogError, ProblemsError } from '../contract/errors.ts'
import type { StoreSettings } from '../contract/store.ts'
import { type InflaterName, inflaterNames } from '../decode/inflater.ts'
import { formatNames } from '../formats/registry.ts'
import { loadNative } from '../native/load-native.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/*
 * From what was typed and the surroundings of the process to values: nothing deeper reads flags or the environment.
 */

const configName = 'iot-log.config.json'
const maxThreads = 256

/** What a command knows of the process it runs in. */
export interface Surroundings {
  /** Where the person is: npm runs scripts elsewhere and tells the place in INIT_CWD. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
}

export const configFlags: Readonly<Record<string, FlagSpec>> = {
  config: { value: 'FILE', help: `configuration (default: ./${configName}, else the reference one)` }
}

export const sourceFlags: Readonly<Record<string, FlagSpec>> = {
  ...configFlags,
  source: { value: 'URL', help: 'where the logs are, instead of the environment’s: s3://bucket/prefix or a directory' },
  threads: {
    value: 'N',
    help: `scan threads (default: the processors of this machine, here ${availableParallelism()})`
  }
}

/** Reads the configuration: `--config`, else the one of this directory, else the reference one of the package. */
export function loadConfig(typed: TypedArguments, surroundings: Surroundings): Config {
  const path = configPath(typed, surroundings)
  return path === undefined ? referenceConfig() : readConfigFile(path)
}

/** The configuration of the package. */
export function referenceConfig(): Config {
  return parseConfig(reference, formatNames)
}

/** The file that {@link loadConfig} reads; undefined stands for the reference one. */
export function configPath(typed: TypedArguments, { directory }: Surroundings): string | undefined {
  const named = typed.values.get('config')
  if (named !== undefined) return resolve(directory, named)
  const own = join(directory, configName)
  return existsSync(own) ? own : undefined
}

/** @throws ProblemsError (`wrong-config`) that begins with the file's name */
export function readConfigFile(path: string): Config {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new IotLogError('wrong-config', `Could not read the configuration ${path}: ${(error as Error).message}`, {
      cause: error
    })
  }
  try {
    return parseConfigText(text, formatNames)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    throw new ProblemsError(
      'wrong-config',
      error.problems.map((problem) => ({ ...problem, text: `${path}: ${problem.text}` }))
    )
  }
}

/** Where the logs are read: `--source`, else the environment's. A path is taken as well as a URL. */
export function sourceSettings(
  typed: TypedArguments,
  environment: Environment,
  surroundings: Surroundings
): StoreSettings {
  const source = typed.values.get('source') ?? environment.source
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(source)
  const url = isUrl ? source : pathToFileURL(resolve(surroundings.directory, source)).href
  return storeSettings(url, environment, surroundings)
}

/**
 * How a store is opened. Account and region of the environment are those of its own bucket; another one, typed by hand,
 * is in the region of AWS_REGION where that is set, and may be anybody's.
 */
export function storeSettings(
  url: string,
  { source, region, pathStyle, account, requesterPays }: Environment,
  { environment: { AWS_REGION, AWS_DEFAULT_REGION } }: Surroundings
): StoreSettings {
  const isOwn = bucketOf(url) === bucketOf(source)
  return isOwn
    ? { url, region, pathStyle, account, requesterPays }
    : { url, region: AWS_REGION ?? AWS_DEFAULT_REGION ?? region, pathStyle, requesterPays }
}

const bucketOf = (url: string): string | undefined => /^s3:\/\/([^/]+)/.exec(url)?.[1]

/** @throws ProblemsError for anything but a whole number from 1 up */
export function threadCount(typed: TypedArguments): number {
  const text = typed.values.get('threads')
  if (text === undefined) return availableParallelism()
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (Number.isInteger(count) && count >= 1 && count <= maxThreads) return count
  throw new ProblemsError('wrong-words', [
    { subject: text, text: `--threads ${text}: a whole number from 1 to ${maxThreads}` }
  ])
}

/** IOT_LOG_INFLATER names an inflater instead of the fastest: for comparing them, and should one fail in the field. */
export function wantedInflater({ environment }: Surroundings): InflaterName | undefined {
  const typed = environment.IOT_LOG_INFLATER
  if (typed === undefined || typed === '') return undefined
  const name = inflaterNames.find((one) => one === typed)
  const addOn = name === 'isa-l' ? loadNative() : undefined
  const isUsable = name !== undefined && (addOn === undefined || addOn.native !== undefined)
  if (isUsable) return name
  const missing = addOn && !addOn.native ? `the native add-on can't be used: ${addOn.reason}` : undefined
  const text = `IOT_LOG_INFLATER=${typed}: ${missing ?? inflaterNames.join(', ')}`
  throw new ProblemsError('wrong-config', [{ subject: typed, text }])
}
