import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configName, readConfig, type Surroundings } from '../config/config-file.ts'
import { sampleConfig } from '../config/sample-config.ts'
import type { Config, Environment } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import type { StoreSettings } from '../contract/store.ts'
import { formatNames } from '../formats/registry.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/*
 * From flags to values: nothing deeper reads them.
 */

const maxThreads = 256

export const configFlags: Readonly<Record<string, FlagSpec>> = {
  config: { value: 'FILE', help: `configuration file (default: IOT_LOG_CONFIG, else ./${configName}, else the sample)` }
}

export const sourceFlags: Readonly<Record<string, FlagSpec>> = {
  ...configFlags,
  source: {
    value: 'URL',
    help: 'location of the logs: s3://bucket/prefix or a directory (default: the environment’s)'
  },
  threads: {
    value: 'N',
    help: `number of scan threads (default: the processors of this machine, ${availableParallelism()})`
  }
}

/** Reads the configuration: the file that is named or found, else the sample of the package. */
export function loadConfig(typed: TypedArguments, surroundings: Surroundings): Config {
  return readConfig(surroundings, { formatNames, flag: typed.values.get('config'), whenNone: sampleConfig })
}

/** The environment of that name, or the default one. @throws ProblemsError for another name, or for more words */
export function findEnvironment(config: Config, name = config.defaultEnvironment, ...more: string[]): Environment {
  const names = [...config.environments.keys()]
  const found = config.environments.get(name)
  if (found && more.length === 0) return found
  const near = nearest(name, names)
  const hint = near === undefined ? `the environments are ${names.join(', ')}` : `did you mean ${near}?`
  const text = found ? `"${more[0]}" is an extra word` : `"${name}" is not an environment: ${hint}`
  throw new ProblemsError('wrong-words', [{ subject: found ? more[0]! : name, text }])
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

/** @throws ProblemsError for anything but a whole number from 1 up */
export function threadCount(typed: TypedArguments): number {
  const text = typed.values.get('threads')
  if (text === undefined) return availableParallelism()
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (Number.isInteger(count) && count >= 1 && count <= maxThreads) return count
  throw new ProblemsError('wrong-words', [
    { subject: text, text: `--threads ${text}: must be a whole number from 1 to ${maxThreads}` }
  ])
}
