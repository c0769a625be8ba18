import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, parseConfigText } from '../contract/config.ts'
import { IotLogError, messageOf, ProblemsError } from '../contract/errors.ts'
import type { EnvironmentVariables } from './variables.ts'

/*
 * The one reader of the configuration: the command, the container, the Lambdas and the scripts all call it.
 */

export const configName = 'iot-log.config.json'

/** What a process knows about where it runs. */
export interface Surroundings {
  /** Relative paths start here. For the command it is where the person is. */
  readonly directory: string
  readonly environment: EnvironmentVariables
  readonly nowMs: () => number
}

/** Where a configuration is looked for. */
export type ConfigPlace = Pick<Surroundings, 'directory' | 'environment'>

export interface ConfigOptions {
  /** The formats that a category may have; undefined checks no names. */
  readonly formatNames: readonly string[] | undefined
  /** `--config`. */
  readonly flag?: string | undefined
  /** Gives the configuration when there is no file; the default is an error. */
  readonly whenNone?: () => Config
}

/** Reads the configuration that {@link configPath} finds. @throws ProblemsError, IotLogError (`wrong-config`) */
export function readConfig(place: ConfigPlace, { formatNames, flag, whenNone }: ConfigOptions): Config {
  const path = configPath(place, flag)
  if (path !== undefined) return readConfigFile(path, formatNames)
  if (whenNone) return whenNone()
  const text = `No configuration: set IOT_LOG_CONFIG, or put ${configName} into ${resolve(place.directory)}`
  throw new IotLogError('wrong-config', text)
}

/** The file: `--config`, else `IOT_LOG_CONFIG`, else the one in the directory; undefined when there is none. */
export function configPath({ directory, environment }: ConfigPlace, flag?: string): string | undefined {
  const named = flag ?? (environment.IOT_LOG_CONFIG || undefined)
  if (named !== undefined) return resolve(directory, named)
  const own = join(directory, configName)
  return existsSync(own) ? own : undefined
}

/** @throws ProblemsError, IotLogError (`wrong-config`); each text names the file */
export function readConfigFile(path: string, formatNames: readonly string[] | undefined): Config {
  const text = readText(path)
  try {
    return parseConfigText(text, formatNames)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    const problems = error.problems.map((problem) => ({ ...problem, text: `${path}: ${problem.text}` }))
    throw new ProblemsError('wrong-config', problems)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const text = `Could not read the configuration ${path}: ${messageOf(error)}`
    throw new IotLogError('wrong-config', text, { cause: error })
  }
}
